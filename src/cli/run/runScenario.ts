import { simulate, type Simulation } from '../../../sim/kernel/run/simulate.ts';
import type { ShardRecords } from '../../../sim/kernel/records/recordBuffers.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { endOfLondonDate, type Instant } from '../../time.ts';
import { breathe } from '../shell/io.ts';
import type { ScenarioFile } from '../shell/scenarioFile.ts';
import { changedSinceFit } from './scenarioChanges.ts';
import { comparedAt, type RunResult } from './runResult.ts';

/** What decides a run beside the scenario, and how it goes on. */
export interface RunSettings {
  readonly seed: string;
  readonly replications: number;
  readonly workers: number;
  /** Days to count at, beside those of the scenario. */
  readonly asOf: readonly string[];
  /** Ends of months to count at for the report; they are no rows of `volumes.csv`. */
  readonly months: readonly string[];
  /** A clock in seconds, for durations alone. */
  readonly elapsed: () => number;
  /** Aborted when the run is to end early. */
  readonly interruption: AbortSignal;
  readonly onProgress: (share: number) => void;
  readonly onRecords?: (records: ShardRecords) => void | Promise<void>;
}

/** The scenario with every day at which the run counts. */
export function countedScenario(
  { scenario }: ScenarioFile,
  { asOf, months }: Pick<RunSettings, 'asOf' | 'months'>,
): Scenario {
  const days = [...scenario.asOf, ...asOf, ...months];
  if (scenario.comparison.operator === 'qualifying') days.push(scenario.comparison.dataCut);
  return { ...scenario, asOf: [...new Set(days)].toSorted() };
}

/** Simulates a scenario and gives what its report is made of. */
export async function runScenario(file: ScenarioFile, settings: RunSettings): Promise<RunResult> {
  const { seed, replications, workers, onRecords } = settings;
  const simulation: Simulation = await simulate(countedScenario(file, settings), file.rules, {
    seed,
    replications,
    workers,
    now: settings.elapsed,
    onProgress: async (share) => {
      settings.onProgress(share);
      // With one worker this is the only place where an interruption can be noticed.
      await breathe();
      settings.interruption.throwIfAborted();
    },
    ...(onRecords ? { onRecords } : {}),
  });
  return {
    scenario: file.scenario,
    rules: file.rules,
    hash: file.hash,
    seed,
    replications,
    simulation,
    asOfs: askedInstants(file.scenario, settings.asOf),
    changed: changedSinceFit(file),
    published: file.volumes,
    series: file.series,
  };
}

/** The as-ofs of the scenario, of the command and of the comparison, rising, the horizon last. */
function askedInstants(scenario: Scenario, asOf: readonly string[]): readonly Instant[] {
  const days = [...scenario.asOf, ...asOf, scenario.horizon];
  const instants = [...days.map(endOfLondonDate), comparedAt(scenario)];
  return [...new Set(instants)].toSorted((a, b) => a - b);
}
