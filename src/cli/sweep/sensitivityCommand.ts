import { Command, InvalidArgumentError } from 'commander';
import { formatProblems } from '../../document/problem.ts';
import { openScenario } from '../../../sim/scenario/load.ts';
import { sweepSchema } from '../../../sim/sweep/factor/sweepSchema.ts';
import { prepareSweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { counted } from '../../text/table.ts';
import { shellWord } from '../../text/shellWord.ts';
import type { Shell } from '../shell/command.ts';
import { commandText } from '../shell/commandText.ts';
import { OUTCOME_FORM, parseOutcome } from '../../../sim/sweep/plan/sweepOutcomes.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import { idleReplace, refuseIdle } from '../output/idleOptions.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { collect, folder, fraction, oneOf, pageFile, shareOption, whole, workersOption } from '../shell/options.ts';
import { scenarioPath } from '../shell/scenarioFile.ts';
import { diskFiles } from '../shell/readText.ts';
import { carryOut } from './sweepCommand.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';
import { replaceOption } from '../output/ownFiles.ts';

interface SensitivityOptions {
  readonly share: number;
  readonly ranges: boolean;
  readonly scale: number;
  readonly replications: number;
  readonly outcome: readonly string[];
  readonly only?: string;
  readonly out?: string;
  readonly html?: string;
  readonly replace: boolean;
  readonly store?: string;
  readonly workers?: number;
  readonly retryFailed: boolean;
  readonly format: 'text' | 'json';
}

/** `smets1-bench sensitivity SCENARIO`: every assumption up and down, ranked. */
export function sensitivityCommand({ action }: Shell): Command {
  return new Command('sensitivity')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .option('--share <s>', 'how far a number without a range is moved, as a share of it', fraction(0.001, 1), 0.3)
    .option('--no-ranges', 'move every number by the share, also where its mark states a range')
    .option('--scale <s>', 'share of every large population that is simulated', shareOption, 0.05)
    .option('--replications <n>', 'runs of each point', whole(1, 1000), 4)
    .option('--outcome <o>', 'what is looked at: category/cohorts[@date]; may be repeated', outcome, [])
    .option('--only <path>', 'only the numbers below this path, such as links.wan')
    .option('--out <dir>', 'keep the tables and the cells; the next call then computes only what is new', folder)
    .option('--store <dir>', 'folder of finished cells (default: cells within --out)', folder)
    .addOption(workersOption('threads'))
    .option('--retry-failed', 'try cells again that failed before', false)
    .option('--html <file>', 'write the ranking as one page with pictures', pageFile)
    .addOption(replaceOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
It is the sweep that needs no file: one factor at a time on common dice. A number moves to the ends of the range that its
mark states (scenarios/README.md), else down and up by --share. A chance moves on its odds: 0.98 by 30 % is 0.972 to
0.985. What cannot be moved alone (a point of an entry curve, a chance of 1 without a range) is counted.

Examples:
  smets1-bench sensitivity scenarios/various1.yaml --outcome five-retries/all
  smets1-bench sensitivity scenarios/various1.yaml --only faults --share 0.5 --out out/faults
  smets1-bench sensitivity scenarios/various1.yaml --outcome five-retries/all --html out/sensitivity.html

Exit codes: 0 done, 1 usage or scenario wrong, 2 cells are missing, 3 cells failed.`,
    )
    .action(action(sensitivity));
}

function outcome(text: string, before: readonly string[]): readonly string[] {
  if (parseOutcome(text) === undefined) throw new InvalidArgumentError(`found ${text}, expected ${OUTCOME_FORM}.`);
  return collect(text, before);
}

async function sensitivity(io: Io, named: string, options: SensitivityOptions): Promise<ExitCode> {
  const path = scenarioPath(named);
  const loaded = openScenario({ path, files: diskFiles })([]);
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.errors));
  const percent = Math.round(options.share * 1000) / 10;
  const file = sweepSchema.parse({
    format: 1,
    name: `sensitivity-of-${loaded.scenario.name}`,
    title: `Every assumption of ${loaded.scenario.name} ${options.ranges ? 'over its range, or ' : ''}by ${percent} %`,
    scenario: path,
    scale: options.scale,
    replications: options.replications,
    outcomes: options.outcome,
    design: { kind: 'oneAtATime' },
    assumptions: { share: options.share, ranges: options.ranges, only: options.only },
  });
  const prepared = prepareSweep(file, { files: diskFiles, place: (at) => at, path });
  if (!prepared.ok) throw new UsageError(formatProblems(prepared.problems));
  const { factors, assumed } = prepared.sweep;
  const ranges = assumed.stated === 0 ? '' : `, ${assumed.stated} of them over the range that its mark states`;
  const rest = assumed.fixed === 0 ? '' : `; ${assumed.fixed} more cannot be moved alone`;
  writeLine(io.err, `${counted(factors.length, 'assumption')}${ranges}${rest}`);
  refuseIdle(io, {
    ...idleReplace(options.out, options.html),
    'retry-failed': options.out === undefined && options.store === undefined ? 'no cells are kept without --out or --store' : undefined, // prettier-ignore
    'share': options.ranges && factors.length > 0 && assumed.stated === factors.length ? 'every mark states a range' : undefined, // prettier-ignore
  });
  const folder = options.out === undefined ? temporaryFolder('sensitivity') : undefined;
  try {
    return await carryOut(io, prepared.sweep, {
      ...options,
      out: options.out ?? (folder?.path as string),
      own: false,
      path: shellWord(path),
      provenance: {
        ...originOf(io, { ...scenarioOrigin(loaded), seed: prepared.sweep.seed }),
        command: commandOf(path, options),
      },
    });
  } finally {
    folder?.remove();
  }
}

/** The command that gives the same tables. */
function commandOf(path: string, { share, ranges, scale, replications, outcome, only }: SensitivityOptions): string {
  // prettier-ignore
  const words: (string | number)[] = [commandText(['sensitivity', path]), '--share', share, '--scale', scale, '--replications', replications]; // prettier-ignore
  for (const name of outcome) words.push('--outcome', shellWord(name));
  if (!ranges) words.push('--no-ranges');
  if (only !== undefined) words.push('--only', shellWord(only));
  return words.join(' ');
}
