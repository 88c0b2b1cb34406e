import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { endOfLondonDate } from '../time.ts';
import { textTable, thousands } from '../report/table.ts';
import { lineName } from '../report/volumes.ts';
import { joinCohorts } from '../report/published.ts';
import {
  fitLines,
  leaveOneOut,
  lineVolumes,
  type FitLine,
  type FitOptions,
  type FitRound,
} from '../../sim/forecast/fit.ts';
import { UsageError } from './exit.ts';
import { collect, whole } from './options.ts';
import { loadScenarioFile, type ScenarioFile } from './loadScenarioFile.ts';

interface FitCommandOptions {
  readonly seed: string;
  readonly replications: number;
  readonly rounds: number;
  readonly workers?: number;
  readonly set: readonly string[];
}

/** `smets1-bench fit SCENARIO`: what the published lines say of one number each, and what they do not. */
export function fitCommand(): Command {
  return new Command('fit')
    .description(
      "Fit one number to each published line that a scenario's `fit` names, and leave each line out in turn.",
    )
    .argument('<scenario>', 'scenario file (YAML)')
    .option('--seed <text>', 'seed of the fit; test the result under others', 'fit')
    .option('--replications <n>', 'replications a round', whole(1, 1000), 4)
    .option('--rounds <n>', 'rounds of the secant; 1 only evaluates', whole(1, 50), 7)
    .option('--workers <n>', 'threads', whole(1, 64))
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .addHelpText('after', '\nPrints the numbers as lines for --set; it changes no file.')
    .action(fit);
}

async function fit(path: string, options: FitCommandOptions): Promise<void> {
  const file = loadScenarioFile(path, options.set);
  const lines = fitLinesOf(file, path);
  const start = Object.fromEntries(lines.map((line) => [line.parameter, numberAt(file, line.parameter)]));
  const fitOptions: FitOptions = {
    seed: options.seed,
    replications: options.replications,
    rounds: options.rounds,
    workers: options.workers ?? Math.min(availableParallelism(), 64),
    now: () => performance.now() / 1000,
    withParameters: (parameters) => {
      const set = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`);
      return loadScenarioFile(path, [...options.set, ...set]);
    },
    onRound: (round) => process.stderr.write(`${roundText(lines, round)}\n`),
  };
  const rounds = await fitLines(lines, start, fitOptions);
  const last = rounds.at(-1) as FitRound;
  const predicted = file.volumes
    .filter((line) => !line.isInput && !lines.some((row) => row.line === lineName(line)))
    .map((line) => ({ ...line, line: lineName(line) }));
  const all = [...lines, ...predicted];
  const fittedVolumes = await lineVolumes(all, last.parameters, fitOptions);
  const rows = [['left out', 'its parameter at the prior', ...all.map((line) => line.line)]];
  rows.push(['published', '', ...all.map((line) => thousands(line.published))]);
  rows.push(['nothing', '', ...all.map((line) => thousands(fittedVolumes[line.line] as number))]);
  for (const { line, parameters } of await leaveOneOut(lines, last.parameters, fitOptions)) {
    const volumes = await lineVolumes(all, parameters, fitOptions);
    rows.push([
      line.line,
      `${line.parameter}=${line.prior}`,
      ...all.map((row) => thousands(volumes[row.line] as number)),
    ]);
  }
  const text = [
    `Parameters after ${rounds.length} rounds (seed ${options.seed}, ${options.replications} replications a round, envisaged at ${file.scenario.horizon})`,
    ...Object.entries(last.parameters).map(
      ([parameter, value]) => `  --set ${parameter}=${Number(value.toPrecision(4))}`,
    ),
    '',
    'Leave one line out: its parameter goes back to its prior, the others are fitted anew',
    textTable(rows, { right: all.map((_, i) => i + 2) }),
  ];
  process.stdout.write(`${text.join('\n')}\n`);
}

function roundText(lines: readonly FitLine[], { parameters, volumes }: FitRound): string {
  return lines
    .filter((line) => parameters[line.parameter] !== undefined) // the others of one that is left out
    .map(
      (line) =>
        `${line.line} ${thousands(volumes[line.line] as number)} at ${(parameters[line.parameter] as number).toPrecision(4)}`,
    )
    .join('; ');
}

function fitLinesOf(file: ScenarioFile, path: string): readonly FitLine[] {
  if (file.scenario.comparison.operator !== 'envisaged')
    throw new UsageError(`${path}: fit compares with the envisaged volumes only; set comparison.operator=envisaged`);
  if (file.scenario.fit.length === 0)
    throw new UsageError(`${path} > fit: found no lines, expected at least one {line, parameter, prior}`);
  endOfLondonDate(file.scenario.horizon);
  return file.scenario.fit.map((row) => {
    const published = file.volumes.find((line) => lineName(line) === row.line);
    if (!published)
      throw new UsageError(
        `${path} > fit: found ${row.line}, expected one of ${file.volumes.map((line) => `${line.category}/${joinCohorts(line.cohorts)}`).join(', ')}`,
      );
    return { ...row, category: published.category, cohorts: published.cohorts, published: published.published };
  });
}

function numberAt(file: ScenarioFile, path: string): number {
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], file.scenario);
  if (typeof value !== 'number')
    throw new UsageError(`${path}: found ${String(value)}, expected a number of the scenario`);
  return value;
}
