/**
 * One installation's migration on the wire: the SMSO's contacts and instructions, and DCC's attempts, over whichever endpoints
 * the runner dials. The rig interprets the tables of src/migration step by step where the kernel compiles them, and writes the
 * same records.
 */
import type { Installation } from '../../src/installation/installation.ts';
import { familyCodes, isTable510 } from '../../src/migration/errorCodes.ts';
import { NO_WAN, OK, OK_ESME, type Attempt } from '../../src/migration/history.ts';
import { codesOf, STEPS, STEPS_OF_COHORT, type CodeOf, type StepId } from '../../src/migration/steps.ts';
import { beginWalk, checkStep, currentStep, nextStep, type WalkEnd } from '../../src/migration/walk.ts';
import type { RuleSet } from '../../src/regulation/ruleset.ts';
import type { Instant } from '../../src/time.ts';
import type { KeySource } from '../headend/keySource.ts';
import { observeError, type Observed } from '../headend/observe.ts';
import { wait, type Call, type DeviceName, type Procedure } from '../headend/procedure.ts';
import { contact, prepareOnce, type Preparation, type Tried } from '../headend/smso.ts';
import { limitsAt } from './limits.ts';
import { lastContact, type RigDevices } from './rigDevice.ts';
import type { Contact, StepTaken, Undone } from './rigRecords.ts';
import { STEP_WORK, type AttemptContext, type LearntFacts, type LinkName } from './stepWork.ts';

/** What is done in the world around a step: at once, or as a procedure where it takes a device to do it. */
type Hook = Procedure<void> | void;

export interface RigOptions {
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
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
  /** A device's own date as one of the schedule; undefined where it is no evidence. Default: as it is. */
  readonly dated?: (at: Instant) => Instant | undefined;
  /** Why the guard of attached hardware last refused a write. */
  readonly whyRefused?: () => string;
  /**
   * Whether the silence of a device rather is a doubt of ours: it answers, and not to the keys held. In words; undefined for a
   * silence that counts.
   */
  readonly doubt?: () => string | undefined;
  /** What devices' clocks are set to. Default: the attempt's instant. */
  readonly deviceTime?: (device: DeviceName) => Instant;
  /** What must happen in the world before a step's work, and after it: an emulated one realises effects here. */
  readonly onStep?: (step: StepId) => Hook;
  readonly onStepTaken?: (taken: StepTaken) => Hook;
}

/** One try of an instruction, on schedule. `before` lets an emulated world realise what becomes of it. */
export interface InstructionPlan {
  /** Seconds between the tries. */
  readonly secondsBetweenTries: number;
  readonly tries: number;
  readonly works: readonly Preparation[];
  readonly blocksPerTry: number;
  /** Which code of its family a failure that is no lack of WAN carries. */
  readonly pick: number;
  readonly onTry?: (at: Instant, number: number) => Hook;
  /** How the time between two tries passes. Default: it is waited for. */
  readonly between?: (seconds: number) => Procedure<void>;
  /** What the hub's clock is set to. Default: the instant of the try. */
  readonly deviceTime?: () => Instant;
}

/** Our assumption: the first moments of history, for what was never heard of. */
const NEVER: Instant = 0;

/** Sessions that the SMSO begins within one try. Our assumption. */
const SMSO_SESSIONS = 2;

export class Rig {
  readonly attempts: Attempt[] = [];
  readonly contacts: Contact[] = [];
  readonly steps: StepTaken[] = [];
  readonly undone: Undone[] = [];
  /** When each link last carried something; a link that is not in here is one that nothing is known of. */
  private readonly last: Map<LinkName, Instant>;
  private readonly options: RigOptions;

  constructor(options: RigOptions) {
    this.options = options;
    const { wan, han } = options.known ?? {};
    this.last = new Map();
    if (wan !== undefined) this.last.set('wan', wan);
    if (han !== undefined) this.last.set('han', han);
  }

  /** The facts as they were last learnt, at an instant. */
  factsAt(at: Instant): LearntFacts {
    const { epclEntryFrom, displayBlocked } = this.options;
    const lastWanContact = this.last.get('wan') ?? NEVER;
    const lastHanContact = this.last.get('han') ?? NEVER;
    return { at, lastWanContact, lastHanContact, epclEntryFrom, displayBlocked: displayBlocked ? 1 : 0 };
  }

  /** A scheduled contact of the SMSO: whether the hub answered. It is the schedule's instant that counts, or the driver's. */
  *contact(at: Instant, call: Omit<Call, 'client'>): Procedure<Observed> {
    const { chf } = this.options.devices;
    if (chf.by === 'driver') {
      const heard = yield* lastContact(chf, 'wan');
      if (typeof heard === 'string') return heard;
      this.dateHeard('wan', heard ?? undefined);
      return 'answered';
    }
    const reached = yield* contact(call);
    if (!reached.ok) return observeError(reached.error);
    this.heard('wan', at);
    return 'answered';
  }

  /** An instruction of clause 4.26. Its record stands at its last try; without one it could not be carried out. */
  *instruct(firstTry: Instant, plan: InstructionPlan): Procedure<Attempt | undefined> {
    if (this.options.devices.chf.by === 'driver') {
      const why = 'a driver can neither send firmware nor configure a hub';
      this.undone.push({ at: firstTry, kind: 'instruction', why });
      return undefined;
    }
    let tried: Tried = 'more';
    let at = firstTry;
    for (let made = 0; made < plan.tries && tried !== 'done' && tried !== 'notAllowed'; made += 1) {
      if (made > 0) {
        yield* (plan.between ?? wait)(plan.secondsBetweenTries);
        at = firstTry + made * plan.secondsBetweenTries;
      }
      yield* hooked(plan.onTry?.(at, made));
      const session = { at: plan.deviceTime?.() ?? at, blocksMax: plan.blocksPerTry, triesPerSession: SMSO_SESSIONS };
      tried = yield* prepareOnce(plan.works, session);
    }
    if (tried === 'notAllowed') {
      this.undone.push({ at, kind: 'instruction', why: this.whyRefused() });
      return undefined;
    }
    return this.record(at, 'instruction', OUTCOME_OF_TRY[tried](plan.pick), 'answered');
  }

  /** One migration attempt, at its scheduled instant. `pick` says which code of a family a failure carries. */
  *attempt(
    at: Instant,
    options: { readonly esmeOnly: boolean; readonly pick: number },
  ): Procedure<Attempt | undefined> {
    const { installation, rules, onStep, onStepTaken } = this.options;
    const { esmeOnly, pick } = options;
    const limits = limitsAt(rules, at, installation.cohort);
    const why: string[] = [];
    const context = this.contextOf(at, esmeOnly, (text) => why.push(text));
    let state = beginWalk(STEPS_OF_COHORT[installation.cohort], { hasGsme: installation.gas !== null, esmeOnly });
    for (;;) {
      const step = currentStep(state) as StepId;
      const checked = this.isJudged(step) ? checkStep(step, context.facts, limits) : 'answered';
      let observation: Observed = checked;
      if (checked === 'answered') {
        yield* hooked(onStep?.(step));
        observation = rowed(step, yield* STEP_WORK[step](context));
        const doubt = observation === 'noAnswer' && READ_ONLY.includes(step) ? this.options.doubt?.() : undefined;
        if (doubt !== undefined) {
          observation = 'notCarriedOut';
          why.push(doubt);
        }
      }
      const isUndone = observation === 'notCarriedOut';
      const taken: StepTaken = {
        at,
        step,
        observation,
        byCheck: checked !== 'answered',
        ...(isUndone && { why: why.join('; ') }),
      };
      this.steps.push(taken);
      yield* hooked(onStepTaken?.(taken));
      if (observation === 'notCarriedOut') {
        this.undone.push({ at, kind: 'migration', why: why.join('; ') });
        return undefined;
      }
      const next = nextStep(state, observation);
      if ('end' in next) return this.record(at, 'migration', outcomeOf(next, pick), observation);
      state = next;
    }
  }

  /** Whether the facts can tell of a step's check: not where nothing is known of its link and the device is to be asked. */
  private isJudged(step: StepId): boolean {
    const link = LINK_OF_CHECK[STEPS[step].check ?? ''];
    return link === undefined || this.options.unheard !== 'ask' || this.last.has(link);
  }

  private contextOf(at: Instant, esmeOnly: boolean, onWhy: (why: string) => void): AttemptContext {
    const { installation, devices, keySource, deviceTime } = this.options;
    const facts = this.factsAt(at);
    const onHeard = (link: LinkName, heardAt: Instant | undefined): void => {
      this.dateHeard(link, heardAt);
      facts[link === 'wan' ? 'lastWanContact' : 'lastHanContact'] = this.last.get(link) ?? NEVER;
    };
    const knows = (link: LinkName): boolean => this.last.has(link);
    return {
      at,
      deviceTime: deviceTime ?? (() => at),
      installation,
      esmeOnly,
      facts,
      devices,
      keySource,
      onHeard,
      knows,
      onWhy,
      whyRefused: () => this.whyRefused(),
    };
  }

  /** What a device dates itself counts as the schedule's, or as no evidence at all. */
  private dateHeard(link: LinkName, at: Instant | undefined): void {
    const dated = at !== undefined && this.options.dated ? this.options.dated(at) : at;
    if (at === undefined || dated !== undefined) this.heard(link, dated);
  }

  /** `at` undefined: it never carried anything. */
  private heard(link: LinkName, at: Instant | undefined): void {
    const last = this.last.get(link);
    if (at === undefined) this.last.set(link, last ?? NEVER);
    else if (last === undefined || at > last) {
      this.last.set(link, at);
      this.contacts.push({ at, link });
    }
  }

  private whyRefused(): string {
    return this.options.whyRefused?.() ?? 'attached hardware is not written';
  }

  private record(at: Instant, kind: Attempt['kind'], outcome: string, observation: Observed): Attempt {
    const cause = observation === 'systemFault' ? 'system' : 'device';
    const attempt: Attempt = { at, kind, outcome, cause, table510: isTable510(outcome) };
    this.attempts.push(attempt);
    return attempt;
  }
}

/** An attached device may answer what the table has no row for at a step; that is no finding about it, but about our side. */
function rowed(step: StepId, observation: Observed): Observed {
  if (observation === 'answered' || observation === 'notCarriedOut') return observation;
  return STEPS[step].codes[observation] ? observation : 'systemFault';
}

function* hooked(hook: Hook): Procedure<void> {
  if (hook) yield* hook;
}

/** Steps that read devices, before anything is written: who is not understood there has not been migrated half. */
const READ_ONLY: readonly StepId[] = ['wanRecent', 'hanRecent', 'deviceState'];

/** Which link's contacts a check judges. */
const LINK_OF_CHECK: Readonly<Record<string, LinkName>> = { wanRecent: 'wan', hanRecent: 'han' };

function coded(of: CodeOf, pick: number): string {
  const codes = codesOf(of, familyCodes);
  return codes[pick % codes.length] as string;
}

function outcomeOf(end: WalkEnd, pick: number): string {
  if (end.end === 'failed') return coded(end.code, pick);
  return end.end === 'ok' ? OK : OK_ESME;
}

const OUTCOME_OF_TRY: Readonly<Record<Exclude<Tried, 'notAllowed'>, (pick: number) => string>> = {
  done: () => OK,
  more: (pick) => coded({ family: 'preparation' }, pick),
  refused: (pick) => coded({ family: 'preparation' }, pick),
  noAnswer: () => NO_WAN,
};
