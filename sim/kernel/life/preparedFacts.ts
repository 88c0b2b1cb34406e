import type { Facts } from '../../../src/migration/facts.ts';
import type { Instant } from '../../../src/time.ts';
import { UNCERTAIN } from '../../world/alternating.ts';
import type { HanLink } from '../../world/hanLink.ts';
import type { WanLink } from '../../world/wanLink.ts';
import type { GroupPlan } from '../model/model.ts';

/** What the checks of an attempt read of the installation at hand. Contacts that are certain can be told; others are asked for. */
export class FactsAtHand implements Facts {
  at: Instant = 0;
  epclEntryFrom = 0;
  displayBlocked = 0;
  wanContact: Instant = UNCERTAIN;
  hanContact: Instant = UNCERTAIN;

  private entity = 0;
  private group: GroupPlan | null = null;
  private hanBegun = false;
  private readonly start: Instant;
  private readonly wan: WanLink;
  private readonly han: HanLink;

  constructor(wan: WanLink, han: HanLink, start: Instant) {
    this.wan = wan;
    this.han = han;
    this.start = start;
  }

  begin(entity: number, group: GroupPlan): void {
    this.entity = entity;
    this.group = group;
    this.hanBegun = false;
    this.epclEntryFrom = 0;
    this.displayBlocked = 0;
    this.wanContact = UNCERTAIN;
    this.hanContact = UNCERTAIN;
  }

  get lastWanContact(): Instant {
    return this.wanContact === UNCERTAIN ? this.wan.lastContact(this.at) : this.wanContact;
  }

  /** The HAN is drawn only when a check asks for it: most attempts that fail, fail before. */
  get lastHanContact(): Instant {
    if (this.hanContact !== UNCERTAIN) return this.hanContact;
    if (!this.hanBegun) {
      this.han.begin((this.group as GroupPlan).han, this.entity, this.start);
      this.hanBegun = true;
    }
    return this.han.lastContact(this.at);
  }
}
