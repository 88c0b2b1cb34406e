import { clauseOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import type { Estimate, Price, ThresholdPoint } from '../../../src/report/ranges/thresholds.ts';
import { meanError, meanOf } from '../../../src/report/statistics.ts';
import { CLOCKS, FAILURES, FIELD, placeOf, type Field } from './thresholdCounts.ts';
import { countOf, type ThresholdVariant } from './thresholdPlan.ts';

/** What the curves are made of. */
export interface ThresholdCounted {
  readonly rules: RuleSet;
  readonly variants: readonly ThresholdVariant[];
  /** By population: how many installations each simulated one stands for. */
  readonly weights: readonly number[];
  /** The counts of each replication (`emptyThresholdCounts`). */
  readonly counts: readonly Float64Array[];
  readonly daysBetweenAttempts: number | null;
  readonly prices: readonly Price[];
}

/** The weighted sums of the fields, one row a replication. */
type Sums = readonly (readonly number[])[];

/** The points of every variant and clock: all exclusions together, then by what most of their failures were. */
export function thresholdPoints(of: ThresholdCounted): readonly ThresholdPoint[] {
  return of.variants.flatMap((variant, v) =>
    CLOCKS.flatMap((clock, c) => {
      const parts = FAILURES.map((_, failure) => sumsOf(of, v, c, failure));
      const all = of.counts.map((_, r) => parts.reduce<readonly number[]>((sum, part) => added(sum, part[r] as number[]), [])); // prettier-ignore
      const rows: readonly (readonly [string | null, Sums])[] = [
        [null, all],
        ...FAILURES.map((name, f) => [name, parts[f] as Sums] as const),
      ];
      return rows
        .filter(([name, sums]) => name === null || sums.some((row) => (row[FIELD.excluded] as number) > 0))
        .map(([failure, sums]) => pointOf(of, variant, { clock, failure, sums }));
    }),
  );
}

function pointOf(
  { rules, daysBetweenAttempts, prices }: ThresholdCounted,
  { category, atLeast }: ThresholdVariant,
  { clock, failure, sums }: { readonly clock: ThresholdPoint['clock']; readonly failure: string | null; readonly sums: Sums }, // prettier-ignore
): ThresholdPoint {
  const field = (name: Field): readonly number[] => sums.map((row) => row[FIELD[name]] as number);
  const price = (what: Price['what']): number => prices.find((row) => row.what === what)?.pounds ?? 0;
  // Who would have migrated with the gas meter needs no visit for it either.
  const wrongful = field('migrated26');
  const attempts = field('attemptsSaved');
  const instructions = field('instructionsSaved');
  const balance = attempts.map(
    (saved, r) =>
      saved * price('attempt') +
      (instructions[r] as number) * price('instruction') -
      (wrongful[r] as number) * price('replacement'),
  );
  return {
    category,
    atLeast,
    isOwn: clauseOf(rules, category) !== undefined && countOf(rules, category) === atLeast,
    daysBetweenAttempts,
    clock,
    failure,
    excluded: estimateOf(field('excluded')),
    migrated13: shareOf(field('migrated13'), field('seen13')),
    migrated26: shareOf(wrongful, field('seen26')),
    attemptsSaved: estimateOf(attempts),
    instructionsSaved: estimateOf(instructions),
    balance: estimateOf(balance),
  };
}

function sumsOf({ counts, weights }: ThresholdCounted, variant: number, clock: number, failure: number): Sums {
  return counts.map((block) =>
    weights.reduce<readonly number[]>((sum, weight, population) => {
      const place = placeOf({ variant, clock, failure, population }, weights.length);
      const own = Object.values(FIELD).map((f) => weight * (block[place + f] as number));
      return added(sum, own);
    }, []),
  );
}

function added(a: readonly number[], b: readonly number[]): readonly number[] {
  return b.map((value, i) => value + (a[i] ?? 0));
}

/** The mean over replications, with twice its standard error. */
export function estimateOf(samples: readonly number[]): Estimate {
  return { mean: meanOf(samples), error: samples.length < 2 ? null : 2 * meanError(samples) };
}

/** The share of all that were seen. Its error is that of a ratio of two means. */
export function shareOf(parts: readonly number[], wholes: readonly number[]): Estimate | null {
  const whole = meanOf(wholes);
  if (!(whole > 0)) return null;
  const mean = meanOf(parts) / whole;
  if (parts.length < 2) return { mean, error: null };
  const residuals = parts.map((part, r) => (part - mean * (wholes[r] as number)) / whole);
  return { mean, error: 2 * meanError(residuals) };
}
