// Laws on an engine that cannot answer within a call: asked again until nothing is missing, they find what they find at once.
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { LAWS } from '../kit/laws/laws.ts';
import type { Engine } from '../kit/index.ts';
import { askerOf, type Asker } from '../kit/trial/asker.ts';
import { tryLaws } from '../kit/trial/askAgain.ts';
import { CANARIES } from '../src/exclusion/canaries.ts';

const RUNS = 25;
const options = { rules: VARIOUS1, runs: RUNS, seed: 7 };

test('every law that can be tried is tried on every question, and the reference keeps it', async () => {
  const results = await tryLaws(LAWS, { ...options, asker: askerOf(evaluate), takesRules: true });
  for (const { name, tried, broken, skipped } of results) {
    expect(broken, name).toBeUndefined();
    if (skipped === undefined) expect(tried, name).toBe(RUNS);
    else expect(skipped, name).toMatch(/notes/);
  }
});

test('an engine that takes no rules is held to the laws that do not vary them, and the rest says why', async () => {
  const results = await tryLaws(LAWS, { ...options, asker: askerOf(evaluate), takesRules: false });
  expect(results.filter(({ skipped }) => skipped === undefined).length).toBeGreaterThan(12);
  for (const { skipped } of results) if (skipped) expect(skipped).toMatch(/varies the rules|reads notes/);
});

test('an engine of two clauses is not held to laws about all', async () => {
  const two: Engine = (...question) => {
    const { verdicts, notes } = evaluate(...question);
    return { verdicts: verdicts.filter(({ category }) => category.startsWith('no-wan')), notes };
  };
  const clauses = ['no-wan-before', 'no-wan-attempting'] as const;
  const results = await tryLaws(LAWS, { ...options, asker: askerOf(two), takesRules: true, clauses });
  expect(results.filter(({ broken }) => broken !== undefined)).toEqual([]);
  expect(results.some(({ skipped }) => skipped?.includes('only some are compared'))).toBe(true);
});

test('an engine that gives categories alone is held to what can be told of categories', async () => {
  const bare: Asker = {
    ask: async (questions) =>
      (await askerOf(evaluate).ask(questions)).map((outcome) =>
        outcome.kind === 'answered'
          ? { kind: 'answered', verdicts: outcome.verdicts.map(({ category }) => ({ category })) }
          : outcome,
      ),
  };
  const results = await tryLaws(LAWS, { ...options, asker: bare, takesRules: true });
  expect(results.filter(({ broken }) => broken !== undefined)).toEqual([]);
  expect(results.some(({ skipped }) => skipped?.includes('which the engine does not give'))).toBe(true);
});

describe('asked again, a law finds what it finds at once', () => {
  const names = ['sees the future', 'reports none', 'leaves the evidence unsorted', 'dates met by the as-of'];
  test.each(names)('of an engine that %s', async (name) => {
    const engine = CANARIES[name] as Engine;
    const results = await tryLaws(LAWS, { ...options, asker: askerOf(engine), takesRules: true });
    for (const [i, law] of LAWS.entries()) {
      const result = results[i];
      if (result === undefined || result.skipped !== undefined) continue;
      const atOnce = fc.check(law.property(withoutNotes(engine)), { numRuns: RUNS, seed: 7 });
      expect(result.broken !== undefined, `${name}: ${law.name}`).toBe(atOnce.failed);
    }
    expect(results.some(({ broken }) => broken !== undefined)).toBe(true);
  });
});

/** What crosses a pipe: the notes do not. */
function withoutNotes(engine: Engine): Engine {
  return (...question) => ({ verdicts: engine(...question).verdicts, notes: [] });
}
