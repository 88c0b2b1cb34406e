import { CATEGORIES } from '../../src/clauses/clause.ts';
import { COHORTS, type Cohort } from '../../src/installation/cohort.ts';
import type { CountOf } from '../../src/report/volumes.ts';
import { ENDS } from '../scenario/ends.ts';
import type { Simulation } from '../kernel/run/simulate.ts';
import { MEASURE_EFFECTIVE, MEASURE_QUALIFYING, volumeIndex, type Counts } from '../kernel/life/counts.ts';

/** Gives the volumes of a simulation by name, for the report. */
export function countOf({ counts }: Simulation): CountOf {
  return ({ replication, asOf, measure, cohort, category, of }) => {
    const { volumes } = counts[replication] as Counts;
    const row = measure === 'effective' ? MEASURE_EFFECTIVE : MEASURE_QUALIFYING;
    const at = volumeIndex(asOf, row, COHORTS.indexOf(cohort), CATEGORIES.indexOf(category));
    return volumes[of === 'reported' ? at : at + 1] as number;
  };
}

/** The mean number of installations for each end, of one cohort or of all. Every end has a row. */
export function endCounts({ counts }: Simulation, cohort?: Cohort): ReadonlyMap<string, number> {
  const wanted = cohort === undefined ? COHORTS.map((_, i) => i) : [COHORTS.indexOf(cohort)];
  return new Map(
    ENDS.map((end, e) => {
      let sum = 0;
      for (const replication of counts) {
        for (const c of wanted) sum += replication.ends[c * ENDS.length + e] as number;
      }
      return [end, sum / counts.length];
    }),
  );
}

/** The ends under the labels that a scenario gives them: `excluded:gt01`, or a whole kind such as `unresolved`. */
export function labelledEnds(
  ends: ReadonlyMap<string, number>,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> {
  const out: Record<string, number> = {};
  for (const [end, count] of ends) {
    const label = labels[end] ?? labels[end.split(':')[0] as string] ?? end;
    // If a scenario names its ends, an end that it does not name is shown only if something ended there.
    if (label === end && count === 0 && Object.keys(labels).length > 0) continue;
    out[label] = (out[label] ?? 0) + count;
  }
  return out;
}
