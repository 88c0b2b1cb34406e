/**
 * What the checks of an attempt read of the installation at hand. The file belongs to the subset of TypeScript that is also
 * compiled to WebAssembly (sim/kernel/README.md).
 */
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { HanLink } from '../../world/hanLink.ts';
import type { WanLink } from '../../world/wanLink.ts';
import { GroupNumbers } from '../model/groupNumbers.ts';

/** The facts of one attempt at a time, as `Facts` of src/migration. Contacts are computed when a check asks for them. */
export class PreparedFacts {
  at: Instant = 0;
  epclEntryFrom: Instant = 0;
  displayBlocked: f64 = 0;

  private entity: i32 = 0;
  private group: GroupNumbers = new GroupNumbers();
  private hanBegun: boolean = false;
  private readonly start: Instant;
  private readonly wan: WanLink;
  private readonly han: HanLink;
  /** Contacts that are older than this at an attempt need not be known exactly. */
  private readonly oldestSeconds: f64;

  /** @param oldestSeconds Search for contacts ends this long before an attempt; Infinity: all are exact. */
  constructor(wan: WanLink, han: HanLink, start: Instant, oldestSeconds: f64) {
    this.wan = wan;
    this.han = han;
    this.start = start;
    this.oldestSeconds = oldestSeconds;
  }

  begin(entity: i32, group: GroupNumbers): void {
    this.entity = entity;
    this.group = group;
    this.hanBegun = false;
    this.epclEntryFrom = 0;
    this.displayBlocked = 0;
  }

  get lastWanContact(): Instant {
    return this.wan.lastContact(this.at, this.at - this.oldestSeconds);
  }

  get lastHanContact(): Instant {
    this.beginHan();
    return this.han.lastContact(this.at, this.at - this.oldestSeconds);
  }

  /** Whether the HAN has been silent for good for so long that no check on the gas meter passes any more. */
  hanIsLost(): boolean {
    this.beginHan();
    return this.han.isLostBefore(this.at - this.oldestSeconds);
  }

  /** The HAN is drawn only when a check asks for it: most attempts that fail, fail before. */
  private beginHan(): void {
    if (this.hanBegun) return;
    this.hanBegun = true;
    this.han.begin(this.group.han, this.entity, this.start);
  }
}
