import { Command } from 'commander';
import { endOfLondonDate } from '../../time.ts';
import { textTable, thousands } from '../../text/table.ts';
import { lineName } from '../../report/volumes.ts';
import { joinCohorts } from '../../report/published.ts';
import {
  bestRound,
  farthestOff,
  fitLines,
  leaveOneOut,
  type FitLine,
  type FitOptions,
  type FitRound,
  type FitStage,
} from '../../../sim/calibrate/fit.ts';
import type { Shell } from '../shell/command.ts';
import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import { UsageError } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';
import { collect, threadsOf, whole, workersOption } from '../shell/options.ts';
import { loadScenarioFile, warnOfIdle, type ScenarioFile } from '../shell/scenarioFile.ts';

interface FitCommandOptions {
  readonly seed: string;
  readonly replications: number;
  readonly rounds: number;
  readonly workers?: number;
  readonly set: readonly string[];
}

/** `smets1-bench fit SCENARIO`: what the published lines say of one number each, and what they do not. */
export function fitCommand({ action }: Shell): Command {
  return new Command('fit')
    .argument('<scenario>', 'scenario file (YAML)')
    .option('--seed <text>', 'seed of the fit; test the result under others', 'fit')
    .option('--replications <n>', 'replications a round', whole(1, 1000), 4)
    .option('--rounds <n>', 'rounds of the secant; 1 only evaluates', whole(1, 50), 7)
    .addOption(workersOption('threads'))
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .addHelpText(
      'after',
      `
Prints the numbers as lines for --set; it changes no file. A round a line on standard error while it goes on: which line
is left out, the volumes, and the numbers that they came from. A few minutes; --rounds 1 --replications 1 is the quickest.

Examples:
  smets1-bench fit scenarios/various1.yaml
  smets1-bench fit scenarios/various1.yaml --rounds 1 --set process.IOC.daysBetweenAttempts=14`,
    )
    .action(action(fit));
}

async function fit(io: Io, path: string, options: FitCommandOptions): Promise<void> {
  const pool = await openPool(threadsOf(options.workers));
  try {
    await fitIn(io, pool, path, options);
  } finally {
    await pool.close();
  }
}

async function fitIn(io: Io, pool: Pool, path: string, options: FitCommandOptions): Promise<void> {
  const file = loadScenarioFile(path, options.set);
  warnOfIdle(io, file);
  const lines = fitLinesOf(file, path);
  const start = Object.fromEntries(lines.map((line) => [line.parameter, numberAt(file, line.parameter)]));
  const predicted = file.volumes
    .filter((line) => !line.isInput && !lines.some((row) => row.line === lineName(line)))
    .map((line) => ({ ...line, line: lineName(line) }));
  const fitOptions: FitOptions = {
    seed: options.seed,
    replications: options.replications,
    rounds: options.rounds,
    workers: pool.workers,
    pool,
    now: io.elapsed,
    withParameters: (parameters) => {
      const set = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`);
      return loadScenarioFile(path, [...options.set, ...set]);
    },
    onRound: (round, stage) => io.err.write(`${roundText(lines, round, stage)}\n`),
    endsFit: (error) => {
      if (!(error instanceof UsageError)) return false;
      io.err.write(`the scenario refuses the next numbers, so the rounds end here: ${error.message}\n`);
      return true;
    },
    alsoCount: predicted,
  };
  const rounds = await fitLines(lines, start, fitOptions);
  const best = bestRound(lines, rounds);
  const all = [...lines, ...predicted];
  const rows = [['left out', 'its parameter at the prior', ...all.map((line) => line.line), 'off by']];
  const volumesOf = (volumes: FitRound['volumes']) => all.map(({ line }) => thousands(volumes[line] as number));
  rows.push(['published', '', ...all.map((line) => thousands(line.published)), '']);
  rows.push(['nothing', '', ...volumesOf(best.volumes), offText(lines, best.volumes)]);
  const left = await leaveOneOut(lines, best.parameters, { ...fitOptions, settledAt: SETTLED });
  for (const { line, volumes } of left) {
    const others = lines.filter((other) => other !== line);
    rows.push([line.line, `${line.parameter}=${line.prior}`, ...volumesOf(volumes), offText(others, volumes)]);
  }
  const text = [
    headText(rounds.indexOf(best) + 1, rounds.length, options, file.scenario.horizon),
    ...Object.entries(best.parameters).map(
      ([parameter, value]) => `  --set ${parameter}=${Number(value.toPrecision(4))}`,
    ),
    '',
    leaveOutText(options.rounds),
    textTable(rows, { right: all.map((_, i) => i + 2) }),
    `off by: how far the fitted lines (those not left out) are from what was published, at most; beyond ${percent(SETTLED)} they are not settled.`,
  ];
  io.out.write(`${text.join('\n')}\n`);
}

/** Volumes that are as near as this to the published ones count as settled: the dice of a few replications do not go nearer. */
const SETTLED = 0.01;

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function offText(lines: readonly FitLine[], volumes: FitRound['volumes']): string {
  const off = farthestOff(lines, volumes);
  return `${percent(off)}${off > SETTLED ? ', not settled' : ''}`;
}

function headText(
  best: number,
  rounds: number,
  { seed, replications, rounds: asked }: FitCommandOptions,
  horizon: string,
): string {
  const counted = `seed ${seed}, ${replications} ${replications === 1 ? 'replication' : 'replications'} a round, envisaged at ${horizon}`;
  return asked === 1
    ? `Parameters as the scenario has them: --rounds 1 evaluates and fits nothing (${counted})`
    : `Parameters of round ${best}, the nearest of ${rounds} (${counted})`;
}

function leaveOutText(rounds: number): string {
  const anew =
    rounds <= 1
      ? 'the others stay where they are: with --rounds 1 they are not fitted anew'
      : `the others are fitted anew, in at most ${rounds} rounds`;
  return `Leave one line out: its parameter goes back to its prior, ${anew}`;
}

function roundText(lines: readonly FitLine[], { parameters, volumes }: FitRound, stage: FitStage): string {
  const which = `${stage.leftOut === null ? '' : `without ${stage.leftOut}, `}round ${stage.number} of ${stage.of}`;
  const found = lines
    .filter((line) => line.line !== stage.leftOut)
    .map(
      ({ line, parameter }) =>
        `${line} ${thousands(volumes[line] as number)} at ${(parameters[parameter] as number).toPrecision(4)}`,
    );
  return `${which}: ${found.join('; ')}`;
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
