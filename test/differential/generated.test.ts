// The engine that decides at scale against the reference, on generated histories. It proves that both read the clause
// rows alike, not that either reads the law rightly (test/cases), nor that histories like these occur (simulated.test.ts).
// DIFFERENTIAL_RUNS and BENCH_SEED widen it: both are printed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import { READINGS, readingsOn, type ReadingName } from '../../src/regulation/readings.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { amendedRuleSetArbitrary, readingRuleSetArbitrary, ruleSetArbitrary, type Question } from '../kit/index.ts';
import { sampleSize } from '../sampleSize.ts';
import { questionArbitrary } from '../src/exclusion/chainedHistories.ts';
import { differences, readCases } from '../src/exclusion/cases.ts';
import { difference, engineOf, engineSays, referenceOf } from './compare.ts';
import { wideRuleSetArbitrary } from './wideRuleSets.ts';
import { seedNumber } from '../seed.ts';

const RUNS = sampleSize('DIFFERENTIAL_RUNS', { whole: 5000, part: 500 });
const SEED = seedNumber(import.meta.filename, 20_211_103);
console.log(`differential: ${RUNS} questions a family of rule sets, seed ${SEED}`);

const FAMILIES: readonly (readonly [string, fc.Arbitrary<RuleSet>])[] = [
  ['the proposed rules and single readings', ruleSetArbitrary],
  ['all readings at once', readingRuleSetArbitrary()],
  ['amended rule sets', amendedRuleSetArbitrary],
  ['rule sets as far off as a file may go', wideRuleSetArbitrary],
];

describe('the engine is the reference', () => {
  for (const [name, rules] of FAMILIES) {
    test(`under ${name}`, () => {
      fc.assert(
        fc.property(questionArbitrary(rules), (question) => {
          const differs = difference(engineSays(question), referenceOf(question));
          if (differs !== null) throw new Error(differs);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    });
  }

  test('on every case that a lawyer could read', () => {
    for (const one of readCases()) {
      expect(
        differences(one, (history, rules, asOf) => engineOf(rules).decide(history, asOf)),
        `${one.file}: ${one.name}`,
      ).toEqual([]);
    }
  });
});

/** A question on which an engine under other rules answers otherwise, if some seeds find one. */
function caught(rules: fc.Arbitrary<RuleSet>, broken: (rules: RuleSet) => RuleSet): boolean {
  const property = fc.property(
    questionArbitrary(rules),
    (question: Question) => difference(engineSays(question, broken(question.rules)), referenceOf(question)) === null,
  );
  return fc.check(property, { numRuns: 30_000, seed: SEED, endOnFailure: true }).failed;
}

describe('the comparison can fail', () => {
  const decisive = readingsOn('histories');
  for (const name of decisive) {
    for (const value of Object.keys(READINGS[name].values)) {
      test(`an engine that takes ${name} for ${value} is caught`, () => {
        const broken = new WeakMap<RuleSet, RuleSet>();
        expect(
          caught(readingRuleSetArbitrary(), (rules) => {
            let other = broken.get(rules);
            if (other === undefined) broken.set(rules, (other = taking(rules, name, value)));
            return other;
          }),
        ).toBe(true);
      });
    }
  }

  test('and so is one that asks for a week too many, or too few', () => {
    for (const by of [-1, 1]) {
      const broken = (rules: RuleSet): RuleSet => ({
        ...rules,
        clauses: rules.clauses.map((clause) =>
          clause.shows.type === 'count'
            ? { ...clause, shows: { ...clause.shows, atLeast: clause.shows.atLeast + by } }
            : clause,
        ),
      });
      expect(caught(ruleSetArbitrary, broken), String(by)).toBe(true);
    }
  });

  test('and so is a verdict, a span or a note that is not there', () => {
    const [question] = fc
      .sample(questionArbitrary(ruleSetArbitrary), { numRuns: 2000, seed: SEED })
      .filter(({ history, rules, asOf }) => {
        const { verdicts, notes } = evaluate(history, rules, asOf);
        return verdicts.length > 0 && notes.length > 0;
      });
    expect(question).toBeDefined();
    const answer = referenceOf(question as Question);
    for (const part of ['verdicts', 'spans', 'notes'] as const) {
      expect(difference({ ...answer, [part]: answer[part].slice(1) }, answer), part).toContain(part);
    }
  });
});

function taking(rules: RuleSet, name: ReadingName, value: string): RuleSet {
  return { ...rules, readings: { ...rules.readings, [name]: value } };
}
