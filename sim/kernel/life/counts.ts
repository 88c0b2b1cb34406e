import { CATEGORIES } from '../../../src/clauses/clause.ts';
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { ENDS } from '../../scenario/ends.ts';

export const MEASURE_QUALIFYING = 0;
export const MEASURE_EFFECTIVE = 1;
const MEASURES = 2;
const KINDS = 2; // reported, held

/** Counts of one replication: integers only, so that shards can be added in any order. */
export interface Counts {
  /** [as-of][measure][cohort][category][reported, held]. */
  readonly volumes: Int32Array;
  /** [cohort][end]. */
  readonly ends: Int32Array;
  /** [month since the start]: installations and meters migrated in it. */
  readonly migratedInstallations: Int32Array;
  readonly migratedMeters: Int32Array;
}

export function emptyCounts(asOfs: number, months: number): Counts {
  return {
    volumes: new Int32Array(asOfs * MEASURES * COHORTS.length * CATEGORIES.length * KINDS),
    ends: new Int32Array(COHORTS.length * ENDS.length),
    migratedInstallations: new Int32Array(months),
    migratedMeters: new Int32Array(months),
  };
}

export function addCounts(into: Counts, from: Counts): void {
  for (const key of ['volumes', 'ends', 'migratedInstallations', 'migratedMeters'] as const) {
    const target = into[key];
    const source = from[key];
    for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) + (source[i] as number);
  }
}

/** Counts installations, with so many migrated meters between them, in the month of their migration. */
export function countMigrated(counts: Counts, month: number, meters: number, installations = 1): void {
  const { migratedInstallations, migratedMeters } = counts;
  migratedInstallations[month] = (migratedInstallations[month] as number) + installations;
  migratedMeters[month] = (migratedMeters[month] as number) + meters;
}

export function volumeIndex(asOf: number, measure: number, cohort: number, category: number): number {
  return (((asOf * MEASURES + measure) * COHORTS.length + cohort) * CATEGORIES.length + category) * KINDS;
}

/** Adds the categories that hold of one installation at an as-of. */
function countVolumes(counts: Counts, tally: Tally, asOf: number, at: number, cohort: number): void {
  const { mask } = tally;
  const reported = tally.reported();
  const { volumes } = counts;
  for (let c = 0; c < CATEGORIES.length; c += 1) {
    if (((mask >> c) & 1) === 0) continue;
    const isReported = c === reported ? 1 : 0;
    const measures = tally.effectiveFrom(c, at) !== 0 ? 2 : 1;
    for (let measure = 0; measure < measures; measure += 1) {
      const i = volumeIndex(asOf, measure, cohort, c);
      volumes[i] = (volumes[i] as number) + isReported;
      volumes[i + 1] = (volumes[i + 1] as number) + 1;
    }
  }
}

/** Counts one installation's volumes at every as-of that has passed, on the state as it stood then. */
export class AsOfCounter {
  private next = 0;
  private readonly asOfs: Float64Array;
  private readonly counts: Counts;

  constructor(asOfs: Float64Array, counts: Counts) {
    this.asOfs = asOfs;
    this.counts = counts;
  }

  begin(): void {
    this.next = 0;
  }

  /** Every as-of before an instant; the tally holds all rows before it. */
  countBefore(before: number, tally: Tally, cohort: number): void {
    while (this.next < this.asOfs.length && (this.asOfs[this.next] as number) < before) {
      if (tally.mask !== 0) countVolumes(this.counts, tally, this.next, this.asOfs[this.next] as number, cohort);
      this.next += 1;
    }
  }
}
