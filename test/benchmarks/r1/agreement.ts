import { R1_ENDS, type R1Counts, type R1End, type R1Result } from './engine.ts';

const STANDARD_ERRORS_MAX = 4;

/** Shares in percent as the definition of the workload states them, to the last digit printed there. */
const EXPECTED_PERCENT: R1Counts = { wan: 1.38, key: 0.3, han: 1.93, five: 0.63, migrated: 95.76, left: 0 };
const EXPECTED_ROUNDING_PERCENT = 0.005;

/**
 * Where two engines' shares of an end lie further apart than four standard errors of the difference, at the share
 * estimated from both together. An empty list is agreement; it is no proof that both are right.
 */
export function disagreements(results: readonly R1Result[]): string[] {
  const found: string[] = [];
  for (const [i, a] of results.entries()) {
    for (const b of results.slice(i + 1)) {
      for (const end of R1_ENDS) {
        const pooled = (a.counts[end] + b.counts[end]) / (a.n + b.n);
        const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
        const difference = Math.abs(a.counts[end] / a.n - b.counts[end] / b.n);
        if (difference > STANDARD_ERRORS_MAX * standardError) {
          found.push(`${end}: ${percent(a, end)} % of ${a.engine}, ${percent(b, end)} % of ${b.engine}`);
        }
      }
    }
  }
  return found;
}

/** Where runs of the same dice, over the same installations, differ at all. */
export function differences(results: readonly R1Result[]): string[] {
  const [first, ...others] = results;
  if (!first) return [];
  return others.flatMap((other) =>
    R1_ENDS.filter((end) => other.counts[end] !== first.counts[end]).map(
      (end) => `${end}: ${first.counts[end]} of ${first.engine}, ${other.counts[end]} of ${other.engine}`,
    ),
  );
}

/** Where an engine departs from the shares that the definition states. Counts must also sum to the installations. */
export function departures(result: R1Result): string[] {
  const found: string[] = [];
  const sum = R1_ENDS.reduce((total, end) => total + result.counts[end], 0);
  if (sum !== result.n) found.push(`${result.engine}: its counts sum to ${sum}, not to ${result.n}`);
  for (const end of R1_ENDS) {
    const expected = EXPECTED_PERCENT[end];
    const standardErrorPercent = Math.sqrt((expected * (100 - expected)) / result.n);
    const allowed = STANDARD_ERRORS_MAX * standardErrorPercent + EXPECTED_ROUNDING_PERCENT;
    const departs = Math.abs((100 * result.counts[end]) / result.n - expected) > allowed;
    if (departs) found.push(`${end}: ${percent(result, end)} % of ${result.engine}, ${expected} % expected`);
  }
  return found;
}

export function percent(result: R1Result, end: R1End): string {
  return ((100 * result.counts[end]) / result.n).toFixed(3);
}
