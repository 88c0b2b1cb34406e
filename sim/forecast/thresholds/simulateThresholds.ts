import type { Excludes } from '../../../src/clauses/clause.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Price, ThresholdPoint } from '../../../src/report/ranges/thresholds.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { compileModel } from '../../kernel/model/model.ts';
import type { Pool } from '../../kernel/run/pool.ts';
import { shardsOf } from '../../kernel/run/shard.ts';
import type { ShardRequest } from '../../kernel/run/shardTask.ts';
import { scaledScenario } from '../../sweep/cell/scaled.ts';
import { seedWords } from '../../world/dice/streams.ts';
import { thresholdPoints } from './thresholdCurves.ts';
import { thresholdVariants, twinOf, type ThresholdVariant } from './thresholdPlan.ts';

/** The options of a search over thresholds. Only the pool's threads cannot matter to the result. */
export interface ThresholdOptions {
  readonly seed: string;
  /** At least 1. */
  readonly replications: number;
  /** The share of every large population that is simulated, above 0 and at most 1. */
  readonly scale: number;
  /** The numbers of failures that are tried beside each clause's own. */
  readonly numbers: readonly number[];
  /** How far apart attempts are made, in days, one twin for each; null stands for what the scenario says. */
  readonly spacings: readonly (number | null)[];
  readonly prices: readonly Price[];
  /** A pool that has the watcher `thresholds` (`forecastWatchers`). */
  readonly pool: Pool;
  /** Called after each shard with the share of the work done, and waited for. */
  readonly onProgress?: (share: number) => void | Promise<void>;
}

/** A population is not cut below so many installations. */
const STRATA_MIN = 500;

/** A twin that is to be simulated, and the variants that it answers. */
interface Part {
  readonly daysBetweenAttempts: number | null;
  readonly excludes: Excludes;
  readonly variants: readonly ThresholdVariant[];
}

/**
 * Simulates the twins of a scenario and gives the curve of every counting clause: what each number of failures would
 * exclude, how many of those excluded would have migrated, and what is saved.
 */
export async function simulateThresholds(
  scenario: Scenario,
  rules: RuleSet,
  options: ThresholdOptions,
): Promise<readonly ThresholdPoint[]> {
  const all = thresholdVariants(rules, options.numbers);
  const parts = options.spacings.flatMap((daysBetweenAttempts) =>
    (['installation', 'gsme'] as const).flatMap((excludes): Part[] => {
      const variants = all.filter((variant) => variant.excludes === excludes);
      return variants.length === 0 ? [] : [{ daysBetweenAttempts, excludes, variants }];
    }),
  );
  const { weights, scenario: scaled } = scaledScenario(scenario, { share: options.scale, strataMin: STRATA_MIN });
  const points: ThresholdPoint[] = [];
  for (const [p, part] of parts.entries()) {
    const { daysBetweenAttempts, variants } = part;
    const twin = twinOf(scaled, part);
    const { groups, size } = compileModel(twin, rules);
    const counts = await countTwin(twin, rules, { ...options, variants, size }, (share) =>
      options.onProgress?.((p + share) / parts.length),
    );
    points.push(
      ...thresholdPoints({
        rules,
        variants,
        weights: groups.map(({ name }) => weights.get(name) ?? 1),
        counts,
        daysBetweenAttempts,
        prices: options.prices,
      }),
    );
  }
  return points;
}

/** What the watcher counted of one twin: a block for each replication. */
async function countTwin(
  twin: Scenario,
  rules: RuleSet,
  { seed, replications, pool, variants, size }: Pick<ThresholdOptions, 'seed' | 'replications' | 'pool'> & Pick<Part, 'variants'> & { readonly size: number }, // prettier-ignore
  onProgress: (share: number) => void | Promise<void>,
): Promise<readonly Float64Array[]> {
  const task = { scenario: twin, rules, seed: seedWords(seed) };
  const watch = { name: 'thresholds', of: variants };
  const shards = shardsOf(size);
  const requests = Array.from({ length: replications * shards }, (_, i): ShardRequest => {
    return { task, replication: Math.floor(i / shards), shard: i % shards, record: false, watch };
  });
  const counts: Float64Array[] = [];
  await pool.run(requests, async ({ watched }, position) => {
    const { replication } = requests[position] as ShardRequest;
    const own = watched as Float64Array;
    const before = counts[replication];
    if (before) for (let i = 0; i < own.length; i += 1) before[i] = (before[i] as number) + (own[i] as number);
    else counts[replication] = own;
    await onProgress((position + 1) / requests.length);
  });
  return counts;
}
