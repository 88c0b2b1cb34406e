/** What a rig knows of its links: when each last carried something, and whether that is enough to judge a check by. */
import { CHECKS, type CheckId } from '../../../src/migration/checks.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { STEPS, type StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Observed } from '../../headend/observe.ts';
import type { Contact } from './rigRows.ts';
import type { LearntFacts, LinkName } from './stepWork.ts';

export interface LinkFactsOptions {
  /** From when the DMC stands on the EPCL. */
  readonly epclEntryFrom: Instant;
  readonly displayBlocked: boolean;
  /** Contacts known before the rig begins. */
  readonly known?: Partial<Record<LinkName, Instant>>;
  /**
   * What it means that nothing is known of a link: that it never carried anything (the whole history is the rig's), or that
   * its check cannot be judged from facts, and the device is asked. Default: never.
   */
  readonly unheard?: 'never' | 'ask';
  /**
   * Whether the facts can show that a link was silent before the device was asked for it in the same attempt. Default: as
   * `unheard` has it.
   */
  readonly judges?: (link: LinkName) => boolean;
  /** A device's own date as one of the schedule; undefined where it is no evidence. Default: as it is. */
  readonly dated?: (at: Instant) => Instant | undefined;
}

/** Our assumption: the first moments of history, for what was never heard of. */
const NEVER: Instant = 0;

const LINK_OF_CHECK: Readonly<Record<string, LinkName>> = { wanRecent: 'wan', hanRecent: 'han' };
const CHECK_OF_LINK = { wan: 'wanRecent', han: 'hanRecent' } as const satisfies Record<LinkName, CheckId>;

export class LinkFacts {
  readonly contacts: Contact[] = [];
  /** A link that is not in here is one that nothing is known of. */
  private readonly last = new Map<LinkName, Instant>();
  /** Links of which a scheduled contact was not made. */
  private readonly gaps = new Set<LinkName>();
  private readonly options: LinkFactsOptions;

  constructor(options: LinkFactsOptions) {
    this.options = options;
    const { wan, han } = options.known ?? {};
    if (wan !== undefined) this.last.set('wan', wan);
    if (han !== undefined) this.last.set('han', han);
  }

  /** The facts as they were last learnt, at an instant. */
  at(at: Instant): LearntFacts {
    const { epclEntryFrom, displayBlocked } = this.options;
    const lastWanContact = this.last.get('wan') ?? NEVER;
    const lastHanContact = this.last.get('han') ?? NEVER;
    return { at, lastWanContact, lastHanContact, epclEntryFrom, displayBlocked: displayBlocked ? 1 : 0 };
  }

  /** `at` undefined: it never carried anything. */
  heard(link: LinkName, at: Instant | undefined): void {
    const last = this.last.get(link);
    if (at === undefined) this.last.set(link, last ?? NEVER);
    else if (last === undefined || at > last) {
      this.last.set(link, at);
      this.contacts.push({ at, link });
    }
  }

  /**
   * How a scheduled contact of a link went. One that failed on this side, or could not be made, leaves a gap: from then on nobody
   * can say that the link was silent, until it is heard again.
   */
  contacted(link: LinkName, observation: Observed): void {
    if (observation === 'answered') this.gaps.delete(link);
    else if (observation !== 'noAnswer') this.gaps.add(link);
  }

  /** What a device dates itself counts as the schedule's, or as no evidence at all. */
  dateHeard(link: LinkName, at: Instant | undefined): void {
    const dated = at !== undefined && this.options.dated ? this.options.dated(at) : at;
    if (at === undefined || dated !== undefined) this.heard(link, dated);
  }

  /** Whether they can tell of a step's check: not where its link is not known well enough and the device is to be asked. */
  judge(step: StepId, asked: ReadonlySet<LinkName>): boolean {
    const link = LINK_OF_CHECK[STEPS[step].check ?? ''];
    const { judges, unheard } = this.options;
    if (link === undefined) return true;
    if (judges) return asked.has(link) || judges(link);
    if (this.gaps.has(link)) return asked.has(link);
    return unheard !== 'ask' || this.last.has(link);
  }

  /** Whether a contact on record passes a link's check. */
  isFresh(link: LinkName, facts: LearntFacts, limits: CheckLimits): boolean {
    return this.last.has(link) && CHECKS[CHECK_OF_LINK[link]].passes(facts, limits);
  }

  /** Whether a link's check can do without asking a device. */
  know(link: LinkName, facts: LearntFacts, limits: CheckLimits): boolean {
    const { judges } = this.options;
    const isWatched = judges ? judges(link) : !this.gaps.has(link);
    return this.last.has(link) && (isWatched || this.isFresh(link, facts, limits));
  }
}
