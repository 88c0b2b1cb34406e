import { describe, expect, test } from 'vitest';
import { RANGE_REPLICATIONS_MIN, rangeOf } from '../../../src/report/statistics.ts';

const counts = (length: number): number[] => Array.from({ length }, (_, at) => at + 1);

describe('the range of the replications', () => {
  test('two replications have no 5 % and 95 % quantile that is worth the name', () => {
    expect(rangeOf([480, 500])).toEqual({ low: null, high: null });
  });

  test('the smallest number of replications with a range has one, and one fewer has none', () => {
    expect(rangeOf(counts(RANGE_REPLICATIONS_MIN)).low).toBeCloseTo(1.45);
    expect(rangeOf(counts(RANGE_REPLICATIONS_MIN - 1)).low).toBeNull();
  });

  test('twenty replications give the quantiles between their order statistics', () => {
    expect(rangeOf(counts(20))).toEqual({ low: expect.closeTo(1.95) as number, high: expect.closeTo(19.05) as number });
  });
});
