/**
 * Carries out the migration of one installation on the wire: the SMSO's contacts and instructions, and the DCC's
 * attempts, over any endpoints that the runner dials. The kernel compiles the tables of src/migration; the rig
 * interprets the same tables step by step and writes the same records.
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

/** The context that the steps of an attempt share, with the links whose devices were asked in it. */
interface JudgedContext extends AttemptContext {
  readonly asked: ReadonlySet<LinkName>;
  readonly hub: SilentHub;
  /** Details that the current step reported. They are cleared before each step. */
  readonly told: StepTold;
}

interface StepTold {
  why: string[];
  failed: Asked | undefined;
  readings: Reading[];
}

/** Collects failures on this side of the links. They are never an observation of a device. */
export interface OurSide {
  /** Starts a new exchange; earlier failures no longer count. */
  begin(): void;
  /** The reason, in words, why this side caused a missing answer since `begin`; undefined if it did not. */
  why(): string | undefined;
}

/** A change of the world, made at once or by a procedure that a device carries out. */
type Hook = Procedure<void> | void;

/** The installation, its rules, its devices and the known facts of its links. */
export interface RigOptions extends LinkFactsOptions {
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
  /**
   * The reason to leave out a step, which ends the attempt; undefined to take the step. Default: every step is taken.
   */
  readonly leaves?: (step: StepId) => string | undefined;
  /** Reports failures of this side. Default: this side never fails. */
  readonly ours?: OurSide;
  /**
   * Called before an instruction, and before the first step of an attempt that writes, because everything that may
   * change must be on record first. Returns the reason if it cannot be recorded; nothing is then written. Default:
   * recording always succeeds.
   */
  readonly onFirstWrite?: (at: Instant, step: StepId | 'preparation') => string | undefined;
  /**
   * Selects the code of a failure that the plan did not choose. `picked`: the code of the family that `pick` names, as
   * in the kernel (default). `asked`: the code whose words match what was asked.
   */
  readonly codes?: 'picked' | 'asked';
  /** The reason for which the guard of attached hardware last refused a write. */
  readonly whyRefused?: () => string;
  /**
   * The reason, in words, why an exchange without a result is not a silence of the device: the device answered and was
   * not understood. Undefined for a silence that counts.
   */
  readonly doubt?: () => string | undefined;
  /** True if the plan strikes a step; the tables then give its result. Default: no step is struck. */
  readonly isStruck?: (step: StepId) => boolean;
  /** The time to which the clocks of devices are set. Default: the attempt's instant. */
  readonly deviceTime?: (device: DeviceName) => Instant;
  /** Called before the work of a step and after it. Effects are realised here. */
  readonly onStep?: (step: StepId) => Hook;
  readonly onStepTaken?: (taken: StepTaken) => Hook;
}

/** An instruction that is tried on schedule. `before` may change the world ahead of a try. */
export interface InstructionPlan {
  /** Time from one try to the next, in seconds. */
  readonly secondsBetweenTries: number;
  readonly tries: number;
  readonly works: readonly Preparation[];
  readonly blocksPerTry: number;
  /** Selects the code of a failure within its family. It does not apply to a lack of WAN. */
  readonly pick: number;
  readonly onTry?: (at: Instant, number: number) => Hook;
  /** Lets the time between two tries pass. Default: the rig waits. */
  readonly between?: (seconds: number) => Procedure<void>;
  /** The time to which the hub's clock is set. Default: the instant of the try. */
  readonly deviceTime?: () => Instant;
}

/** Number of sessions that the SMSO starts within one try. Our assumption. */
const SMSO_SESSIONS = 2;

/** Carries out the preparation and the migration attempts of one installation over the wire, and keeps the records. */
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

  /** The hub sent something unasked: its WAN carried it, whatever becomes of the exchange under way. */
  heardUnasked(at: Instant): void {
    this.facts.heard('wan', at);
  }

  /** Returns the facts at an instant, as last learnt. */
  factsAt(at: Instant): LearntFacts {
    return this.facts.at(at);
  }

  /**
   * Makes a scheduled contact of the SMSO. The contact is dated by the schedule, or by the driver. A hub that answers
   * has been reached, even if it refuses the public client.
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

  /** Carries out an instruction of clause 4.26, dated by its last try. Undefined if it could not be carried out. */
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

  /** Makes one migration attempt at its scheduled instant. `pick` selects the code of a failure within its family. */
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

  /** Takes one step: first its check on facts, then its work unless the check ended the attempt. */
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
    // The device may just have supplied the fact that was missing when the check was to be judged.
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

/** The outcome of a contact. `why` is what the hub said, or the reason why nothing came. */
export interface Contacted {
  readonly observation: Observed;
  readonly why?: string;
}

/** The outcome of a step. */
interface Took {
  readonly observation: Observed;
  readonly byCheck: boolean;
  /** Replaces the reason that the step itself reported. */
  readonly why?: string | undefined;
  /** True if this side failed. */
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

/** An answer of an attached device that has no row at this step is a fault of our side, not of the device. */
function asRow(step: StepId, observation: Observed): Observed {
  if (observation === 'answered' || observation === 'notCarriedOut') return observation;
  return STEPS[step].codes[observation] ? observation : 'systemFault';
}

function* withHooks(hook: Hook): Procedure<void> {
  if (hook) yield* hook;
}

/** Steps that read devices before anything is written, so no device is left half migrated. */
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
