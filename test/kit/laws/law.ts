import fc from 'fast-check';
import type { Evaluation, Span } from '../../../src/exclusion/verdict.ts';
import type { History } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { ruleSetArbitrary } from '../arbitraries/ruleSets.ts';
import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Instant } from '../../../src/time.ts';

/**
 * Any function that answers as src/docs/meaning.md requires: the reference, a compiled engine, or a foreign engine
 * behind a protocol.
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
  /**
   * The categories that the law concerns, so that a caller can select laws. Undefined means that it applies to each
   * category by itself.
   */
  readonly clauses?: readonly ExclusionCategory[];
  /**
   * True if the law concerns all categories together. An engine that has only some of them cannot be tested with it.
   */
  readonly needsAll: boolean;
  /**
   * A fast-check property over an engine. `rules` are the rule sets; by default proposed, amended, and with other
   * readings.
   */
  property(engine: Engine, rules?: Rules): fc.IPropertyWithHooks<unknown>;
  /** The parts of that property. */
  trial(rules?: Rules): Trial;
}

export interface LawOptions {
  readonly clauses?: readonly ExclusionCategory[];
  readonly needsAll?: boolean;
}

/**
 * Makes a law. `questions` are generated over the rule sets with which the law is tried. `keeps` throws if the law is
 * broken.
 */
export function law<T>(
  name: string,
  questions: (rules: Rules) => fc.Arbitrary<T>,
  keeps: (engine: Engine, question: T) => void,
  { clauses, needsAll = false }: LawOptions = {},
): Law {
  return {
    name,
    ...(clauses && { clauses }),
    needsAll,
    property: (engine, rules = ruleSetArbitrary) =>
      fc.property(questions(rules), (question) => {
        keeps(engine, question);
      }),
    trial: (rules = ruleSetArbitrary) => ({ questions: questions(rules), keeps: keeps as Trial['keeps'] }),
  };
}

/**
 * Tries a law on `runs` questions from a seed.
 * @throws with the smallest counterexample if the law is broken
 */
export function assertLaw(one: Law, engine: Engine, { runs, seed }: { runs: number; seed: number }): void {
  fc.assert(one.property(engine), { numRuns: runs, seed });
}

/** True if an engine obeys a law, tried as `assertLaw` does. */
export function keepsLaw(one: Law, engine: Engine, { runs, seed }: { runs: number; seed: number }): boolean {
  return !fc.check(one.property(engine), { numRuns: runs, seed, endOnFailure: true }).failed;
}

/** Throws with both sides if two answers differ. */
export function mustEqual(actual: unknown, expected: unknown, claim: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${claim}\n  found    ${a}\n  expected ${b}`);
}

export function must(condition: boolean, claim: string): void {
  if (!condition) throw new Error(claim);
}

/** Throws unless all categories of one answer are also in the other. */
export function mustBeWithin(some: Evaluation, all: Evaluation, claim: string): void {
  const categories = all.verdicts.map(({ category }) => category);
  for (const { category } of some.verdicts) must(categories.includes(category), `${claim}: ${category}`);
}
