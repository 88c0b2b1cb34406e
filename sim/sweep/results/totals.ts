import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { MEASURE_EFFECTIVE, MEASURE_QUALIFYING, volumeIndex, type Counts } from '../../kernel/life/counts.ts';
import { ENDS } from '../../scenario/ends.ts';
import type { Outcome } from '../plan/sweepOutcomes.ts';

/** The measures that are counted, as in the `measure` column of sweep.parquet. */
export type SweepMeasure = 'qualifying' | 'effective' | 'end' | 'migrated_installations' | 'migrated_meters';

/** The counts of one replication of one point, scaled back to the whole population. They need not be integers. */
export interface Totals {
  /** As `Counts.volumes`: [as-of][measure][cohort][category][reported, held]. */
  readonly volumes: Float64Array;
  /** [cohort][end]. */
  readonly ends: Float64Array;
  /** [cohort][month]: in that month. */
  readonly migratedInstallations: Float64Array;
  readonly migratedMeters: Float64Array;
}

/** Zero counts, in the shape of a population's counts. */
export function emptyTotals(like: Counts): Totals {
  const months = like.migratedInstallations.length;
  return {
    volumes: new Float64Array(like.volumes.length),
    ends: new Float64Array(like.ends.length),
    migratedInstallations: new Float64Array(COHORTS.length * months),
    migratedMeters: new Float64Array(COHORTS.length * months),
  };
}

/**
 * Adds the counts of one population.
 * @param weight the number of installations that each simulated one stands for
 * @param cohort position of the population's cohort in COHORTS
 */
export function addPopulation(totals: Totals, counts: Counts, weight: number, cohort: number): void {
  const months = counts.migratedInstallations.length;
  addScaled(totals.volumes, counts.volumes, weight, 0);
  addScaled(totals.ends, counts.ends, weight, 0);
  addScaled(totals.migratedInstallations, counts.migratedInstallations, weight, cohort * months);
  addScaled(totals.migratedMeters, counts.migratedMeters, weight, cohort * months);
}

function addScaled(into: Float64Array, from: Int32Array, weight: number, at: number): void {
  for (let i = 0; i < from.length; i += 1) {
    const value = from[i] as number;
    if (value !== 0) into[at + i] = (into[at + i] as number) + value * weight;
  }
}

/** The number of an outcome: reported installations or gas meters of its category, or installations at its end. */
export function outcomeOf(totals: Totals, outcome: Outcome, asOf: number): number {
  return outcome.cohorts.reduce((sum, cohort) => {
    const c = COHORTS.indexOf(cohort);
    if (outcome.kind === 'end')
      return sum + (totals.ends[c * ENDS.length + ENDS.indexOf(outcome.of as never)] as number);
    const at = volumeIndex(asOf, MEASURE_QUALIFYING, c, CATEGORIES.indexOf(outcome.of as never));
    return sum + (totals.volumes[at] as number);
  }, 0);
}

/** One row of sweep.parquet, without its point, replication and day. */
export interface TotalRow {
  readonly measure: SweepMeasure;
  /** Position in COHORTS. */
  readonly cohort: number;
  /** A category, an end, or empty for the migrated series. */
  readonly category: string;
  readonly reported: number;
  /** Null for ends and the migrated series, for which held and reported are the same. */
  readonly held: number | null;
}

/** Every category of every cohort at one as-of, qualifying and in effect; zeros included. */
export function* volumeTotals(totals: Totals, asOf: number): Generator<TotalRow> {
  for (const [measure, row] of [
    ['qualifying', MEASURE_QUALIFYING],
    ['effective', MEASURE_EFFECTIVE],
  ] as const)
    // prettier-ignore
    for (const cohort of COHORTS.keys())
      for (const [c, category] of CATEGORIES.entries()) {
        const at = volumeIndex(asOf, row, cohort, c);
        const [reported, held] = [totals.volumes[at] as number, totals.volumes[at + 1] as number];
        yield { measure, cohort, category, reported, held };
      }
}

/** Every end of every cohort, at the horizon. */
export function* endTotals(totals: Totals): Generator<TotalRow> {
  for (const cohort of COHORTS.keys())
    for (const [e, category] of ENDS.entries())
      yield { measure: 'end', cohort, category, reported: totals.ends[cohort * ENDS.length + e] as number, held: null };
}

/** Migrated installations and meters of every cohort, in a month and up to its end. */
export function* migratedTotals(totals: Totals, month: number): Generator<TotalRow> {
  const months = totals.migratedInstallations.length / COHORTS.length;
  for (const [measure, series] of [
    ['migrated_installations', totals.migratedInstallations],
    ['migrated_meters', totals.migratedMeters],
  ] as const)
    // prettier-ignore
    for (const cohort of COHORTS.keys()) {
      let sum = 0;
      for (let m = 0; m <= month; m += 1) sum += series[cohort * months + m] as number;
      yield { measure, cohort, category: '', reported: sum, held: null };
    }
}
