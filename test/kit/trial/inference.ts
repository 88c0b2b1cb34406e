import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import { READINGS, readingsOn, type ReadingName, type Readings } from '../../../src/regulation/readings.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Question } from '../question.ts';
import { differencesOf } from '../compare.ts';

/** One or two readings that differ from those of the rule set. */
export type Alternative = Partial<Readings>;

/** The number of questions that an engine still fails if other readings are assumed. */
export interface Explanation {
  readonly readings: Alternative;
  readonly failing: number;
}

export interface Inference {
  /** The number of questions whose answers were available. */
  readonly asked: number;
  /** The number of these questions that the engine fails under the rule set as it is. */
  readonly failing: number;
  /**
   * The alternative under which the fewest questions fail; null if none is better than the rule set. Single readings
   * are preferred to pairs.
   */
  readonly best: Explanation | null;
}

export interface InferenceOptions {
  readonly rules: RuleSet;
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  /** The engine's answers, by the number of the question. */
  readonly answers: readonly (EngineOutcome | undefined)[];
  readonly question: (run: number) => Question;
  /** The runs whose answers differ from the bench's. */
  readonly failing: readonly number[];
}

/** The number of failing questions on which each alternative is tried before all answers are used. */
const TRIED_FIRST = 200;

/** Every other value of every reading that acts on histories, alone: no other changes a verdict. */
function singlesOf(rules: RuleSet): readonly Alternative[] {
  return readingsOn('histories').flatMap((name) =>
    Object.keys(READINGS[name].values)
      .filter((value) => value !== rules.readings[name])
      .map((value): Alternative => ({ [name]: value })),
  );
}

function pairsOf(singles: readonly Alternative[]): readonly Alternative[] {
  const nameOf = (one: Alternative) => Object.keys(one)[0] as ReadingName;
  return singles.flatMap((one, i) =>
    singles
      .slice(i + 1)
      .filter((other) => nameOf(other) !== nameOf(one))
      .map((other) => ({ ...one, ...other })),
  );
}

/**
 * Looks for one or two other readings that the engine follows. No question is asked again: the available answers are
 * compared with the bench's answers under each alternative. An explanation is tried on the failing questions first and
 * then on every answer, so that a reading that mends some answers and breaks others is not accepted.
 */
export function inferReadings(options: InferenceOptions): Inference {
  const { answers, question, failing, rules } = options;
  const known = answers.reduce((sum, answer) => sum + (answer?.kind === 'answered' ? 1 : 0), 0);
  const tried = failing.slice(0, TRIED_FIRST).map((run) => ({ question: question(run), outcome: answers[run] }));
  /** The number of answers that differ under a rule set; Infinity as soon as it is no better than `enough`. */
  const failingUnder = (readings: Alternative, enough: number): number => {
    const differs = differer({ ...rules, readings: { ...rules.readings, ...readings } }, options);
    const first = tried.filter((one) => differs(one.question, one.outcome)).length;
    // An alternative that explains none of the tried questions is not worth asking about all the others.
    if (first >= Math.min(enough, tried.length) && enough < Infinity) return Infinity;
    let count = 0;
    for (const [run, outcome] of answers.entries()) {
      if (outcome?.kind === 'answered' && differs(question(run), outcome)) count += 1;
      if (count >= enough) return Infinity;
    }
    return count;
  };
  // `failing` may be cut short, so the answers are counted.
  const total = failing.length === 0 ? 0 : failingUnder({}, Infinity);
  let best: Explanation | null = null;
  for (const level of [singlesOf, (of: RuleSet) => pairsOf(singlesOf(of))]) {
    for (const readings of level(rules)) {
      const count = failingUnder(readings, best?.failing ?? total);
      if (count < (best?.failing ?? total)) best = { readings, failing: count };
      if (count === 0 && total > 0) return { asked: known, failing: total, best };
    }
  }
  return { asked: known, failing: total, best };
}

function differer(
  rules: RuleSet,
  { clauses }: InferenceOptions,
): (question: Question, outcome?: EngineOutcome) => boolean {
  const decider = engine(rules);
  return ({ history, asOf }, outcome) =>
    outcome?.kind === 'answered' && differencesOf(outcome, decider.decide(history, asOf), { clauses }).length > 0;
}

/** `separateWeeks=sevenDays and reset=otherOutcome`. */
export function alternativeText(readings: Alternative): string {
  return Object.entries(readings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' and ');
}
