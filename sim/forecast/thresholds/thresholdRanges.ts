import type { Spread3, ThresholdPoint, ThresholdRange } from '../../../src/report/ranges/thresholds.ts';
import { quantileOf } from '../../../src/report/statistics.ts';

/**
 * The curves of several draws of the assumptions as ranges: each point with all failures together, over the draws.
 * Every draw has the same points in the same order, because these follow from the rules alone.
 */
export function thresholdRanges(draws: readonly (readonly ThresholdPoint[])[]): readonly ThresholdRange[] {
  const whole = draws.map((points) => points.filter(({ failure }) => failure === null));
  return (whole[0] ?? []).map(({ category, atLeast, isOwn, daysBetweenAttempts, clock }, i) => {
    const own = whole.map((points) => points[i] as ThresholdPoint);
    const shares = (of: 'migrated13' | 'migrated26'): readonly number[] =>
      own.flatMap((point) => (point[of] === null ? [] : [point[of].mean]));
    return {
      category,
      atLeast,
      isOwn,
      daysBetweenAttempts,
      clock,
      excluded: spread(own.map((point) => point.excluded.mean)) as Spread3,
      migrated13: spread(shares('migrated13')),
      migrated26: spread(shares('migrated26')),
      balance: spread(own.map((point) => point.balance.mean)) as Spread3,
    };
  });
}

function spread(values: readonly number[]): Spread3 | null {
  if (values.length === 0) return null;
  return { p05: quantileOf(values, 0.05), p50: quantileOf(values, 0.5), p95: quantileOf(values, 0.95) };
}
