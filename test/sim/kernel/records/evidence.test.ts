// What the kernel records of each verdict against `evaluate`, which reads the recorded history from the start: above all the
// instants that the verdict rests on. That the histories are plausible is not its subject.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CATEGORIES } from '../../../../src/clauses/clause.ts';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { seedNumber } from '../../../seed.ts';
import { sampleSize } from '../../../sampleSize.ts';
import { settingsArbitrary } from '../../randomSettings.ts';
import { recorded, type Lived } from '../../records.ts';
import { EVERYTHING, modelAt, scenarioAt } from '../../scenarios.ts';

const SEED = seedNumber(import.meta.filename, 11);
const RUNS = sampleSize('EVIDENCE_RUNS', { whole: 80, part: 5 });
/** Of each population so many: every category holds somewhere, and a scenario takes a fraction of a second. */
const SIZE = 100;
const SIZES = Object.keys(scenarioAt(EVERYTHING).scenario.populations).map(
  (name) => `populations.${name}.installations=${SIZE}`,
);

type Row = Lived['verdicts'][number];

function rowOf({ category, metAt, effectiveFrom, counted, evidence, reported }: Row): Row {
  return { category, metAt, effectiveFrom, counted, evidence, reported };
}

test('recorded verdicts and their evidence are those that evaluate finds in the recorded history', () => {
  const resting = new Map<string, number>();
  let repeated = 0;
  fc.assert(
    fc.property(settingsArbitrary, fc.nat(99_999), (settings, seed) => {
      const { model, lives } = recorded(modelAt(EVERYTHING, [...SIZES, ...settings]), String(seed));
      for (const { entity, history, verdicts } of lives) {
        const expected = evaluate(history, model.rules.rules, model.horizon).verdicts.map(rowOf);
        const found = verdicts.map(rowOf);
        if (!isDeepStrictEqual(found, expected)) {
          expect(found, `installation ${entity}: ${settings.join(' ')} --seed ${seed}`).toEqual(expected);
        }
        for (const { category, evidence } of verdicts) {
          resting.set(category, (resting.get(category) ?? 0) + 1);
          if (evidence.length > 1) repeated += 1;
        }
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  // Each category has been compared, and most verdicts rest on several instants.
  expect([...resting.keys()].toSorted()).toEqual([...CATEGORIES].toSorted());
  expect(repeated).toBeGreaterThan(10 * RUNS);
});
