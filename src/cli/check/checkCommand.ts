import { Command, InvalidArgumentError, Option } from 'commander';
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import type { Format } from '../../interchange/format/formats.ts';
import { VARIOUS1 } from '../../rules/builtInRules.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';
import { replaceOption } from '../output/ownFiles.ts';
import { asOfOption, folder, oneOf, outputFile, repeatable, whole } from '../shell/options.ts';
import { withFileOptions } from '../shell/recordInputs.ts';
import type { DeviceOptions } from './checkDevice.ts';
import type { CheckOptions } from './checkEngine.ts';
import type { HeadEndOptions } from './checkHeadEnd.ts';
import {
  CHECK_DEVICE_HELP,
  CHECK_ENGINE_HELP,
  CHECK_HEAD_END_HELP,
  CHECK_HELP,
  CHECK_REPLAY_HELP,
  CHECK_SCENARIO_HELP,
} from './checkHelp.ts';
import type { ReplayCommandOptions } from './checkReplay.ts';
import type { ScenarioOptions } from './checkScenario.ts';
import { SCHEMA_NAMES, type SchemaName } from './schemaNames.ts';
import type { StartEngine } from './engines/engineUnderTest.ts';

/** How an engine is reached. */
interface EngineOptions {
  readonly command?: string;
  readonly batch?: string;
  readonly batchFormat?: Format;
  readonly answerSeconds?: number;
}

/**
 * `check`: holds somebody's exclusion engine, head-end or device to the rules and the laws. Each subcommand imports its own
 * code when it runs, so that a small one starts fast.
 */
export function checkCommand({ action }: Shell): Command {
  const check = new Command('check').addHelpText('after', CHECK_HELP);

  withEngine(check.command('engine'))
    .description('Compare an engine with the rules on thousands of histories, and shrink what differs.')
    .option('--runs <n>', 'questions at most', whole(1, 100_000_000), 20_000)
    .option('--budget <time>', 'time at most, such as 60s or 10m', budgetOf)
    .option('--seed <text>', 'a fixed seed (default: a random one, which is printed)')
    .option('--rules <name|file|in-force>', 'the rule set', VARIOUS1.name)
    .addOption(repeatable('--set-rule <k=v>', 'change a reading or another value of the rule set'))
    .option('--clauses <list>', 'compare these alone: clause numbers or categories, such as 18.8,18.9', clausesOf)
    .option('--laws <list>', 'all, none, or parts of names of laws that the engine is held to by itself', 'all')
    .option('--laws-only', 'do not compare: try the laws alone', false)
    .option('--cases <dir>', 'cases that are asked first; new ones are written there', folder, 'cases')
    .option('--accept <file>', 'contested answers that are let pass, each with a reason and a date')
    .option('--junit <file>', 'a report for CI', outputFile)
    .addOption(replaceOption())
    .option('--out <dir>', 'the report as JSON, the coverage, and the cases', folder)
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .option('--histories <dir>', 'decide these records instead of generated histories')
    .option('--expect <verdicts>', 'compare this file of verdicts with the rules (needs --histories)')
    .option('--as-of <instant|date>', 'of --histories (default: the last day of the rules)', asOfOption)
    .addHelpText('after', CHECK_ENGINE_HELP)
    .action(action(engine));

  withFleet(withEngine(check.command('scenario')))
    .description('Decide a fleet of simulated histories, or your own, with an engine and with the rules.')
    .argument('[scenario]', 'a scenario file, or the name of a shipped one')
    .addHelpText('after', CHECK_SCENARIO_HELP)
    .action(
      action(async (io: Io, path: string | undefined, options: FleetCommandOptions & EngineOptions) => {
        const start = isNamed(options) ? await startOf(io, options) : undefined;
        const { checkScenario } = await import('./checkScenario.ts');
        return checkScenario(
          io,
          path,
          { ...options, typed: 'check scenario', engineWords: engineWords(options) },
          start,
        );
      }),
    );

  withEngine(check.command('replay'))
    .description('Ask an engine single cases: files of them, or folders of files.')
    .argument('<case...>', 'case files (YAML or JSON), folders, or names of shipped tables (`shipped`: all of them)')
    .addHelpText('after', CHECK_REPLAY_HELP)
    .option('--clauses <list>', 'the clauses that the engine has: numbers or categories, such as 18.8,18.9', clausesOf)
    .option('--own-rules', 'only cases under the proposed rules as they stand; the others are skipped', false)
    .option('--junit <file>', 'a report for CI', outputFile)
    .addOption(replaceOption())
    .action(
      action(async (io: Io, paths: readonly string[], options: ReplayCommandOptions & EngineOptions) => {
        const start = isNamed(options) ? await startOf(io, options) : undefined;
        const { checkReplay } = await import('./checkReplay.ts');
        return checkReplay(io, paths, options, start);
      }),
    );

  check
    .command('head-end')
    .description('Hold a head-end that rotates keys to the rotation laws, on emulated meters of this machine.')
    .option(
      '--command <line>',
      'a command that reads {"rotate":{number,host,port,...}} and writes {"number":1,"rotated":true}',
    )
    .option('--answer-seconds <s>', 'how long one rotation may take', whole(1, 86_400), 120)
    .option('--laws <part>', 'a part of the names of laws', 'all')
    .option('--concurrency <n>', 'rotations at the same time', whole(1, 64), 4)
    .option('--junit <file>', 'a report for CI', outputFile)
    .addOption(replaceOption())
    .option('--out <dir>', 'where the frames of a broken law are written, as pcap', folder)
    .addHelpText('after', CHECK_HEAD_END_HELP)
    .action(
      action(async (io: Io, options: HeadEndOptions) => (await import('./checkHeadEnd.ts')).checkHeadEnd(io, options)),
    );

  check
    .command('device')
    .description('Hold a device at an address to the laws of devices. It is only read, unless --allow names its title.')
    .argument('<url>', 'tcp://HOST:PORT or serial:PATH; ?framing=hdlc&server=N')
    .option('--device <name>', 'what it is: chf, esme or gsme', oneOf('chf', 'esme', 'gsme'), 'esme')
    .option('--allow <file>', 'a rig file, or a part of one: the allow-list, keys, framing, ledger')
    .option('--answer-seconds <s>', 'how long an answer may take', whole(1, 7200), 10)
    .option('--laws <part>', 'a part of the names of laws', 'all')
    .option('--frames <from-to>', 'which frames of a rotation are struck', rangeOf, [1, 40])
    .option('--junit <file>', 'a report for CI', outputFile)
    .addOption(replaceOption())
    .option('--out <dir>', 'where the frames of a broken law are written, as pcap', folder)
    .addHelpText('after', CHECK_DEVICE_HELP)
    .action(
      action(async (io: Io, url: string, options: DeviceOptions) =>
        (await import('./checkDevice.ts')).checkDevice(io, url, options),
      ),
    );

  check
    .command('schema')
    .description('Print the JSON Schema of what is exchanged.')
    .argument('<what>', SCHEMA_NAMES.join('|'), oneOf(...SCHEMA_NAMES))
    .action(action(async (io: Io, what: SchemaName) => (await import('./checkSchema.ts')).checkSchema(io, what)));
  return check;
}

function withEngine(command: Command): Command {
  return command
    .option('--command <line>', 'a command that speaks the engine protocol on standard input and output')
    .option(
      '--batch <line>',
      'a command that takes files: {dir} of records, {out} for verdicts; {as-ofs} or {as-of}, {rules}',
    )
    .addOption(
      new Option('--batch-format <format>', 'the format of these files')
        .choices(['csv', 'ndjson', 'parquet'])
        .default('csv'),
    )
    .option('--answer-seconds <s>', 'how long the engine may be silent (default: 10; --batch: 600)', whole(1, 86_400));
}

type FleetCommandOptions = Omit<ScenarioOptions, 'typed' | 'engineWords'>;

/** Options of a fleet beside those of the engine. */
function withFleet(command: Command): Command {
  return withFileOptions(command)
    .option('--installations <n>', 'installations that are simulated at most', whole(1, 50_000_000), 10_000)
    .option('--seed <text>', "default: the scenario's")
    .option('--replication <n>', 'whose dice', whole(0, 9_999), 0)
    .addOption(repeatable('--set <path=value>', 'change a value of the scenario'))
    .option('--as-of <instant|date>', 'when it is decided (default: the last day)', asOfOption)
    .option('--histories <dir>', 'decide the records in this folder instead')
    .option('--expect <verdicts>', 'compare this file of verdicts with the rules (needs --histories)')
    .option('--rules <name|file|in-force>', `of --histories without a scenario (default: ${VARIOUS1.name})`)
    .addOption(repeatable('--set-rule <k=v>', 'change a reading or another value of these rules'))
    .option('--clauses <list>', 'compare these alone: clause numbers or categories, such as 18.8,18.9', clausesOf)
    .option('--accept <file>', 'contested answers that are let pass, each with a reason and a date')
    .option('--cases <dir>', 'where counterexamples are written', folder, 'cases')
    .option('--junit <file>', 'a report for CI', outputFile)
    .addOption(replaceOption())
    .option('--out <dir>', 'the report as JSON, and the cases', folder)
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'));
}

type EngineCommandOptions = Omit<CheckOptions, 'engineWords'> &
  EngineOptions &
  Pick<ScenarioOptions, 'histories' | 'expect' | 'asOf'>;

/** Generated histories; or recorded ones, decided by an engine or by somebody's file of verdicts. */
async function engine(io: Io, options: EngineCommandOptions): Promise<ExitCode> {
  const { histories, expect, asOf } = options;
  const words = engineWords(options);
  if (histories === undefined && expect === undefined) {
    if (asOf !== undefined) throw new UsageError('--as-of goes with --histories; generated histories have their own.');
    const { checkEngine } = await import('./checkEngine.ts');
    return checkEngine(io, { ...options, engineWords: words }, await startOf(io, options));
  }
  if (histories === undefined)
    throw new UsageError('--expect needs the histories: name their folder by --histories DIR.');
  const start = expect === undefined || isNamed(options) ? await startOf(io, options) : undefined;
  const { checkScenario } = await import('./checkScenario.ts');
  const { seed: _, ...others } = options;
  const fleet = { ...others, installations: 0, replication: 0, set: [], typed: 'check engine', engineWords: words };
  return checkScenario(io, undefined, fleet, start);
}

function isNamed({ command, batch }: EngineOptions): boolean {
  return command !== undefined || batch !== undefined;
}

async function startOf(
  io: Io,
  { command, batch, batchFormat = 'csv', answerSeconds }: EngineOptions,
): Promise<StartEngine> {
  if (command !== undefined && batch !== undefined) throw new UsageError('Either --command or --batch, not both.');
  if (batch !== undefined) {
    const { engineByFiles } = await import('./engines/batchEngine.ts');
    return engineByFiles(io, { batch, answerSeconds: answerSeconds ?? 600, format: batchFormat });
  }
  if (command !== undefined) {
    const { engineByCommand } = await import('./engines/engineUnderTest.ts');
    return engineByCommand(io, { command, answerSeconds: answerSeconds ?? 10 });
  }
  throw new UsageError(
    'Which engine? Name one by --command "python3 my_engine.py", or by --batch "my_job {dir} {out}".',
  );
}

function engineWords({ command, batch, batchFormat = 'csv', answerSeconds }: EngineOptions): readonly string[] {
  if (command === undefined && batch === undefined) return [];
  const engineOption =
    batch === undefined
      ? ['--command', command ?? '']
      : ['--batch', batch, ...(batchFormat === 'csv' ? [] : ['--batch-format', batchFormat])];
  return [...engineOption, ...(answerSeconds === undefined ? [] : ['--answer-seconds', String(answerSeconds)])];
}

/** Parses `90`, `60s`, `10m` or `2h` into seconds. */
function budgetOf(text: string): number {
  const match = /^(\d{1,6})(s|m|h)?$/.exec(text);
  const seconds = Number(match?.[1]) * { s: 1, m: 60, h: 3600 }[(match?.[2] ?? 's') as 's' | 'm' | 'h'];
  if (match === null || seconds < 1)
    throw new InvalidArgumentError(`found ${text}, expected a time such as 60s or 10m.`);
  return seconds;
}

/** Parses `3` or `1-40`. */
function rangeOf(text: string): readonly [number, number] {
  const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(text) ?? [];
  const range = [Number(from), Number(to)] as const;
  if (range[0] >= 1 && range[0] <= range[1]) return range;
  throw new InvalidArgumentError(`found ${text}, expected frames such as 3 or 1-40.`);
}

/** Parses clause numbers and categories, joined by commas. */
function clausesOf(text: string): readonly ExclusionCategory[] {
  return text.split(',').map((part) => {
    const found = VARIOUS1.clauses.find(({ category, clause }) => category === part.trim() || clause === part.trim());
    if (found !== undefined) return found.category;
    const numbers = VARIOUS1.clauses.map(({ clause }) => clause);
    throw new InvalidArgumentError(`found ${part}, expected ${[...numbers, ...CATEGORIES].join(', ')}.`);
  });
}
