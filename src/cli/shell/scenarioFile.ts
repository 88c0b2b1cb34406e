import { existsSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../../document/nearest.ts';
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
import { fileError } from './fileErrors.ts';
import { refuseOtherKind } from './fileKind.ts';
import { writeLine, type Io } from './io.ts';
import { diskFiles, readText } from './readText.ts';

/** A scenario as a command takes it, with the public figures it is compared with. */
export interface ScenarioFile extends LoadedScenario {
  readonly volumes: readonly PublishedLine[];
  readonly series: readonly SeriesPoint[];
}

/**
 * Loads a scenario with the public figures it is compared with.
 * @param named the path of a file, or the name of a shipped scenario such as `various1`
 * @throws UsageError with everything that is wrong
 */
export function loadScenarioFile(named: string, set: readonly string[]): ScenarioFile {
  const path = scenarioPath(named);
  const loaded = loadScenario({ path, files: diskFiles, set });
  if (!loaded.ok) {
    refuseOtherKind(path, 'scenario');
    throw new UsageError(formatProblems(loaded.errors));
  }
  return {
    ...loaded,
    volumes: loaded.publishedVolumes === undefined ? [] : rowsOf(loaded.publishedVolumes, parsePublishedVolumes),
    series: loaded.publishedSeries === undefined ? [] : rowsOf(loaded.publishedSeries, parseSeries),
  };
}

/** Warns on standard error of values of the scenario that change nothing, such as an outage beyond the horizon. */
export function warnOfIdle(io: Pick<Io, 'err'>, { idle }: Pick<LoadedScenario, 'idle'>): void {
  if (idle.length > 0) writeLine(io.err, `warning: ${formatProblems(idle)}`);
}

/** Where the shipped scenarios are: beside `src`, in a checkout as in the package. */
const SHIPPED = new URL('../../../scenarios/', import.meta.url);

/**
 * The path of a shipped scenario by its name; anything else is a path already. A file of that name goes first.
 * @throws UsageError if it is a name alone, and neither a file nor a shipped scenario has it
 */
export function scenarioPath(named: string, expected = 'a scenario file, or the name of a shipped scenario'): string {
  if (!/^[a-z0-9][\w-]*$/i.test(named) || existsSync(named)) return named;
  const path = fileURLToPath(new URL(`${named}.yaml`, SHIPPED));
  if (!existsSync(path)) {
    const near = nearest(named, shippedNames());
    throw new UsageError(`${named}: found no such file, expected ${expected}${near === undefined ? '' : `\n  Did you mean \`${near}\`?`}`); // prettier-ignore
  }
  // Messages name a file as a reader would.
  const near = relative('.', path);
  return near.startsWith('..') ? path : near;
}

function shippedNames(): readonly string[] {
  return readdirSync(SHIPPED).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []));
}

/** A file that was readable a moment ago; what is wrong with it is the user's to mend. */
function textOf(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    throw fileError(error) ?? new UsageError(`${path}: ${(error as Error).message}`);
  }
}

function rowsOf<R>(path: string, parse: (text: string) => Parsed<R>): readonly R[] {
  const parsed = parse(textOf(path));
  if (!parsed.ok) throw new UsageError(`${path}: ${parsed.error}`);
  return parsed.rows;
}
