/**
 * Carries out the migration of one installation on the wire: the SMSO's contacts and instructions, and the DCC's
 * attempts, over any endpoints that the runner dials. The kernel compiles the tables of src/migration; the rig
 * interprets the same tables step by step and writes the same records.
 */
import { codeOfAsked, codeOfOurSide, type Asked } from '../../../src/migration/askedCodes.ts';
import { familyCodes, isTable510 } from '../../../src/migration/errorCodes.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { NO_WAN, OK, OK_ESME, type Attempt } from '../../../src/migration/history.ts';
import { codesOf, STEPS, STEPS_OF_COHORT, type CodeOf, type StepId } from '../../../src/migration/steps.ts';
import { beginWalk, checkStep, currentStep, nextStep, type WalkEnd } from '../../../src/migration/walk.ts';
import type { Instant } from '../../../src/time.ts';
import { observeError, type Observed } from '../../headend/observe.ts';
import { rest, type Call, type Procedure } from '../../headend/procedure.ts';
import { hasAnswered, wireErrorText } from '../../headend/wireError.ts';
import { contact, prepareOnce, type Tried } from '../../headend/smso.ts';
import { judgesOldNews, limitsAt } from '../../../src/rules/limits.ts';
import { LinkFacts } from './linkFacts.ts';
import { lastContact, type DrivenDevice } from './rigDevice.ts';
import type { Contacted, Hook, InstructionPlan, RigMemory, RigOptions } from './rigOptions.ts';
import type { Contact, RowsTaken, StepTaken, Undone } from './rigRows.ts';
import { SilentHub } from './silentHub.ts';
import { notCarriedOut, passed, takenOf, type StepTold, type Took } from './stepTaken.ts';
import {
  newsOfMeter,
  STEP_WORK,
  WRITING_STEPS,
  type AttemptContext,
  type LearntFacts,
  type LinkName,
} from './stepWork.ts';

/** The context that the steps of an attempt share, with the links whose devices were asked in it. */
interface JudgedContext extends AttemptContext {
  readonly asked: ReadonlySet<LinkName>;
  readonly hub: SilentHub;
  /** Details that the current step reported. They are cleared before each step. */
  readonly told: StepTold;
}

/** Number of sessions that the SMSO starts within one try. Our assumption. */
const SMSO_SESSIONS = 2;

/** Carries out the preparation and the migration attempts of one installation over the wire, and keeps the records. */
export class Rig {
  readonly attempts: Attempt[] = [];
  readonly steps: StepTaken[] = [];
  readonly undone: Undone[] = [];
  private readonly facts: LinkFacts;
  private taken = { attempts: 0, undone: 0 };
  private readonly options: RigOptions;

  constructor(options: RigOptions) {
    this.options = options;
    this.facts = new LinkFacts(options);
    const { memory } = options;
    if (memory === undefined) return;
    this.facts.restore(memory.links);
    if (memory.last) this.attempts.push(memory.last);
    this.taken = { attempts: this.attempts.length, undone: 0 };
  }

  /** What a rig has to remember that is put away between two events. Its rows must have been taken. */
  memory(): RigMemory {
    return { links: this.facts.memory(), last: this.attempts.at(-1) };
  }

  get contacts(): readonly Contact[] {
    return this.facts.contacts;
  }

  /**
   * Hands over what came since the last call. Contacts and steps are forgotten, so that a rig of many months stays
   * small; attempts stay.
   */
  takeRows(): RowsTaken {
    const { attempts, undone } = this.taken;
    this.taken = { attempts: this.attempts.length, undone: this.undone.length };
    return {
      attempt: this.attempts[attempts],
      undone: this.undone[undone],
      contacts: this.facts.contacts.splice(0),
      steps: this.steps.splice(0),
    };
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
    if (contacted.observation === 'answered') yield* this.askNews();
    return contacted;
  }

  /**
   * Asks the hub, at a contact, when it last heard the gas meter. It is asked only where that news is judged later, with the
   * WAN down. Without an answer the older news stands.
   */
  private *askNews(): Procedure<void> {
    const { devices, installation, rules } = this.options;
    if (judgesOldNews(rules) === 0 || installation.gas === null) return;
    const heard = yield* newsOfMeter(devices.chf);
    if (heard !== undefined) this.facts.dateHeard('han', heard.at);
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
        yield* (plan.between ?? rest)(plan.secondsBetweenTries);
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

  /**
   * Records that an event was not made because this side was not ready for it. A contact leaves a gap in the facts. An
   * attempt or an instruction becomes a record with cause `system`, which counts against no device.
   */
  miss(kind: 'contact' | Attempt['kind'], at: Instant, pick = 0): Attempt | undefined {
    if (kind !== 'contact') return this.record(at, kind, ourSideCode(pick), 'systemFault');
    this.facts.contacted('wan', 'systemFault');
    return undefined;
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
    if (isNatural && hub.isPassedOver(step)) {
      const judges = limits.judgesOldNews === 1 && this.facts.judgeOldNews();
      const news = judges ? checkStep(step, facts, limits) : 'answered';
      return news === 'answered' ? passed(passesSilently()) : { observation: news, byCheck: true };
    }
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
