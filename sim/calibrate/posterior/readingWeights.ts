import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { READING_NAMES, READINGS } from '../../../src/regulation/readings.ts';
import type { ReadingWeight } from '../../../src/report/ranges/knownRanges.ts';
import { meanError, meanOf } from '../../../src/report/statistics.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { countOf } from '../../forecast/results.ts';
import type { Pool } from '../../kernel/run/pool.ts';
import { simulate } from '../../kernel/run/simulate.ts';
import type { Scenario } from '../../scenario/schema.ts';

/** The options of weighing readings. */
export interface ReadingOptions {
  readonly seed: string;
  readonly replications: number;
  readonly pool: Pool;
  readonly onProgress?: (share: number) => void | Promise<void>;
}

/** Every other value of every reading, one at a time. */
export function otherReadings(
  rules: RuleSet,
): readonly { readonly reading: string; readonly value: string; readonly rules: RuleSet }[] {
  // prettier-ignore
  return READING_NAMES.flatMap((reading) =>
    Object.keys(READINGS[reading].values)
      .filter((value) => value !== rules.readings[reading])
      .map((value) => {
        const readings = { ...rules.readings, [reading]: value } as RuleSet['readings'];
        return { reading, value, rules: { ...rules, readings } };
      }),
  );
}

/**
 * Simulates the scenario under every other reading, on common dice: lives go on or end as the reading says. Gives the
 * factor on each category over all cohorts, at the horizon; categories that no reading has in the scenario are left out.
 */
export async function readingWeights(
  scenario: Scenario,
  rules: RuleSet,
  { seed, replications, pool, onProgress }: ReadingOptions,
): Promise<readonly ReadingWeight[]> {
  const others = otherReadings(rules);
  let done = 0;
  const volumes = async (read: RuleSet): Promise<readonly (readonly number[])[]> => {
    const options = { seed, replications, workers: pool.workers, pool, now: () => 0 };
    const simulation = await simulate(scenario, read, { ...options, onProgress: (share) => onProgress?.((done + share) / (others.length + 1)) }); // prettier-ignore
    done += 1;
    const count = countOf(simulation);
    const asOf = simulation.model.asOfs.length - 1;
    return CATEGORIES.map((category) =>
      Array.from(
        { length: replications },
        (_, replication) =>
        COHORTS.reduce((sum, cohort) => sum + count({ replication, asOf, measure: 'qualifying', cohort, category, of: 'reported' }), 0), // prettier-ignore
      ),
    );
  };
  const base = await volumes(rules);
  const weights: ReadingWeight[] = [];
  for (const { reading, value, rules: read } of others) {
    const other = await volumes(read);
    for (const [c, category] of CATEGORIES.entries()) {
      const [before, after] = [base[c] as readonly number[], other[c] as readonly number[]];
      const mean = meanOf(before);
      if (mean === 0) continue;
      const factor = meanOf(after) / mean;
      const residuals = after.map((volume, r) => (volume - factor * (before[r] as number)) / mean);
      const error = replications < 2 ? null : 2 * meanError(residuals);
      weights.push({ reading, value, line: `${category}/all`, factor, error });
    }
  }
  return weights;
}
