// The reference keeps the published laws on boundary-biased histories. That it answers rightly where no law speaks is
// for the case tables beside, and for the engines that are compared with it.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { evaluate, spansOf } from '../../../src/exclusion/reference/evaluate.ts';
import { sampleSize } from '../../sampleSize.ts';
import { assertLaw, LAWS, spansProperty } from '../../kit/index.ts';
import { seedNumber } from '../../seed.ts';

const RUNS = {
  runs: sampleSize('LAW_RUNS', { whole: 400, part: 200 }),
  seed: seedNumber(import.meta.filename, 20_211_103),
};

describe('the reference evaluator', () => {
  for (const one of LAWS) {
    test(one.name, () => {
      assertLaw(one, evaluate, RUNS);
    });
  }

  test('the spans that are open at an instant are the verdicts as of it', () => {
    fc.assert(spansProperty(evaluate, spansOf), { numRuns: RUNS.runs, seed: RUNS.seed });
  });
});
