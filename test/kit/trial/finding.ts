import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { engine, type CompiledEngine } from '../../../src/exclusion/engine/engine.ts';
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import type { Evaluation } from '../../../src/exclusion/verdict.ts';
import type { EngineFailure, EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Question } from '../question.ts';
import { differencesOf, shapeOf, type CompareOptions, type Difference } from '../compare.ts';

/** A fault in an engine's answer to one question. */
export type Finding =
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: EngineFailure; readonly sentence: string };

const COMPILED = new WeakMap<RuleSet, CompiledEngine>();

/** The expected answer, computed by the fast engine. */
export function expectedOf({ history, rules, asOf }: Question): Evaluation {
  let known = COMPILED.get(rules);
  if (known === undefined) COMPILED.set(rules, (known = engine(rules)));
  return known.decide(history, asOf);
}

/**
 * Thrown if the bench's own two evaluators disagree. That is a defect of the bench and not of the engine under test.
 */
export class BenchDefect extends Error {
  override name = 'BenchDefect';
}

/**
 * The fault of an outcome; null if there is none. The fast engine is used first, and a difference counts only if the
 * reference evaluator confirms it. `expected` is what the bench answers, where it is known already.
 * @throws BenchDefect if the two evaluators disagree
 */
export function findingOf(
  outcome: EngineOutcome,
  question: Question,
  options: CompareOptions,
  expected?: Pick<Evaluation, 'verdicts'>,
): Finding | null {
  switch (outcome.kind) {
    case 'notAsked':
      return null;
    case 'refused':
      return { kind: 'refused', why: outcome.why };
    case 'failed':
      return { kind: 'failed', failure: outcome.failure, sentence: outcome.sentence };
    case 'answered': {
      const differences = differencesOf(outcome, expected ?? expectedOf(question), options);
      if (differences.length === 0) return null;
      confirm(outcome, question, options, differences);
      return { kind: 'differs', differences };
    }
  }
}

function confirm(
  outcome: EngineOutcome & { kind: 'answered' },
  { history, rules, asOf }: Question,
  options: CompareOptions,
  differences: readonly Difference[],
): void {
  const confirmed = differencesOf(outcome, evaluate(history, rules, asOf), options);
  if (JSON.stringify(confirmed) === JSON.stringify(differences)) return;
  throw new BenchDefect(
    'The two evaluators of the bench disagree on a question, so nothing can be said of your engine. Please report:\n' +
      JSON.stringify({ history, asOf, rules }),
  );
}

/**
 * The fields of a difference, most informative first. If several fields of a category differ, the first of these is
 * used.
 */
const TELLING: readonly Difference['field'][] = [
  'holds',
  'metAt',
  'counted',
  'evidence',
  'effectiveFrom',
  'excludes',
  'clause',
  'reported',
];

/**
 * The shapes of a finding: the features that two counterexamples of the same bug share. There is one for each category,
 * from its most informative difference. `reported` follows from the other categories, so it is a shape only if nothing
 * else differs.
 */
export function shapesOf(finding: Finding): readonly string[] {
  if (finding.kind !== 'differs')
    return [finding.kind === 'refused' ? 'refuses rows that go together' : finding.failure];
  const { differences } = finding;
  const others = differences.filter(({ field }) => field !== 'reported');
  const compared = others.length > 0 ? others : differences;
  const categories = [...new Set(compared.map(({ category }) => category))];
  return categories.map((category) => {
    const own = compared.filter((one) => one.category === category);
    const telling = own.sort((a, b) => TELLING.indexOf(a.field) - TELLING.indexOf(b.field));
    return shapeOf(telling[0] as Difference);
  });
}

/**
 * True if a smaller question shows the same fault: the same shape, or, for a wrong field of a verdict, that the verdict
 * itself is wrong, which is easier to read.
 */
export function isLike(shape: string, finding: Finding | null): boolean {
  if (finding === null) return false;
  const shapes = shapesOf(finding);
  if (shapes.includes(shape)) return true;
  const category = categoryOf(shape);
  if (category === undefined || shape.startsWith(`${category} reported`)) return false;
  return shapes.some((one) => one === `${category} holds wrongly` || one === `${category} is missed`);
}

/** Shapes in the order in which they deserve a counterexample: wrong verdicts first, then breakdowns, then fields. */
export function byWorth(shapes: ReadonlyMap<string, number>): readonly string[] {
  const rank = (shape: string): number => {
    if (shape.endsWith('holds wrongly') || shape.endsWith('is missed')) return 0;
    if (categoryOf(shape) === undefined) return 1;
    return shape.includes(' reported ') ? 3 : 2;
  };
  return [...shapes.keys()].sort((a, b) => rank(a) - rank(b) || (shapes.get(b) ?? 0) - (shapes.get(a) ?? 0));
}

/** The category of a shape; undefined for a breakdown. */
export function categoryOf(shape: string): ExclusionCategory | undefined {
  const [first] = shape.split(' ');
  return CATEGORIES.find((category) => category === first);
}
