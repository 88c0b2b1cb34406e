import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { endOfLondonDate } from '../../../src/time.ts';
import { MEASURE_QUALIFYING, volumeIndex, type Counts } from '../../kernel/life/counts.ts';
import { compileModel } from '../../kernel/model/model.ts';
import type { Pool } from '../../kernel/run/pool.ts';
import { shardsOf } from '../../kernel/run/shard.ts';
import type { ShardRequest } from '../../kernel/run/shardTask.ts';
import type { Population, Scenario } from '../../scenario/schema.ts';
import { scaledScenario } from '../../sweep/cell/scaled.ts';
import { seedWords } from '../../world/dice/streams.ts';

/** A line that has a volume. */
export interface CountedLine {
  readonly category: ExclusionCategory;
  readonly cohorts: readonly Cohort[];
}

/** A draw whose scenario was put together. */
export interface DrawnScenario {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
}

/** The volume of each line for each draw, and its standard error from dice and scale, [draw][line]. */
export interface DrawVolumes {
  readonly volumes: readonly (readonly number[])[];
  readonly errors: readonly (readonly number[])[];
}

/** The options of simulating draws. Only the threads cannot matter. */
export interface DrawVolumesOptions {
  readonly lines: readonly CountedLine[];
  readonly seed: string;
  /** The share of each population that is simulated, above 0 and at most 1; census groups stay whole. */
  readonly scale: number;
  readonly pool: Pool;
  readonly onProgress?: (share: number) => void | Promise<void>;
}

/** A part of a draw whose installations all stand for as many. */
interface Part {
  readonly draw: number;
  readonly weight: number;
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  /** The position of the compared as-of among those that the model counts. */
  readonly asOf: number;
  readonly shards: number;
}

/** Simulates each draw once, with dice of its own (the replication of its number), and counts the lines. */
export async function volumesOfDraws(
  draws: readonly DrawnScenario[],
  { lines, seed, scale, pool, onProgress }: DrawVolumesOptions,
): Promise<DrawVolumes> {
  const volumes = draws.map(() => lines.map(() => 0));
  const squares = draws.map(() => lines.map(() => 0));
  const words = seedWords(seed);
  // By groups of draws, so that not all scenarios are in memory at once.
  for (let from = 0; from < draws.length; from += DRAWS_AT_ONCE) {
    const parts = draws.slice(from, from + DRAWS_AT_ONCE).flatMap((draw, i) => partsOf(draw, from + i, scale));
    const requests = parts.flatMap(({ draw, scenario, rules, shards }) => {
      const task = { scenario, rules, seed: words };
      return Array.from({ length: shards }, (_, shard): ShardRequest => ({ task, replication: draw, shard, record: false })); // prettier-ignore
    });
    const owner = parts.flatMap((part) => Array.from({ length: part.shards }, () => part));
    await pool.run(requests, async ({ counts }, position) => {
      const { draw, weight, asOf } = owner[position] as Part;
      for (const [l, line] of lines.entries()) {
        const count = countOfLine(counts, asOf, line);
        (volumes[draw] as number[])[l] = (volumes[draw]?.[l] as number) + weight * count;
        (squares[draw] as number[])[l] = (squares[draw]?.[l] as number) + weight * weight * count;
      }
      await onProgress?.(Math.min(1, (from + ((position + 1) / requests.length) * DRAWS_AT_ONCE) / draws.length));
    });
  }
  // Counts of independent lives vary as their number does.
  return { volumes, errors: squares.map((row) => row.map(Math.sqrt)) };
}

const DRAWS_AT_ONCE = 32;

function partsOf({ scenario, rules }: DrawnScenario, draw: number, scale: number): readonly Part[] {
  const compared = scenario.comparison.operator === 'envisaged' ? scenario.horizon : scenario.comparison.dataCut;
  const asked = { ...scenario, asOf: [compared] };
  const isCensus = (population: Population): boolean => population.steady;
  return [
    { weight: 1, part: restricted(asked, isCensus) },
    { weight: 1 / scale, part: scaledScenario(restricted(asked, (population) => !isCensus(population)), { share: scale, strataMin: 1 }).scenario }, // prettier-ignore
  ].flatMap(({ weight, part }): Part[] => {
    if (Object.keys(part.populations).length === 0) return [];
    const model = compileModel(part, rules);
    const asOf = model.asOfs.indexOf(endOfLondonDate(compared));
    return [{ draw, weight, scenario: part, rules, asOf, shards: shardsOf(model.size) }];
  });
}

function restricted(scenario: Scenario, has: (population: Population) => boolean): Scenario {
  const populations = Object.entries(scenario.populations).filter(([, population]) => has(population));
  return { ...scenario, populations: Object.fromEntries(populations) };
}

function countOfLine({ volumes }: Counts, asOf: number, { category, cohorts }: CountedLine): number {
  return cohorts.reduce((sum, cohort) => {
    const at = volumeIndex(asOf, MEASURE_QUALIFYING, COHORTS.indexOf(cohort), CATEGORIES.indexOf(category));
    return sum + (volumes[at] as number);
  }, 0);
}
