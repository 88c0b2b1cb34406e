/**
 * One installation's migration on the wire: the SMSO's contacts and instructions, and DCC's attempts, over whichever endpoints
 * the runner dials. The rig interprets the tables of src/migration step by step where the kernel compiles them, and writes the
 * same records.
 */
import type { Installation } from '../../../src/installation/installation.ts';
import { codeOfAsked, codeOfOurSide, type Asked } from '../../../src/migration/askedCodes.ts';
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
import { hasAnswered, wireErrorText } from '../../headend/wireError.ts';
import { contact, prepareOnce, type Preparation, type Tried } from '../../headend/smso.ts';
import { limitsAt } from '../../../src/rules/limits.ts';
import { LinkFacts, type LinkFactsOptions } from './linkFacts.ts';
import { lastContact, type DrivenDevice, type RigDevices } from './rigDevice.ts';
import type { Contact, Reading, StepTaken, Undone } from './rigRows.ts';
import { SilentHub } from './silentHub.ts';
import { STEP_WORK, WRITING_STEPS, type AttemptContext, type LearntFacts, type LinkName } from './stepWork.ts';

/** As the steps see an attempt, and which links' devices were asked in it. */
interface JudgedContext extends AttemptContext {
  readonly asked: ReadonlySet<LinkName>;
  readonly hub: SilentHub;
  /** What the steps told of themselves; emptied before each step. */
  readonly told: StepTold;
}

interface StepTold {
  why: string[];
  failed: Asked | undefined;
  readings: Reading[];
}

/** What goes wrong on this side of the links: it is never an observation of a device. */
export interface OurSide {
  /** An exchange begins: what went wrong before it does not count. */
  begin(): void;
  /** Why an answer failed to come since then, if it was this side's doing; in words. */
  why(): string | undefined;
}

/** What is done in the world around a step: at once, or as a procedure where it takes a device to do it. */
type Hook = Procedure<void> | void;

/** The installation, its rules, its devices and the facts that are known of its links. */
export interface RigOptions extends LinkFactsOptions {
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
  /** Why a step is left out, which ends the attempt; undefined: it is taken. Default: all are. */
  readonly leaves?: (step: StepId) => string | undefined;
  /** Default: nothing ever goes wrong on this side. */
  readonly ours?: OurSide;
  /**
   * Called before the first step of an attempt that writes, and before an instruction: what may be changed from here on must be
   * on record first. Gives why it cannot be put there; nothing is then written. Default: it always can.
   */
  readonly onFirstWrite?: (at: Instant, step: StepId | 'preparation') => string | undefined;
  /**
   * Which code of a family a failure carries that the plan did not choose. `picked`: the one that `pick` says, as the kernel
   * has it (default). `asked`: the one whose words are those of what was asked.
   */
  readonly codes?: 'picked' | 'asked';
  /** Why the guard of attached hardware last refused a write. */
  readonly whyRefused?: () => string;
  /**
   * Why an exchange without a result is no silence of the device: it did answer, and was not understood. In words; undefined for
   * a silence that counts.
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

/** Walks one installation's preparation and migration attempts over the wire, and keeps the records of it. */
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

  /**
   * A scheduled contact of the SMSO. It counts at the schedule's instant, or at the driver's. A hub that answers has been reached,
   * also where it refuses the public client.
   */
  *contact(at: Instant, call: Omit<Call, 'client'>): Procedure<Contacted> {
    const { devices, ours } = this.options;
    ours?.begin();
    const made = yield* devices.chf.by === 'driver' ? this.askDriver(devices.chf) : this.callHub(at, call);
    const why = made.observation === 'noAnswer' ? ours?.why() : undefined;
    const contacted: Contacted = why === undefined ? made : { observation: 'systemFault', why };
    this.facts.contacted('wan', contacted.observation);
    return contacted;
  }

  private *askDriver(chf: DrivenDevice): Procedure<Contacted> {
    const why: string[] = [];
    const heard = yield* lastContact(chf, 'wan', { onWhy: (text) => why.push(text) });
    if (typeof heard === 'string') return { observation: heard, ...(why[0] !== undefined && { why: why[0] }) };
    this.facts.dateHeard('wan', heard ?? undefined);
    return { observation: 'answered' };
  }

  private *callHub(at: Instant, call: Omit<Call, 'client'>): Procedure<Contacted> {
    const reached = yield* contact(call);
    if (!reached.ok && !hasAnswered(reached.error)) {
      return { observation: observeError(reached.error), why: wireErrorText(reached.error) };
    }
    this.facts.heard('wan', at);
    return reached.ok
      ? { observation: 'answered' }
      : { observation: 'answered', why: `the hub answers: ${wireErrorText(reached.error)}` };
  }

  /** An instruction of clause 4.26. Its record stands at its last try; without one it could not be carried out. */
  *instruct(firstTry: Instant, plan: InstructionPlan): Procedure<Attempt | undefined> {
    if (this.options.devices.chf.by === 'driver') {
      return this.leaveOut(firstTry, 'instruction', 'a driver can neither send firmware nor configure a hub');
    }
    const { ours, doubt, onFirstWrite } = this.options;
    const unrecorded = onFirstWrite?.(firstTry, 'preparation');
    if (unrecorded !== undefined) return this.leaveOut(firstTry, 'instruction', unrecorded);
    let tried: Tried = 'more';
    let at = firstTry;
    let ourWhy: string | undefined;
    for (let made = 0; made < plan.tries && tried !== 'done' && tried !== 'notAllowed'; made += 1) {
      if (made > 0) {
        yield* (plan.between ?? wait)(plan.secondsBetweenTries);
        at = firstTry + made * plan.secondsBetweenTries;
      }
      yield* withHooks(plan.onTry?.(at, made));
      const session = { at: plan.deviceTime?.() ?? at, blocksMax: plan.blocksPerTry, triesPerSession: SMSO_SESSIONS };
      ours?.begin();
      tried = yield* prepareOnce(plan.works, session);
      ourWhy = tried === 'noAnswer' ? ours?.why() : undefined;
    }
    if (tried === 'notAllowed') return this.leaveOut(at, 'instruction', this.whyRefused());
    if (ourWhy !== undefined) return this.record(at, 'instruction', ourSideCode(plan.pick), 'systemFault');
    const why = tried === 'noAnswer' ? doubt?.() : undefined;
    if (why !== undefined) return this.leaveOut(at, 'instruction', why);
    return this.record(at, 'instruction', OUTCOME_OF_TRY[tried](plan.pick), 'answered');
  }

  private leaveOut(at: Instant, kind: Attempt['kind'], why: string): undefined {
    this.undone.push({ at, kind, why });
    return undefined;
  }

  /** One migration attempt, at its scheduled instant. `pick` says which code of a family a failure carries. */
  *attempt(
    at: Instant,
    options: { readonly esmeOnly: boolean; readonly pick: number },
  ): Procedure<Attempt | undefined> {
    const { installation, rules, onStepTaken } = this.options;
    const { esmeOnly, pick } = options;
    const limits = limitsAt(rules, at, installation.cohort);
    const context = this.contextOf({ at, esmeOnly, limits });
    let state = beginWalk(STEPS_OF_COHORT[installation.cohort], { hasGsme: installation.gas !== null, esmeOnly });
    let isWritten = false;
    for (;;) {
      const step = currentStep(state) as StepId;
      Object.assign(context.told, { why: [], failed: undefined, readings: [] } satisfies StepTold);
      const isFirstWrite: boolean = !isWritten && WRITING_STEPS.includes(step);
      isWritten ||= isFirstWrite;
      const took = yield* this.take(step, context, { limits, isFirstWrite });
      const taken = takenOf({ at, step, took, told: context.told });
      this.steps.push(taken);
      yield* withHooks(onStepTaken?.(taken));
      if (took.observation === 'notCarriedOut') return this.leaveOut(at, 'migration', taken.why ?? '');
      const next = nextStep(state, took.observation);
      if ('end' in next) {
        const outcome = this.outcomeOf(next, { step, took, pick, failed: context.told.failed });
        return this.record(at, 'migration', outcome, took.observation);
      }
      state = next;
    }
  }

  private outcomeOf(
    end: WalkEnd,
    of: { readonly step: StepId; readonly took: Took; readonly pick: number; readonly failed: Asked | undefined },
  ): string {
    const { step, took, pick, failed } = of;
    if (end.end !== 'failed') return end.end === 'ok' ? OK : OK_ESME;
    const isChosen = this.options.codes !== 'asked' || this.options.isStruck?.(step);
    if (isChosen || took.observation === 'notCarriedOut') return withCode(end.code, pick);
    if (took.isOurs) return ourSideCode(pick);
    const asked = failed && codeOfAsked(step, took.observation, failed);
    return asked ?? withCode(end.code, pick);
  }

  /** One step: its check on facts, and its work where the check does not end the attempt. */
  private *take(
    step: StepId,
    context: JudgedContext,
    { limits, isFirstWrite }: { readonly limits: CheckLimits; readonly isFirstWrite: boolean },
  ): Procedure<Took> {
    const { leaves, onStep, onFirstWrite, ours } = this.options;
    const { hub, facts } = context;
    const whyLeft = leaves?.(step) ?? (isFirstWrite ? onFirstWrite?.(context.at, step) : undefined);
    if (whyLeft !== undefined) return notCarriedOut(whyLeft);
    const isNatural = !this.options.isStruck?.(step);
    const passesSilently = (): string | undefined =>
      isNatural ? hub.passes(step, facts, (link) => this.facts.isFresh(link, facts, limits)) : undefined;
    if (isNatural && hub.isPassedOver(step)) return passed(passesSilently());
    const isJudged = this.facts.judge(step, context.asked);
    const checked = isJudged ? checkStep(step, facts, limits) : 'answered';
    if (checked !== 'answered') return { observation: checked, byCheck: true };
    yield* withHooks(onStep?.(step));
    ours?.begin();
    const observation = asRow(step, yield* STEP_WORK[step](context));
    const whyOurs = observation === 'noAnswer' ? ours?.why() : undefined;
    if (whyOurs !== undefined) return { observation: 'systemFault', byCheck: false, why: whyOurs, isOurs: true };
    const doubt = observation === 'noAnswer' && READ_ONLY.includes(step) ? this.options.doubt?.() : undefined;
    if (doubt !== undefined) return notCarriedOut(doubt);
    const why = observation === 'noAnswer' ? passesSilently() : undefined;
    if (why !== undefined) return passed(why);
    const unjudged = observation === 'answered' ? hub.whyUnjudged(step) : undefined;
    if (unjudged !== undefined) return notCarriedOut(unjudged);
    // The device may just have said what the check could not be judged from before.
    const isAnswered = observation === 'answered' && !isJudged && this.facts.judge(step, context.asked);
    return { observation: isAnswered ? checkStep(step, facts, limits) : observation, byCheck: false };
  }

  private contextOf(of: {
    readonly at: Instant;
    readonly esmeOnly: boolean;
    readonly limits: CheckLimits;
  }): JudgedContext {
    const { at, esmeOnly, limits } = of;
    const told: StepTold = { why: [], failed: undefined, readings: [] };
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
      told,
      onWhy: (why) => told.why.push(why),
      onFailed: (failed) => (told.failed = failed),
      onReading: (reading) => told.readings.push(reading),
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

/** How a contact went; `why`: what the hub said, or why nothing came. */
export interface Contacted {
  readonly observation: Observed;
  readonly why?: string;
}

/** What a step came to. */
interface Took {
  readonly observation: Observed;
  readonly byCheck: boolean;
  /** Instead of what the step itself told. */
  readonly why?: string | undefined;
  /** This side failed. */
  readonly isOurs?: boolean;
}

function passed(why: string | undefined): Took {
  return { observation: 'answered', byCheck: false, why };
}

function notCarriedOut(why: string): Took {
  return { observation: 'notCarriedOut', byCheck: false, why };
}

function takenOf(of: {
  readonly at: Instant;
  readonly step: StepId;
  readonly took: Took;
  readonly told: StepTold;
}): StepTaken {
  const { at, step, took, told } = of;
  const { observation, byCheck } = took;
  const own = observation === 'answered' || byCheck || told.why.length === 0 ? undefined : told.why.join('; ');
  const why = took.why ?? own;
  const { readings } = told;
  return {
    at,
    step,
    observation,
    byCheck,
    ...(why !== undefined && { why }),
    ...(readings.length > 0 && { readings }),
  };
}

/** An attached device may answer what the table has no row for at a step. That is no finding about it, but about our side. */
function asRow(step: StepId, observation: Observed): Observed {
  if (observation === 'answered' || observation === 'notCarriedOut') return observation;
  return STEPS[step].codes[observation] ? observation : 'systemFault';
}

function* withHooks(hook: Hook): Procedure<void> {
  if (hook) yield* hook;
}

/** Steps that read devices before anything is written. A device that is not understood there has not been migrated half. */
const READ_ONLY: readonly StepId[] = ['wanRecent', 'hanRecent', 'deviceState'];

function withCode(of: CodeOf, pick: number): string {
  const codes = codesOf(of, familyCodes);
  return codes[pick % codes.length] as string;
}

function ourSideCode(pick: number): string {
  return codeOfOurSide() ?? withCode({ family: 'system' }, pick);
}

const OUTCOME_OF_TRY: Readonly<Record<Exclude<Tried, 'notAllowed'>, (pick: number) => string>> = {
  done: () => OK,
  more: (pick) => withCode({ family: 'preparation' }, pick),
  refused: (pick) => withCode({ family: 'preparation' }, pick),
  noAnswer: () => NO_WAN,
};
