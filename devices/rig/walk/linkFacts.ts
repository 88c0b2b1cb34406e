/** Records when each link last carried something, and decides whether that is enough to judge a check. */
import { CHECKS, type CheckId } from '../../../src/migration/checks.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { STEPS, type StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Observed } from '../../headend/observe.ts';
import type { Contact } from './rigRows.ts';
import type { LearntFacts, LinkName } from './stepWork.ts';

/** What is known of the links, for a rig that is put away and taken up again. */
export interface LinkMemory {
  readonly last: Readonly<Partial<Record<LinkName, Instant>>>;
  readonly gaps: readonly LinkName[];
}

export interface LinkFactsOptions {
  /** The instant from which the DMC stands on the EPCL. */
  readonly epclEntryFrom: Instant;
  readonly displayBlocked: boolean;
  /** Contacts that happened before the rig begins. */
  readonly known?: Partial<Record<LinkName, Instant>>;
  /**
   * How to treat a link with no recorded contact. `never`: the rig holds the whole history, so there was no contact.
   * `ask`: the history is unknown, so the device is asked and the check is not judged from facts. Default: `never`.
   */
  readonly unheard?: 'never' | 'ask';
  /**
   * True if the facts can show that a link was silent before its device is asked in the same attempt. Default: true for
   * a link without a missed contact, if a contact is on record or `unheard` is `never`.
   */
  readonly judges?: (link: LinkName) => boolean;
  /**
   * Converts a device's own date to an instant of the schedule; undefined if the date is no evidence. Default: the date
   * itself.
   */
  readonly dated?: (at: Instant) => Instant | undefined;
}

/** Stands for the last contact of a link that was never heard: the start of all history. Our assumption. */
const NEVER: Instant = 0;

const LINK_OF_CHECK: Readonly<Record<string, LinkName>> = { wanRecent: 'wan', hanRecent: 'han' };
const CHECK_OF_LINK = { wan: 'wanRecent', han: 'hanRecent' } as const satisfies Record<LinkName, CheckId>;

export class LinkFacts {
  readonly contacts: Contact[] = [];
  /** The last contact of each link. Nothing is known of a link that is missing here. */
  private readonly last = new Map<LinkName, Instant>();
  /** Links for which a scheduled contact could not be made. */
  private readonly gaps = new Set<LinkName>();
  private readonly options: LinkFactsOptions;

  constructor(options: LinkFactsOptions) {
    this.options = options;
    const { wan, han } = options.known ?? {};
    if (wan !== undefined) this.last.set('wan', wan);
    if (han !== undefined) this.last.set('han', han);
  }

  memory(): LinkMemory {
    return { last: Object.fromEntries(this.last), gaps: [...this.gaps] };
  }

  restore({ last, gaps }: LinkMemory): void {
    for (const [link, at] of Object.entries(last)) this.last.set(link as LinkName, at);
    for (const link of gaps) this.gaps.add(link);
  }

  /** Returns the facts at an instant, as last learnt. */
  at(at: Instant): LearntFacts {
    const { epclEntryFrom, displayBlocked } = this.options;
    const lastWanContact = this.last.get('wan') ?? NEVER;
    const lastHanContact = this.last.get('han') ?? NEVER;
    return { at, lastWanContact, lastHanContact, epclEntryFrom, displayBlocked: displayBlocked ? 1 : 0 };
  }

  /** Records a contact. If `at` is undefined, the link never carried anything. */
  heard(link: LinkName, at: Instant | undefined): void {
    const last = this.last.get(link);
    if (at === undefined) this.last.set(link, last ?? NEVER);
    else if (last === undefined || at > last) {
      this.last.set(link, at);
      this.contacts.push({ at, link });
    }
  }

  /**
   * Records the outcome of a scheduled contact. A contact that failed on this side, or could not be made, leaves a gap:
   * nobody can say that the link was silent until it is heard again.
   */
  contacted(link: LinkName, observation: Observed): void {
    if (observation === 'answered') this.gaps.delete(link);
    else if (observation !== 'noAnswer') this.gaps.add(link);
  }

  /** Records a contact that the device dated itself. The date is converted to the schedule, or rejected as evidence. */
  dateHeard(link: LinkName, at: Instant | undefined): void {
    const dated = at !== undefined && this.options.dated ? this.options.dated(at) : at;
    if (at === undefined || dated !== undefined) this.heard(link, dated);
  }

  /**
   * True if the facts can judge the check of a step. They cannot if too little is known of its link and the device has
   * to be asked.
   */
  judge(step: StepId, asked: ReadonlySet<LinkName>): boolean {
    const link = LINK_OF_CHECK[STEPS[step].check ?? ''];
    const { judges, unheard } = this.options;
    if (link === undefined) return true;
    if (judges) return asked.has(link) || judges(link);
    if (this.gaps.has(link)) return asked.has(link);
    return unheard !== 'ask' || this.last.has(link);
  }

  /** True if the recorded contact of a link passes the link's check. */
  isFresh(link: LinkName, facts: LearntFacts, limits: CheckLimits): boolean {
    return this.last.has(link) && CHECKS[CHECK_OF_LINK[link]].passes(facts, limits);
  }

  /**
   * True if the facts can judge the gas meter while the hub is silent: they have news of it, or the whole history, and no
   * contact was missed on this side.
   */
  judgeOldNews(): boolean {
    const isKnown = this.options.unheard !== 'ask' || this.last.has('han');
    return isKnown && this.gaps.size === 0;
  }

  /** True if the check of a link can be judged without asking a device. */
  know(link: LinkName, facts: LearntFacts, limits: CheckLimits): boolean {
    const { judges } = this.options;
    const isWatched = judges ? judges(link) : !this.gaps.has(link);
    return this.last.has(link) && (isWatched || this.isFresh(link, facts, limits));
  }
}
