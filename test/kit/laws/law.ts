import fc from 'fast-check';
import type { Evaluation, Span } from '../../../src/exclusion/verdict.ts';
import type { History } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { ruleSetArbitrary } from '../arbitraries/ruleSets.ts';
import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Instant } from '../../../src/time.ts';

/** Anything that answers src/docs/meaning.md: the reference, a compiled engine, or someone else's behind a protocol. */
export type Engine = (history: History, rules: RuleSet, asOf: Instant) => Evaluation;

/** Anything that gives the spans of a history: for each category, from when to when it holds. */
export type Spanning = (history: History, rules: RuleSet, asOf: Instant) => readonly Span[];

/** The rule sets that the questions of a law are put by. */
export type Rules = fc.Arbitrary<RuleSet>;

/** The questions of a law and its claim, over some rule sets: for whoever cannot wait for an answer within a property. */
export interface Trial<T = unknown> {
  readonly questions: fc.Arbitrary<T>;
  readonly keeps: (engine: Engine, question: T) => void;
}

/** A law that every right engine keeps, with the questions on which it is tried. Its name is the claim. */
export interface Law {
  readonly name: string;
  /** The categories that it is about, so that one can choose; undefined: each category by itself. */
  readonly clauses?: readonly ExclusionCategory[];
  /** True if it speaks of all categories together: an engine of some of them cannot be held to it. */
  readonly needsAll: boolean;
  /** A fast-check property over an engine. `rules`: by which rule sets; default: proposed, amended, and other readings. */
  property(engine: Engine, rules?: Rules): fc.IPropertyWithHooks<unknown>;
  /** The parts of that property. */
  trial(rules?: Rules): Trial;
}

export interface LawOptions {
  readonly clauses?: readonly ExclusionCategory[];
  readonly needsAll?: boolean;
}

/** Makes a law. `questions` are made over the rule sets that it is tried by; `keeps` throws where it is broken. */
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

/** Tries a law on `runs` questions from a seed; throws with the smallest counterexample when it is broken. */
export function assertLaw(one: Law, engine: Engine, { runs, seed }: { runs: number; seed: number }): void {
  fc.assert(one.property(engine), { numRuns: runs, seed });
}

/** Whether an engine keeps a law, tried as `assertLaw` does. */
export function keepsLaw(one: Law, engine: Engine, { runs, seed }: { runs: number; seed: number }): boolean {
  return !fc.check(one.property(engine), { numRuns: runs, seed, endOnFailure: true }).failed;
}

/** Throws with both sides when two answers differ. */
export function mustEqual(actual: unknown, expected: unknown, claim: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${claim}\n  found    ${a}\n  expected ${b}`);
}

export function must(condition: boolean, claim: string): void {
  if (!condition) throw new Error(claim);
}

/** Throws unless the categories of one answer are all in another. */
export function mustBeWithin(some: Evaluation, all: Evaluation, claim: string): void {
  const categories = all.verdicts.map(({ category }) => category);
  for (const { category } of some.verdicts) must(categories.includes(category), `${claim}: ${category}`);
}
