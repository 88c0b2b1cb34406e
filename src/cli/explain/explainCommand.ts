import { Command, Option } from 'commander';
import { FORMATS, type Format } from '../../interchange/format/formats.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { asOfOption, collect, whole, type AsOf } from '../shell/options.ts';
import { withFileOptions } from '../shell/recordInputs.ts';
import { explainRecords } from './explainRecords.ts';
import { explainScenario } from './explainStory.ts';

interface ExplainOptions {
  readonly installation: string;
  readonly asOf?: AsOf;
  readonly format: 'text' | 'json';
  readonly seed?: string;
  readonly replication?: number;
  readonly set?: readonly string[];
  readonly installations?: readonly string[];
  readonly attempts?: readonly string[];
  readonly events?: readonly string[];
  readonly rules?: string;
  readonly setRule?: readonly string[];
  readonly inputFormat?: Format;
  readonly timesWithoutZone?: 'utc' | 'london';
  readonly ignoreColumns: readonly string[];
  readonly renameColumn: readonly string[];
}

const REPLICATION_MAX = 9_999;

const HELP = `
Of a scenario: one simulated installation's story - its facts, what took its links down, each instruction and attempt
with its step, observation, code and why, its end - and what each clause makes of it. It is the same life that run gives
the installation of this number under the same seed.

Of records (files, folders, globs and pipes as decide takes them; - is standard input, with --input-format): what each
clause makes of the history, and how near each category is to holding or to falling. Rows are joined and refused as
decide does. Refused rows of the installation are shown, and the exit code is 2. MPANs and MPRNs are masked.

Without --as-of: the horizon of the scenario, or the last day of the rule set.

Examples:
  smets1-bench explain scenarios/various1.yaml --installation 80113
  smets1-bench explain scenarios/various1.yaml --installation 80113 --replication 7 --as-of 2021-11-03
  smets1-bench explain --installations i.csv --attempts a.csv --events e.csv --installation 42
  smets1-bench explain --installations i.csv --attempts a.csv --installation 42 --set-rule separateWeeks=sevenDays

Exit codes: 0 done, 1 usage or scenario wrong, 2 rows refused, 3 defect (also where trace and simulation differ).`;

/** `smets1-bench explain`: explains why a simulated or recorded installation ended as it did. */
export function explainCommand({ action }: Shell): Command {
  return withFileOptions(new Command('explain'))
    .argument('[scenario]', 'scenario file (YAML); left out: records are explained')
    .requiredOption('--installation <n|id>', "the scenario's number from 0, or an installation_id of the records")
    .option('--as-of <instant|date>', 'a date is the last second of that London day', asOfOption)
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--input-format <format>', 'of records: of - and of files whose names do not tell').choices(FORMATS),
    )
    .option('--seed <text>', "of a scenario: the seed (default: the scenario's)")
    .option('--replication <k>', 'of a scenario: which replication (default: 0)', whole(0, REPLICATION_MAX))
    .option('--set <path=value>', 'of a scenario: change a field; may be repeated', collect)
    .option('--installations <file>', 'of records: the installations record', collect)
    .option('--attempts <file>', 'of records: the attempts record', collect)
    .option('--events <file>', 'of records: the events record', collect)
    .option('--rules <name|file|in-force>', 'of records: the rule set (a scenario names its own)')
    .option('--set-rule <k=v>', 'of records: change a reading or another value of the rule set', collect)
    .addHelpText('after', HELP)
    .action(action(explain));
}

/** Options that only one of the two forms takes. */
const OF_SCENARIO = { seed: '--seed', replication: '--replication', set: '--set' } as const;
const OF_RECORDS = {
  attempts: '--attempts',
  events: '--events',
  rules: '--rules',
  setRule: '--set-rule',
} as const;

async function explain(io: Io, scenario: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  const { installation, asOf, format } = options;
  if (scenario !== undefined) {
    if (options.installations) {
      throw new UsageError(
        'explain takes a scenario or --installations, not both: a scenario has its own installations.',
      );
    }
    refuseOthers(options, OF_RECORDS, 'records (--installations), not with a scenario; a scenario names its rules, and --set amendments changes them'); // prettier-ignore
    const { seed, replication = 0, set = [] } = options;
    answer(io, explainScenario(io, scenario, { installation, seed, replication, set, asOf, format }), format);
    return EXIT.done;
  }
  if (!options.installations) {
    throw new UsageError('explain what? Name a scenario, or records by --installations and --attempts.');
  }
  refuseOthers(options, OF_SCENARIO, 'a scenario, not with records');
  if (!options.attempts)
    throw new UsageError('--attempts is missing: the attempts record that goes with --installations.');
  const { installations, attempts, events = [], rules, setRule = [] } = options;
  const { text, exitCode } = await explainRecords(io, {
    installation,
    installations,
    attempts,
    events,
    rules,
    setRule,
    asOf,
    output: format,
    format: options.inputFormat,
    formatOption: '--input-format',
    timesWithoutZone: options.timesWithoutZone,
    ignoreColumns: options.ignoreColumns,
    renameColumn: options.renameColumn,
  });
  answer(io, text, format);
  return exitCode;
}

/** Words may carry text of the records or of a rule file; JSON goes out as it is. */
function answer(io: Io, text: string, format: ExplainOptions['format']): void {
  if (format === 'json') io.out.write(text);
  else writeAnswer(io.out, text);
}

function refuseOthers(options: ExplainOptions, of: Readonly<Record<string, string>>, goes: string): void {
  for (const [key, flag] of Object.entries(of)) {
    if (key in options) throw new UsageError(`${flag} goes with ${goes}.`);
  }
}
