import type { RuleSet } from '../../rules/ruleset.ts';
import type { Headline, HeadlineInput } from '../../report/headline.ts';
import { headlineOf } from '../../report/headline.ts';
import type { Provenance } from '../../report/provenance.ts';
import type { PublishedLine, SeriesPoint } from '../../report/published.ts';
import { volumeCells, volumeRows, type VolumeRow } from '../../report/volumes.ts';
import { recordOf } from '../../interchange/record/records.ts';
import { countOf, endCounts, labelledEnds } from '../../../sim/forecast/results.ts';
import type { Simulation } from '../../../sim/kernel/run/simulate.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { endOfLondonDate, type Instant } from '../../time.ts';

/** A simulated scenario with what is needed to count it. */
export interface RunResult {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly hash: string;
  readonly seed: string;
  readonly replications: number;
  readonly simulation: Simulation;
  /** The instants at which volumes were asked for; the simulation may have counted at others too. */
  readonly asOfs: readonly Instant[];
  /** Whether the scenario differs from the one that its published lines were fitted with. */
  readonly changed: boolean;
  readonly published: readonly PublishedLine[];
  readonly series: readonly SeriesPoint[];
}

/** The rows of `volumes.csv`, at the instants that were asked for. */
export function volumesOf(result: RunResult): VolumeRow[] {
  const { scenario, simulation, rules, published, asOfs } = result;
  const positions = asOfs.map((at) => simulation.model.asOfs.indexOf(at));
  const count = countOf(simulation);
  return volumeRows({
    asOfs,
    replications: result.replications,
    countOf: (query) => count({ ...query, asOf: positions[query.asOf] as number }),
    rules,
    published,
    comparison: { measure: scenario.comparison.operator, asOf: asOfs.indexOf(comparedAt(scenario)) },
    fitted: fittedLines(scenario),
    changed: result.changed,
  });
}

/** The headline's rows: what the published figures are compared with. */
export function headlineInput(result: RunResult): HeadlineInput {
  const { scenario, simulation, rules, published, replications, changed } = result;
  return {
    countOf: countOf(simulation),
    replications,
    asOf: simulation.model.asOfs.indexOf(comparedAt(scenario)),
    rules,
    published,
    fitted: fittedLines(scenario),
    changed,
  };
}

export function headline(result: RunResult): Headline {
  return headlineOf(headlineInput(result));
}

/** The instant at which volumes are held against published ones. */
export function comparedAt({ comparison, horizon }: Scenario): Instant {
  return endOfLondonDate(comparison.operator === 'envisaged' ? horizon : comparison.dataCut);
}

function fittedLines({ fit }: Scenario): ReadonlySet<string> {
  return new Set(fit.map((row) => row.line));
}

/** Ends over all cohorts under the scenario's labels; the mean over replications. */
export function endsOf({ simulation, scenario }: RunResult): Readonly<Record<string, number>> {
  return labelledEnds(endCounts(simulation), scenario.ends);
}

/**
 * `run --format json`: results, and how long the kernel took. Two equal runs give equal texts but for `kernelSeconds`,
 * the one number that is no result.
 */
export function runJson(result: RunResult, volumes: readonly VolumeRow[], provenance: Provenance): string {
  const columns = recordOf('volumes').columns;
  const rows = volumes.map((row) =>
    Object.fromEntries(
      volumeCells(row).map((cell, c) => {
        const column = columns[c];
        return [column?.name ?? '', column?.type === 'number' && cell !== null ? Number(cell) : cell];
      }),
    ),
  );
  const { seed, hash, simulation } = result;
  const out = {
    provenance,
    seed,
    scenarioHash: hash,
    installations: simulation.model.size,
    ends: endsOf(result),
    volumes: rows,
    // Last: all that stands before it is the same in two equal runs.
    kernelSeconds: simulation.kernelSeconds,
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}
