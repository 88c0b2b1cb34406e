import { formatProblems } from '../../document/problem.ts';
import { loadScenario, type LoadedScenario } from '../../../sim/scenario/load.ts';
import {
  parseSeries,
  parsePublishedVolumes,
  type Parsed,
  type PublishedLine,
  type SeriesPoint,
} from '../../report/published.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { diskFiles, readText } from './readText.ts';

/** A scenario as a command takes it, with the public figures it is compared with. Throws UsageError with all problems. */
export interface ScenarioFile extends LoadedScenario {
  readonly volumes: readonly PublishedLine[];
  readonly series: readonly SeriesPoint[];
}

export function loadScenarioFile(path: string, set: readonly string[]): ScenarioFile {
  const loaded = loadScenario({ path, files: diskFiles, set });
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.errors));
  return {
    ...loaded,
    volumes: loaded.publishedVolumes === undefined ? [] : rowsOf(loaded.publishedVolumes, parsePublishedVolumes),
    series: loaded.publishedSeries === undefined ? [] : rowsOf(loaded.publishedSeries, parseSeries),
  };
}

/** Warns on standard error of values of the scenario that change nothing, such as an outage beyond the horizon. */
export function warnOfIdle(io: Pick<Io, 'err'>, { idle }: Pick<ScenarioFile, 'idle'>): void {
  if (idle.length > 0) io.err.write(`warning: ${formatProblems(idle)}\n`);
}

function rowsOf<R>(path: string, parse: (text: string) => Parsed<R>): readonly R[] {
  const parsed = parse(readText(path));
  if (!parsed.ok) throw new UsageError(`${path}: ${parsed.error}`);
  return parsed.rows;
}
