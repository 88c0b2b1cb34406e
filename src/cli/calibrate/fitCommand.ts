import { Command } from 'commander';
import { endOfLondonDate } from '../../time.ts';
import { textTable, thousands } from '../../text/table.ts';
import { lineName } from '../../report/volumes.ts';
import { joinCohorts } from '../../report/published.ts';
import {
  checkedOff,
  errorsOff,
  farthestOff,
  fitVerified,
  isSettled,
  leaveOneOut,
  SETTLED_WITHIN,
  type CountedLine,
  type Fit,
  type FitCheck,
  type FitLine,
  type FitOptions,
  type FitRound,
  type FitStage,
} from '../../../sim/calibrate/fit.ts';
import type { Shell } from '../shell/command.ts';
import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
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
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .option('--seed <text>', 'seed of the fit; checks have seeds of their own', 'fit')
    .option('--replications <n>', 'replications a round', whole(1, 1000), 4)
    .option('--rounds <n>', 'rounds of the secant at most, checks apart; 1 only evaluates', whole(1, 50), 7)
    .addOption(workersOption('threads'))
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .addHelpText(
      'after',
      `
Prints the numbers as lines for --set; it changes no file. Numbers that meet the lines may owe it to the dice of the fit, so
they are checked with other dice. Where a line is not settled there, those dice join the fit and the rounds go on. A line is
settled if its volume lies within two Monte-Carlo errors of the published figure. The nearest round is kept.

A round a line on standard error while it goes on: which line is left out, the volumes, and the numbers that they came
from. A few minutes; --rounds 1 --replications 1 is the quickest.

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
    onRound: (round, stage) => writeLine(io.err, roundText(lines, round, stage)),
    onCheck: (check) => writeLine(io.err, checkText(lines, check)),
    endsFit: (error) => {
      if (!(error instanceof UsageError)) return false;
      writeLine(io.err, `the scenario refuses the next numbers, so the rounds end here: ${error.message}`);
      return true;
    },
    alsoCount: predicted,
  };
  const fitted = await fitVerified(lines, start, fitOptions);
  const { best } = fitted;
  const all = [...lines, ...predicted];
  const letterOf = lettersOf(all);
  const rows = [['left out', ...all.map(({ line }) => letterOf(line)), 'off by']];
  const volumesOf = ({ volumes }: FitRound) => all.map(({ line }) => thousands(volumes[line] as number));
  rows.push(['published', ...all.map((line) => thousands(line.published)), '']);
  rows.push(['nothing', ...volumesOf(best), offText(lines, best)]);
  const left = await leaveOneOut(lines, best.parameters, fitOptions);
  for (const { line, round } of left) {
    const others = lines.filter((other) => other !== line);
    rows.push([`without ${letterOf(line.line)}`, ...volumesOf(round), offText(others, round)]);
  }
  const text = [
    headText(fitted, options, file.scenario.horizon),
    ...Object.entries(best.parameters).map(
      ([parameter, value]) => `  --set ${parameter}=${Number(value.toPrecision(4))}`,
    ),
    '',
    settledHead(fitted),
    ...all.map(({ line }) => `  ${letterOf(line)}  ${line}`),
    settledTable(lines, predicted, fitted),
    '',
    leaveOutText(options.rounds),
    ...lines.map(({ line, parameter, prior }) => `  ${letterOf(line)}  ${parameter}=${prior}`),
    textTable(rows, { right: all.map((_, i) => i + 1) }),
    `off by: how far the fitted lines (those not left out) are from what was published, at most, in per cent and in errors of their own; beyond ${SETTLED_WITHIN} errors they are not settled.`,
  ];
  writeAnswer(io.out, `${text.join('\n')}\n`);
}

/** Names of lines are long, so that tables have a letter for each. */
function lettersOf(lines: readonly { readonly line: string }[]): (line: string) => string {
  return (line) => String.fromCharCode('a'.charCodeAt(0) + lines.findIndex((one) => one.line === line));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function offText(lines: readonly FitLine[], round: FitRound): string {
  const off = Math.max(0, ...lines.map((line) => Math.abs(errorsOff(line, round))));
  return `${percent(farthestOff(lines, round.volumes))}, ${off.toFixed(1)} errors${off > SETTLED_WITHIN ? ', not settled' : ''}`; // prettier-ignore
}

function headText(
  { rounds, best }: Fit,
  { seed, replications, rounds: asked }: FitCommandOptions,
  horizon: string,
): string {
  // prettier-ignore
  const counted = `seed ${seed}, ${replications} ${replications === 1 ? 'replication' : 'replications'} a round, envisaged at ${horizon}`;
  // A check that has joined the dice of the fit is no round of its own.
  const own = rounds.filter(({ seeds }, i) => i === 0 || seeds.length === rounds[i - 1]?.seeds.length);
  const number = own.findLastIndex(({ parameters }) => parameters === best.parameters) + 1;
  return asked === 1
    ? `Parameters as the scenario has them: --rounds 1 evaluates and fits nothing (${counted})`
    : `Parameters of round ${number}, the nearest of ${own.length} (${counted})`;
}

function settledHead({ best, check }: Fit): string {
  if (check === null) return 'How far each line is from what was published, on these dice';
  const joined =
    best.seeds.length > 1 ? ` (${best.seeds.slice(1).join(', ')} joined the fit: they had not settled)` : '';
  return `How settled each line is, checked with dice that the fit has not seen: seed ${check.seed}${joined}`;
}

/** Each line: what came on the dice of the fit, and on others, and how many errors that lies off. */
function settledTable(
  lines: readonly FitLine[],
  predicted: readonly (CountedLine & { readonly published: number })[],
  { best, check }: Fit,
): string {
  const cells = ({ volumes, errors }: FitRound | FitCheck, line: string): readonly string[] => [
    thousands(volumes[line] as number),
    `+-${thousands(Math.max(1, errors[line] as number))}`,
  ];
  const letterOf = lettersOf([...lines, ...predicted]);
  const rows = [...lines, ...predicted].map((row) => {
    const own = lines.find(({ line }) => line === row.line);
    const off = own === undefined ? null : check === null ? errorsOff(own, best) : checkedOff(own, best, check);
    const verdict = own === undefined ? 'not fitted' : isSettled(own, best, check) ? 'settled' : 'not settled';
    const seen = [best, ...(check === null ? [] : [check])].flatMap((volumes) => cells(volumes, row.line));
    return [letterOf(row.line), thousands(row.published), ...seen, off === null ? '' : off.toFixed(1), verdict];
  });
  const head = ['line', 'published', check === null ? 'volume' : 'fitted', '', ...(check === null ? [] : ['checked', '']), 'errors off', '']; // prettier-ignore
  return [
    textTable([head, ...rows], { right: head.map((_, i) => i).slice(1, -1) }),
    `+-: the Monte-Carlo error of the mean, once. errors off: the ${check === null ? 'volume' : 'checked volume'} less the published one, in errors${check === null ? '' : ' of both'}; within ${SETTLED_WITHIN} it is chance, and the line is settled.`, // prettier-ignore
  ].join('\n');
}

function leaveOutText(rounds: number): string {
  const anew =
    rounds <= 1
      ? 'the others stay where they are: with --rounds 1 they are not fitted anew'
      : `the others are fitted anew, in at most ${rounds} rounds`;
  return `Leave one line out: its parameter goes back to its prior, ${anew}. The priors:`;
}

function checkText(lines: readonly FitLine[], { seed, volumes, errors }: FitCheck): string {
  const found = lines.map(({ line, published }) => `${line} ${thousands(volumes[line] as number)} +-${thousands(errors[line] as number)} for ${thousands(published)}`); // prettier-ignore
  return `check with other dice (seed ${seed}): ${found.join('; ')}`;
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
