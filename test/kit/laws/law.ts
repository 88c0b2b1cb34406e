import fc from 'fast-check';
import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Evaluation, Span } from '../../../src/exclusion/verdict.ts';
import type { History } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { ruleSetArbitrary } from '../arbitraries/ruleSets.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import { readable, questionIn, traceText, indent } from '../words/questionWords.ts';

/**
 * An exclusion engine: a function that decides one history under a rule set, as of an instant. It answers at once. The
 * reference, the bench's compiled rules, and an engine of yours are engines; one that answers later is an `Asker`.
 * `src/docs/meaning.md` says what a right answer is.
 */
export type Engine = (history: History, rules: RuleSet, asOf: Instant) => Evaluation;

/** Any function that gives the spans of a history: the stretches in which each category holds. */
export type Spanning = (history: History, rules: RuleSet, asOf: Instant) => readonly Span[];

/** The rule sets with which the questions of a law are asked. */
export type Rules = fc.Arbitrary<RuleSet>;

/**
 * The questions of a law and its claim, over some rule sets. It is for callers that cannot wait for an answer within a
 * property.
 */
export interface Trial<T = unknown> {
  readonly questions: fc.Arbitrary<T>;
  readonly keeps: (engine: Engine, question: T) => void;
}

/** A law that every correct engine obeys, with the questions on which it is tried. Its name is the claim. */
export interface Law {
  readonly name: string;
  /** The categories that the law concerns. A law that concerns each category by itself names them all. */
  readonly clauses: readonly ExclusionCategory[];
  /** True if the law concerns all categories together. An engine that has only some of them cannot be tried with it. */
  readonly needsAll: boolean;
  /**
   * True if the law asks the same history under several rule sets. An engine that has one rule set only cannot be tried
   * with it.
   */
  readonly variesRules: boolean;
  /**
   * A fast-check property over an engine, for `fc.assert` and `fc.check`. A counterexample is printed as text.
   *
   * @param rules the rule sets; by default proposed, amended, and with other readings
   */
  property(engine: Engine, rules?: Rules): fc.IPropertyWithHooks<unknown>;
  /** The parts of that property. */
  trial(rules?: Rules): Trial;
}

/** What a law concerns. By default it concerns each category by itself, under any one rule set. */
export interface LawOptions {
  readonly clauses?: readonly ExclusionCategory[];
  readonly needsAll?: boolean;
  readonly variesRules?: boolean;
  /** The rule sets of the questions if a caller names none. */
  readonly rules?: Rules;
}

/**
 * Makes a law. `questions` are generated over the rule sets with which the law is tried. `keeps` throws if the law is
 * broken.
 */
export function law<T>(
  name: string,
  questions: (rules: Rules) => fc.Arbitrary<T>,
  keeps: (engine: Engine, question: T) => void,
  options: LawOptions = {},
): Law {
  const { clauses = CATEGORIES, needsAll = false, variesRules = false, rules: usual = ruleSetArbitrary } = options;
  return {
    name,
    clauses,
    needsAll,
    variesRules,
    property: (engine, rules = usual) =>
      fc.property(questions(rules).map(readable), (question) => {
        try {
          keeps(engine, question);
        } catch (error) {
          throw traced(error, question, clauses);
        }
      }),
    trial: (rules = usual) => ({ questions: questions(rules).map(readable), keeps: keeps as Trial['keeps'] }),
  };
}

/** The error with the bench's own trace of the question, for a property that plain fast-check runs. */
function traced(error: unknown, value: unknown, clauses: readonly ExclusionCategory[]): unknown {
  const question = questionIn(value);
  if (!(error instanceof Error) || question === undefined || error.message.includes('Why the bench')) return error;
  const text = indent(traceText(question, clauses.length < CATEGORIES.length ? clauses : undefined));
  return new Error(`${error.message}\nWhy the bench answers as it does\n${text}`, { cause: error });
}

/** True if an engine obeys a law on `runs` questions from a seed. It does not look for the smallest counterexample. */
export function keepsLaw(one: Law, engine: Engine, { runs, seed }: { runs: number; seed: number }): boolean {
  return !fc.check(one.property(engine), { numRuns: runs, seed, endOnFailure: true }).failed;
}

/** Throws with both sides, instants as text, if two answers differ. */
export function mustEqual(actual: unknown, expected: unknown, claim: string): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${claim}\n  found    ${answerText(actual)}\n  expected ${answerText(expected)}`);
}

/** The fields of an answer that hold instants. */
const INSTANT_FIELDS: ReadonlySet<string> = new Set(['at', 'metAt', 'effectiveFrom', 'evidence']);

/** A part of an answer as JSON, with instants as text. Numbers of the size of instants are taken for instants. */
function answerText(value: unknown): string {
  const isInstant = (one: unknown): one is Instant => typeof one === 'number' && one > 1e9;
  const text = JSON.stringify(value, (key: string, one: unknown) => {
    if (isInstant(one) && (INSTANT_FIELDS.has(key) || /^\d*$/.test(key))) return formatInstant(one);
    return one;
  }) as string | undefined;
  return text ?? 'nothing';
}

export function must(condition: boolean, claim: string): void {
  if (!condition) throw new Error(claim);
}

/** Throws unless all categories of one answer are also in the other. */
export function mustBeWithin(some: Evaluation, all: Evaluation, claim: string): void {
  const categories = all.verdicts.map(({ category }) => category);
  for (const { category } of some.verdicts) must(categories.includes(category), `${claim}: ${category}`);
}
