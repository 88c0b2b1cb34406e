import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import { READING_NAMES, READINGS, type ReadingName, type Readings } from '../../../src/regulation/readings.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Question } from '../arbitraries/histories.ts';
import { differencesOf } from '../compare.ts';

/** One or two readings that differ from those of the rule set. */
export type Alternative = Partial<Readings>;

/** How many questions an engine still fails if it is held to other readings. */
export interface Explanation {
  readonly readings: Alternative;
  readonly failing: number;
}

export interface Inference {
  /** Questions of which answers were at hand. */
  readonly asked: number;
  /** Of these, questions that the engine fails under the rule set as it is. */
  readonly failing: number;
  /** The alternative under which fewest fail, if any does better than the rule set. Singles go before pairs. */
  readonly best: Explanation | null;
}

export interface InferenceOptions {
  readonly rules: RuleSet;
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  /** Question number `run`, and what the engine answered. */
  readonly answers: readonly (EngineOutcome | undefined)[];
  readonly question: (run: number) => Question;
  /** Runs whose answers differ from the bench's. */
  readonly failing: readonly number[];
}

/** Failing questions that each alternative is tried on before all answers are. */
const TRIED_FIRST = 200;

/** Every other value of every reading, alone. `windowEdge` moves no verdict. */
function singlesOf(rules: RuleSet): readonly Alternative[] {
  return READING_NAMES.filter((name) => name !== 'windowEdge').flatMap((name) =>
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
 * Looks for one other reading, or two, that the engine follows. No question is asked again: the answers at hand are
 * compared with what the bench answers under each alternative. An explanation is tried on the failing questions first,
 * and then on every answer, so that a reading that mends some and breaks others is not taken for one.
 */
export function inferReadings(options: InferenceOptions): Inference {
  const { answers, question, failing, rules } = options;
  const known = answers.reduce((sum, answer) => sum + (answer?.kind === 'answered' ? 1 : 0), 0);
  const tried = failing.slice(0, TRIED_FIRST).map((run) => ({ question: question(run), outcome: answers[run] }));
  const failingUnder = (alternative: Alternative, enough: number): number => {
    const differs = differer({ ...rules, readings: { ...rules.readings, ...alternative } }, options);
    const first = tried.filter((one) => differs(one.question, one.outcome)).length;
    if (first >= Math.min(enough, tried.length)) return Infinity;
    let count = 0;
    for (const [run, outcome] of answers.entries()) {
      if (outcome?.kind === 'answered' && differs(question(run), outcome)) count += 1;
      if (count >= enough) return Infinity;
    }
    return count;
  };
  let best: Explanation | null = null;
  for (const level of [singlesOf, (of: RuleSet) => pairsOf(singlesOf(of))]) {
    for (const readings of level(rules)) {
      const count = failingUnder(readings, best?.failing ?? failing.length);
      if (count < (best?.failing ?? failing.length)) best = { readings, failing: count };
      if (count === 0) return { asked: known, failing: failing.length, best };
    }
  }
  return { asked: known, failing: failing.length, best };
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
