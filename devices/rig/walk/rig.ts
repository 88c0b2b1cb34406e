/**
 * One installation's migration on the wire: the SMSO's contacts and instructions, and DCC's attempts, over whichever endpoints
 * the runner dials. The rig interprets the tables of src/migration step by step where the kernel compiles them, and writes the
 * same records.
 */
import type { Installation } from '../../../src/installation/installation.ts';
import { familyCodes, isTable510 } from '../../../src/migration/errorCodes.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { NO_WAN, OK, OK_ESME, type Attempt } from '../../../src/migration/history.ts';
import { codesOf, STEPS, STEPS_OF_COHORT, type CodeOf, type StepId } from '../../../src/migration/steps.ts';
import { beginWalk, checkStep, currentStep, nextStep, type WalkEnd } from '../../../src/migration/walk.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { KeySource } from '../../headend/keySource.ts';
import { observeError, type Observed } from '../../headend/observe.ts';
import { wait, type Call, type DeviceName, type Procedure } from '../../headend/procedure.ts';
import { contact, prepareOnce, type Preparation, type Tried } from '../../headend/smso.ts';
import { limitsAt } from '../../../src/rules/limits.ts';
import { LinkFacts, type LinkFactsOptions } from './linkFacts.ts';
import { lastContact, type RigDevices } from './rigDevice.ts';
import type { Contact, StepTaken, Undone } from './rigRows.ts';
import { SilentHub } from './silentHub.ts';
import { STEP_WORK, type AttemptContext, type LearntFacts, type LinkName } from './stepWork.ts';

/** As the steps see an attempt, and which links' devices were asked in it. */
interface JudgedContext extends AttemptContext {
  readonly asked: ReadonlySet<LinkName>;
  readonly hub: SilentHub;
}

/** What is done in the world around a step: at once, or as a procedure where it takes a device to do it. */
type Hook = Procedure<void> | void;

export interface RigOptions extends LinkFactsOptions {
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
  /** Why a step is left out, which ends the attempt; undefined: it is taken. Default: all are. */
  readonly leaves?: (step: StepId) => string | undefined;
  /** Whether an answer failed to come because of something on this side: that is no observation of the device. */
  readonly isOurs?: () => boolean;
  /** Why the guard of attached hardware last refused a write. */
  readonly whyRefused?: () => string;
  /**
   * Whether the silence of a device rather is a doubt of ours: it answers, and not to the keys held. In words; undefined for a
   * silence that counts.
   */
  readonly doubt?: () => string | undefined;
  /** Whether the plan strikes a step: what comes of it then is what the tables say of the effect. Default: it strikes none. */
  readonly isStruck?: (step: StepId) => boolean;
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

/** Sessions that the SMSO begins within one try. Our assumption. */
const SMSO_SESSIONS = 2;

export class Rig {
  readonly attempts: Attempt[] = [];
  readonly steps: StepTaken[] = [];
  readonly undone: Undone[] = [];
  private readonly facts: LinkFacts;
  private readonly options: RigOptions;

  constructor(options: RigOptions) {
    this.options = options;
    this.facts = new LinkFacts(options);
  }

  get contacts(): readonly Contact[] {
    return this.facts.contacts;
  }

  /** The facts as they were last learnt, at an instant. */
  factsAt(at: Instant): LearntFacts {
    return this.facts.at(at);
  }

  /** A scheduled contact of the SMSO: whether the hub answered. It is the schedule's instant that counts, or the driver's. */
  *contact(at: Instant, call: Omit<Call, 'client'>): Procedure<Observed> {
    const { chf } = this.options.devices;
    if (chf.by === 'driver') {
      const heard = yield* lastContact(chf, 'wan');
      if (typeof heard === 'string') return heard;
      this.facts.dateHeard('wan', heard ?? undefined);
      return 'answered';
    }
    const reached = yield* contact(call);
    if (!reached.ok) return this.attributed(observeError(reached.error));
    this.facts.heard('wan', at);
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
    const { installation, rules, onStepTaken } = this.options;
    const { esmeOnly, pick } = options;
    const limits = limitsAt(rules, at, installation.cohort);
    const why: string[] = [];
    const context = this.contextOf({ at, esmeOnly, limits, onWhy: (text) => why.push(text) });
    let state = beginWalk(STEPS_OF_COHORT[installation.cohort], { hasGsme: installation.gas !== null, esmeOnly });
    for (;;) {
      const step = currentStep(state) as StepId;
      const { observation, byCheck, passed } = yield* this.take(step, context, limits);
      const said = observation === 'notCarriedOut' ? why.join('; ') : passed;
      const taken: StepTaken = { at, step, observation, byCheck, ...(said !== undefined && { why: said }) };
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

  /** One step: its check on facts, and its work where the check does not end the attempt. */
  private *take(step: StepId, context: JudgedContext, limits: CheckLimits): Procedure<Took> {
    const { leaves, onStep } = this.options;
    const { hub, facts } = context;
    const whyLeft = leaves?.(step);
    if (whyLeft !== undefined) {
      context.onWhy(whyLeft);
      return { observation: 'notCarriedOut', byCheck: false };
    }
    const isNatural = !this.options.isStruck?.(step);
    const passesSilently = (): string | undefined =>
      isNatural ? hub.passes(step, facts, (link) => this.facts.isFresh(link, facts, limits)) : undefined;
    if (isNatural && hub.isPassedOver(step)) return passed(passesSilently());
    const isJudged = this.facts.judge(step, context.asked);
    const checked = isJudged ? checkStep(step, facts, limits) : 'answered';
    if (checked !== 'answered') return { observation: checked, byCheck: true };
    yield* hooked(onStep?.(step));
    const observation = rowed(step, this.attributed(yield* STEP_WORK[step](context)));
    const doubt = observation === 'noAnswer' && READ_ONLY.includes(step) ? this.options.doubt?.() : undefined;
    if (doubt !== undefined) {
      context.onWhy(doubt);
      return { observation: 'notCarriedOut', byCheck: false };
    }
    const why = observation === 'noAnswer' ? passesSilently() : undefined;
    if (why !== undefined) return passed(why);
    const unjudged = observation === 'answered' ? hub.whyUnjudged(step) : undefined;
    if (unjudged !== undefined) {
      context.onWhy(unjudged);
      return { observation: 'notCarriedOut', byCheck: false };
    }
    // The device may just have said what the check could not be judged from before.
    const isAnswered = observation === 'answered' && !isJudged && this.facts.judge(step, context.asked);
    return { observation: isAnswered ? checkStep(step, facts, limits) : observation, byCheck: false };
  }

  private attributed(observation: Observed): Observed {
    return observation === 'noAnswer' && this.options.isOurs?.() ? 'systemFault' : observation;
  }

  private contextOf(of: {
    readonly at: Instant;
    readonly esmeOnly: boolean;
    readonly limits: CheckLimits;
    readonly onWhy: (why: string) => void;
  }): JudgedContext {
    const { at, esmeOnly, limits, onWhy } = of;
    const { installation, devices, keySource, deviceTime } = this.options;
    const facts = this.facts.at(at);
    const asked = new Set<LinkName>();
    const onHeard = (link: LinkName, heardAt: Instant | undefined): void => {
      asked.add(link);
      this.facts.dateHeard(link, heardAt);
      Object.assign(facts, this.facts.at(at));
    };
    const knows = (link: LinkName): boolean => this.facts.know(link, facts, limits);
    return {
      at,
      deviceTime: deviceTime ?? (() => at),
      installation,
      esmeOnly,
      facts,
      devices,
      keySource,
      asked,
      hub: new SilentHub(),
      onHeard,
      knows,
      onWhy,
      whyRefused: () => this.whyRefused(),
    };
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

/** What a step came to; `passed`: why it is passed although nobody answered. */
interface Took {
  readonly observation: Observed;
  readonly byCheck: boolean;
  readonly passed?: string | undefined;
}

function passed(why: string | undefined): Took {
  return { observation: 'answered', byCheck: false, passed: why };
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
