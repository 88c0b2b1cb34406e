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
  /** Whether the WAN is up at the attempt, so that the gas meter can be asked about. */
  hearsGsme: boolean = true;

  /** The latest HAN contact that an earlier attempt has learnt of. It is kept where old news is judged. */
  private news: Instant = 0;
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
    this.hearsGsme = true;
    this.news = 0;
  }

  get lastWanContact(): Instant {
    return this.wan.lastContact(this.at, this.at - this.oldestSeconds);
  }

  /** The latest HAN contact that a head-end knows of. With the WAN down its news ends at its last WAN contact. */
  get lastHanContact(): Instant {
    this.beginHan();
    const oldest = this.at - this.oldestSeconds;
    if (this.hearsGsme) return this.han.lastContact(this.at, oldest);
    const contact = this.han.lastContact(this.lastWanContact, oldest);
    return contact > this.news ? contact : this.news;
  }

  /** The attempt at hand has asked the hub about the gas meter: later ones know of the contact that it found. */
  learnOfGsme(): void {
    if (this.hearsGsme) this.news = this.lastHanContact;
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
