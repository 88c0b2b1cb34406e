/**
 * Counts of one replication. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { CATEGORY_COUNT } from '../../../src/exclusion/engine/engineCodes.ts';
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { i32 } from '../../../src/numbers.ts';
import { COHORT_COUNT } from '../../population/populationCodes.ts';
import { END_COUNT } from '../../scenario/endCodes.ts';
import type { Observer } from './observer.ts';

export const MEASURE_QUALIFYING: i32 = 0;
export const MEASURE_EFFECTIVE: i32 = 1;
const MEASURES: i32 = 2;
const KINDS: i32 = 2; // reported, held

/** Integers only, so that the counts of shards can be added in any order. */
export class Counts {
  /** [as-of][measure][cohort][category][reported, held]. */
  readonly volumes: Int32Array;
  /** [cohort][end]. */
  readonly ends: Int32Array;
  /** [month since the start]: installations and meters migrated in it. */
  readonly migratedInstallations: Int32Array;
  readonly migratedMeters: Int32Array;

  constructor(asOfs: i32, months: i32) {
    this.volumes = new Int32Array(asOfs * MEASURES * COHORT_COUNT * CATEGORY_COUNT * KINDS);
    this.ends = new Int32Array(COHORT_COUNT * END_COUNT);
    this.migratedInstallations = new Int32Array(months);
    this.migratedMeters = new Int32Array(months);
  }
}

export function emptyCounts(asOfs: i32, months: i32): Counts {
  return new Counts(asOfs, months);
}

function addInto(target: Int32Array, source: Int32Array): void {
  for (let i: i32 = 0; i < target.length; i += 1) target[i] = (target[i] as i32) + (source[i] as i32);
}

export function addCounts(into: Counts, from: Counts): void {
  addInto(into.volumes, from.volumes);
  addInto(into.ends, from.ends);
  addInto(into.migratedInstallations, from.migratedInstallations);
  addInto(into.migratedMeters, from.migratedMeters);
}

/** Counts an installation, with so many migrated meters, in the month of its migration. */
export function countMigrated(counts: Counts, month: i32, meters: i32): void {
  counts.migratedInstallations[month] = (counts.migratedInstallations[month] as i32) + 1;
  counts.migratedMeters[month] = (counts.migratedMeters[month] as i32) + meters;
}

/** Counts an installation under its end. */
export function countEnd(counts: Counts, cohort: i32, end: i32): void {
  const i = cohort * END_COUNT + end;
  counts.ends[i] = (counts.ends[i] as i32) + 1;
}

export function volumeIndex(asOf: i32, measure: i32, cohort: i32, category: i32): i32 {
  return (((asOf * MEASURES + measure) * COHORT_COUNT + cohort) * CATEGORY_COUNT + category) * KINDS;
}

/** Adds the categories that hold of one installation at an as-of. */
function countVolumes(counts: Counts, tally: Tally, asOf: i32, at: Instant, cohort: i32): void {
  const mask = tally.mask;
  const reported = tally.reported();
  const volumes = counts.volumes;
  for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) {
    if (((mask >> c) & 1) === 0) continue;
    const isReported = c === reported ? 1 : 0;
    const measures: i32 = tally.effectiveFrom(c, at) !== 0 ? 2 : 1;
    for (let measure: i32 = 0; measure < measures; measure += 1) {
      const i = volumeIndex(asOf, measure, cohort, c);
      volumes[i] = (volumes[i] as i32) + isReported;
      volumes[i + 1] = (volumes[i + 1] as i32) + 1;
    }
  }
}

/** Counts one installation's volumes at every as-of that has passed, on the state as it stood then. */
export class AsOfCounter {
  /** As-ofs that have been counted. */
  next: i32 = 0;
  private readonly asOfs: Float64Array;
  private readonly counts: Counts;
  private readonly observer: Observer | null;

  constructor(asOfs: Float64Array, counts: Counts, observer: Observer | null) {
    this.asOfs = asOfs;
    this.counts = counts;
    this.observer = observer;
  }

  /** @param counted So many of the first as-ofs are left out: another life has counted them. */
  begin(counted: i32): void {
    this.next = counted;
  }

  /** Counts at every as-of before an instant. The tally must hold all rows before that instant. */
  countBefore(before: Instant, tally: Tally, cohort: i32): void {
    while (this.next < this.asOfs.length && (this.asOfs[this.next] as Instant) < before) {
      if (tally.mask !== 0) this.count(this.asOfs[this.next] as Instant, tally, cohort);
      this.next += 1;
    }
  }
  private count(at: Instant, tally: Tally, cohort: i32): void {
    countVolumes(this.counts, tally, this.next, at, cohort);
    const observer = this.observer;
    const reported = tally.reported();
    if (observer !== null && reported >= 0) observer.asOf(at, reported, tally.effectiveFrom(reported, at) !== 0);
  }
}
