/**
 * One installation's migration on the wire: the SMSO's contacts and instructions, and DCC's attempts, over whichever endpoints
 * the runner dials. The rig interprets the tables of src/migration step by step where the kernel compiles them, and writes the
 * same records.
 */
import type { Installation } from '../../src/installation/installation.ts';
import { familyCodes, isTable510 } from '../../src/migration/errorCodes.ts';
import { NO_WAN, OK, OK_ESME, type Attempt } from '../../src/migration/history.ts';
import type { Observation } from '../../src/migration/observations.ts';
import { codesOf, STEPS, STEPS_OF_COHORT, type CodeOf, type StepId } from '../../src/migration/steps.ts';
import { beginWalk, checkStep, currentStep, nextStep, type WalkEnd } from '../../src/migration/walk.ts';
import type { RuleSet } from '../../src/regulation/ruleset.ts';
import type { Instant } from '../../src/time.ts';
import type { DccPeers, Diagnostics } from '../headend/dcc.ts';
import type { KeySource } from '../headend/keySource.ts';
import { wait, type Call, type Procedure } from '../headend/procedure.ts';
import { contact, prepareOnce, type Preparation, type Tried } from '../headend/smso.ts';
import { limitsAt } from './limits.ts';
import { STEP_WORK, type AttemptContext, type LearntFacts } from './stepWork.ts';

/** A row of the `contacts` record, without its subject. */
export interface Contact {
  readonly at: Instant;
  readonly link: 'wan' | 'han';
}

/** What a step of an attempt came to. */
export interface StepTaken {
  /** The attempt's scheduled instant. */
  readonly at: Instant;
  readonly step: StepId;
  readonly observation: Observation;
  /** Whether the check on facts ended it before anything was sent. */
  readonly byCheck: boolean;
}

export interface RigOptions {
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly peers: DccPeers;
  readonly keySource: KeySource;
  /** From when the DMC stands on the EPCL. */
  readonly epclEntryFrom: Instant;
  readonly displayBlocked: boolean;
  /** What must happen in the world before a step's work, and after it: an emulated one realises effects here. */
  readonly onStep?: (step: StepId) => void;
  readonly onStepTaken?: (taken: StepTaken) => void;
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
  readonly onTry?: (at: Instant, number: number) => void;
}

/** Our assumption: the first moments of history, for what was never heard of. */
const NEVER: Instant = 0;

/** Sessions that the SMSO begins within one try. Our assumption. */
const SMSO_SESSIONS = 2;

export class Rig {
  readonly attempts: Attempt[] = [];
  readonly contacts: Contact[] = [];
  readonly steps: StepTaken[] = [];
  private lastWanContact = NEVER;
  private lastHanContact = NEVER;
  private readonly options: RigOptions;

  constructor(options: RigOptions) {
    this.options = options;
  }

  /** The facts as they were last learnt, at an instant. */
  factsAt(at: Instant): LearntFacts {
    const { epclEntryFrom, displayBlocked } = this.options;
    const { lastWanContact, lastHanContact } = this;
    return { at, lastWanContact, lastHanContact, epclEntryFrom, displayBlocked: displayBlocked ? 1 : 0 };
  }

  /** A scheduled contact of the SMSO: whether the hub answered. It is the schedule's instant that counts. */
  *contact(at: Instant, call: Omit<Call, 'client'>): Procedure<boolean> {
    const reached = (yield* contact(call)).ok;
    if (reached) this.heard('wan', at);
    return reached;
  }

  /** An instruction of clause 4.26. Its record stands at its last try. */
  *instruct(firstTry: Instant, plan: InstructionPlan): Procedure<Attempt> {
    let tried: Tried = 'more';
    let at = firstTry;
    for (let made = 0; made < plan.tries && tried !== 'done'; made += 1) {
      if (made > 0) {
        yield* wait(plan.secondsBetweenTries);
        at = firstTry + made * plan.secondsBetweenTries;
      }
      plan.onTry?.(at, made);
      const session = { at, blocksMax: plan.blocksPerTry, triesPerSession: SMSO_SESSIONS };
      tried = yield* prepareOnce(plan.works, session);
    }
    return this.record(at, 'instruction', OUTCOME_OF_TRY[tried](plan.pick), 'answered');
  }

  /** One migration attempt, at its scheduled instant. `pick` says which code of a family a failure carries. */
  *attempt(at: Instant, options: { readonly esmeOnly: boolean; readonly pick: number }): Procedure<Attempt> {
    const { installation, rules, onStep, onStepTaken } = this.options;
    const { esmeOnly, pick } = options;
    const limits = limitsAt(rules, at, installation.cohort);
    const context = this.contextOf(at, esmeOnly);
    let state = beginWalk(STEPS_OF_COHORT[installation.cohort], { hasGsme: installation.gas !== null, esmeOnly });
    for (;;) {
      const step = currentStep(state) as StepId;
      const checked = checkStep(step, context.facts, limits);
      let observation = checked;
      if (checked === 'answered') {
        onStep?.(step);
        observation = rowed(step, yield* STEP_WORK[step](context));
      }
      const taken = { at, step, observation, byCheck: checked !== 'answered' };
      this.steps.push(taken);
      onStepTaken?.(taken);
      const next = nextStep(state, observation);
      if ('end' in next) return this.record(at, 'migration', outcomeOf(next, pick), observation);
      state = next;
    }
  }

  private contextOf(at: Instant, esmeOnly: boolean): AttemptContext {
    const { installation, peers, keySource } = this.options;
    const facts = this.factsAt(at);
    const onDiagnostics = ({ gsmeHeardAt }: Diagnostics): void => {
      if (gsmeHeardAt === undefined) return;
      this.heard('han', gsmeHeardAt);
      facts.lastHanContact = gsmeHeardAt;
    };
    return { at, installation, esmeOnly, facts, peers, keySource, onDiagnostics };
  }

  private heard(link: Contact['link'], at: Instant): void {
    const last = link === 'wan' ? this.lastWanContact : this.lastHanContact;
    if (at <= last) return;
    if (link === 'wan') this.lastWanContact = at;
    else this.lastHanContact = at;
    this.contacts.push({ at, link });
  }

  private record(at: Instant, kind: Attempt['kind'], outcome: string, observation: Observation): Attempt {
    const cause = observation === 'systemFault' ? 'system' : 'device';
    const attempt: Attempt = { at, kind, outcome, cause, table510: isTable510(outcome) };
    this.attempts.push(attempt);
    return attempt;
  }
}

/** An attached device may answer what the table has no row for at a step; that is no finding about it, but about our side. */
function rowed(step: StepId, observation: Observation): Observation {
  return observation === 'answered' || STEPS[step].codes[observation] ? observation : 'systemFault';
}

function coded(of: CodeOf, pick: number): string {
  const codes = codesOf(of, familyCodes);
  return codes[pick % codes.length] as string;
}

function outcomeOf(end: WalkEnd, pick: number): string {
  if (end.end === 'failed') return coded(end.code, pick);
  return end.end === 'ok' ? OK : OK_ESME;
}

const OUTCOME_OF_TRY: Readonly<Record<Tried, (pick: number) => string>> = {
  done: () => OK,
  more: (pick) => coded({ family: 'preparation' }, pick),
  refused: (pick) => coded({ family: 'preparation' }, pick),
  noAnswer: () => NO_WAN,
};
