import fc from 'fast-check';
import type { Evaluation, Span } from '../../../src/exclusion/verdict.ts';
import type { History } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';

/** Anything that answers src/docs/meaning.md: the reference, a compiled engine, or someone else's behind a protocol. */
export type Engine = (history: History, rules: RuleSet, asOf: Instant) => Evaluation;

/** Anything that gives the spans of a history: for each category, from when to when it holds. */
export type Spanning = (history: History, rules: RuleSet, asOf: Instant) => readonly Span[];

/** A law that every right engine keeps, with the questions on which it is tried. Its name is the claim. */
export interface Law {
  readonly name: string;
  property(engine: Engine): fc.IPropertyWithHooks<unknown>;
}

export function law<T>(name: string, questions: fc.Arbitrary<T>, keeps: (engine: Engine, question: T) => void): Law {
  return {
    name,
    property: (engine) =>
      fc.property(questions, (question) => {
        keeps(engine, question);
      }),
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
