import { Command, InvalidArgumentError, Option } from 'commander';
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { engine } from '../../exclusion/engine/engine.ts';
import { NOTE_KINDS } from '../../exclusion/verdict.ts';
import { FORMATS, formatOf, type Format, type Input } from '../../interchange/format/formats.ts';
import { joinHistories, type Joined } from '../../interchange/history/joinHistories.ts';
import { STANDARD_OUTPUT } from '../../interchange/format/outputFile.ts';
import { parquetSummary } from '../../interchange/format/parquetReader.ts';
import { FileRefused, formatRefusal } from '../../interchange/record/refusal.ts';
import { TooManyRefused } from '../../interchange/history/refusedRows.ts';
import type { VerdictSink, VerdictSinkOptions } from '../../interchange/history/verdictSink.ts';
import { formatProblems } from '../../document/problem.ts';
import { resolveRules } from '../../rules/resolveRules.ts';
import { VARIOUS1, type RuleSet } from '../../rules/ruleset.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { Beside } from './compareRules.ts';
import { DECIDE_HELP } from './decideHelp.ts';
import { EXIT, UsageError } from '../shell/exit.ts';
import { instantOrDate } from '../shell/options.ts';
import { rowProgress } from '../shell/progress.ts';
import { readText } from '../shell/readText.ts';

interface DecideOptions {
  readonly installations: readonly string[];
  readonly attempts: readonly string[];
  readonly events: readonly string[];
  readonly asOf: Instant;
  readonly rules: string;
  readonly setRule: readonly string[];
  readonly out: string;
  readonly format?: Format;
  readonly keepGoing: boolean;
  readonly maxErrors: number;
  readonly compare?: string;
  readonly compareOut?: string;
  readonly readings?: 'all';
}

/** `smets1-bench decide`: which exclusion categories hold on histories that another system exported. */
export function decideCommand(): Command {
  const file = (flags: string, text: string): Option =>
    new Option(flags, text).argParser((value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      value,
    ]);
  return new Command('decide')
    .description('Decide every exclusion category on exported histories.')
    .addOption(file('--installations <file>', 'the installations record').makeOptionMandatory())
    .addOption(file('--attempts <file>', 'the attempts record').makeOptionMandatory())
    .addOption(file('--events <file>', 'the events record').default([], 'none'))
    .requiredOption('--as-of <instant|date>', 'a date is the last second of that London day', instantOrDate)
    .option('--rules <name|file|in-force>', 'the rule set', VARIOUS1.name)
    .addOption(file('--set-rule <k=v>', 'change a reading or another value of the rule set').default([], 'none'))
    .requiredOption('--out <file>', 'where the verdicts go')
    .addOption(new Option('--format <format>', 'of - and of files whose names do not tell').choices(FORMATS))
    .option('--keep-going', 'decide the rest where rows are refused', false)
    .option('--max-errors <n>', 'refused rows shown; without --keep-going reading ends there', parseCount, 100)
    .option('--compare <name|file>', 'other rules: who moves between reported categories, and why')
    .option('--compare-out <file>', 'CSV of who moves (default: <out>.compare.csv)')
    .addOption(new Option('--readings <which>', 'the volumes under each alternative reading singly').choices(['all']))
    .addHelpText('after', DECIDE_HELP)
    .action(decide);
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(text);
}

async function decide(options: DecideOptions): Promise<void> {
  const rules = rulesOf(options);
  const beside = new Beside(options, rules, [...options.installations, ...options.attempts, ...options.events]);
  const temporary = mkdtempSync(join(tmpdir(), 'smets1-bench-decide-')); // for this user alone: 0700
  let sink: VerdictSink | undefined;
  const clean = (): void => {
    sink?.discard();
    rmSync(temporary, { recursive: true, force: true });
  };
  const interrupted = (): void => {
    clean();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const inputs = await inputsOf(options, temporary);
    const progress = rowProgress(process.stderr, {
      term: process.env['TERM'],
      now: Date.now,
      text: (rows) => `${number(rows)} rows read`,
    });
    const decider = engine(rules);
    let joined: Joined<VerdictSink>;
    try {
      joined = await joinHistories(inputs, {
        asOf: options.asOf,
        temporary,
        progress: progress.add,
        decide: (history) => beside.look(history, decider.decide(history, options.asOf)),
        open: () => (sink = beside.open(sinkOptions(options, inputs, rules, temporary))),
      });
    } catch (error) {
      if (!(error instanceof TooManyRefused || error instanceof FileRefused)) throw error;
      reportRefused(sink, options, error);
      return;
    } finally {
      progress.end();
    }
    if (joined.sink.refusedRows.count > 0) {
      reportRefused(joined.sink, options, undefined);
      if (!options.keepGoing) return;
    }
    await joined.sink.close();
    sink = undefined; // its files stay
    if (options.out === STANDARD_OUTPUT) {
      await pipeline(createReadStream(join(temporary, 'out')), process.stdout, { end: false });
    }
    report(joined, options, rules);
    beside.report(joined.sink, say);
  } catch (error) {
    throw fileError(error) ?? error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    clean();
  }
}

function rulesOf({ rules, setRule, asOf }: DecideOptions): RuleSet {
  const resolved = resolveRules(rules, { setRule, asOf, readFile: readText });
  if (!resolved.ok) throw new UsageError(formatProblems(resolved.problems));
  return resolved.rules;
}

interface Inputs {
  readonly installations: readonly Input[];
  readonly attempts: readonly Input[];
  readonly events: readonly Input[];
}

async function inputsOf(options: DecideOptions, temporary: string): Promise<Inputs> {
  const names = [...options.installations, ...options.attempts, ...options.events];
  if (names.filter((name) => name === '-').length > 1)
    throw new UsageError('Only one input can be standard input (-).');
  for (const name of names) {
    if (name !== '-' && !existsSync(name)) throw new UsageError(`${name}: no such file.`);
    if (name !== '-' && !statSync(name).isFile()) throw new UsageError(`${name}: not a file.`);
    if (name !== '-' && resolve(name) === resolve(options.out))
      throw new UsageError(`${name}: --out would replace it.`);
  }
  const folder = dirname(options.out);
  if (!existsSync(folder)) throw new UsageError(`${options.out}: there is no folder ${folder}.`);
  outputFormat(options);
  const inputs = (given: readonly string[]): Promise<Input[]> =>
    Promise.all(given.map((name) => inputOf(name, options.format, temporary)));
  return {
    installations: await inputs(options.installations),
    attempts: await inputs(options.attempts),
    events: await inputs(options.events),
  };
}

/** Standard input is spooled: files may have to be read twice, and Parquet from its end. */
async function inputOf(name: string, given: Format | undefined, temporary: string): Promise<Input> {
  const format = name === '-' ? given : (formatOf(name) ?? given);
  if (!format) throw new UsageError(`${name}: the name does not tell the format; say --format ${FORMATS.join('|')}.`);
  if (name !== '-') return { name, path: name, format };
  const path = join(temporary, 'standard-input');
  await pipeline(process.stdin, createWriteStream(path));
  return { name, path, format };
}

function outputFormat({ out, format }: DecideOptions): Format {
  const found = out === STANDARD_OUTPUT ? format : (formatOf(out) ?? format);
  if (!found) throw new UsageError(`${out}: the name does not tell the format; say --format ${FORMATS.join('|')}.`);
  return found;
}

/** Verdicts for standard output go to a temporary file first: nothing is written if a row is refused. */
function sinkOptions(options: DecideOptions, inputs: Inputs, rules: RuleSet, temporary: string): VerdictSinkOptions {
  const { out, keepGoing, asOf } = options;
  const standard = out === STANDARD_OUTPUT;
  const numbered = inputs.installations.every(
    (input) => input.format === 'parquet' && parquetSummary(input.path)?.int32Ids,
  );
  return {
    path: standard ? join(temporary, 'out') : out,
    format: outputFormat(options),
    notesPath: standard ? undefined : `${out}.notes.csv`,
    ids: numbered ? 'int32' : 'string',
    metadata: { rules: rules.name, as_of: formatInstant(asOf) },
    refused: {
      errorsMax: options.maxErrors,
      path: keepGoing && !standard ? `${out}.refused.csv` : undefined,
      stopAtMax: !keepGoing,
      files: [...inputs.installations, ...inputs.attempts, ...inputs.events].map((input) => input.name),
    },
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function reportRefused(
  sink: VerdictSink | undefined,
  { keepGoing, out }: DecideOptions,
  error: TooManyRefused | FileRefused | undefined,
): void {
  process.exitCode = EXIT.refused;
  const rows = sink?.refusedRows;
  for (const row of rows?.first ?? []) say(formatRefusal(row));
  const count = rows?.count ?? 0;
  const hidden = count - (rows?.first.length ?? 0);
  if (hidden > 0) say(`... and ${number(hidden)} more.`);
  if (error instanceof FileRefused) say(`${error.message}\nThe file cannot be read on; nothing was written.`);
  else if (error) say(`Reading ended at ${number(count)} refused rows (--max-errors); nothing was written.`);
  else if (!keepGoing) say(`${number(count)} rows refused; nothing was written (--keep-going decides the rest).`);
  else if (out === STANDARD_OUTPUT) say(`${number(count)} rows refused; the rest is decided.`);
  else say(`${number(count)} rows refused: ${out}.refused.csv; the rest is decided.`);
}

function report({ sink, counts, joinedBy }: Joined<VerdictSink>, { asOf, out }: DecideOptions, rules: RuleSet): void {
  const read = `${counted(counts.installations, 'installation')}, ${counted(counts.attempts, 'attempt')}, ${counted(counts.events, 'event')}`;
  say(`${read}; rules ${rules.name}, as of ${formatInstant(asOf)}; joined by ${JOINED[joinedBy]}.`);
  if (counts.duplicates > 0) say(`${number(counts.duplicates)} rows were there more than once; each counts once.`);
  if (counts.afterAsOf > 0) say(`${number(counts.afterAsOf)} rows after the as-of were ignored.`);
  if (counts.undecided > 0) {
    say(`${number(counts.undecided)} installations have no verdict: a row of theirs contradicts another.`);
  }
  for (const [kind, count] of sink.noteCounts) say(`${number(count)} noted: ${NOTE_KINDS[kind]}.`);
  if (sink.noteCounts.size > 0 && out !== STANDARD_OUTPUT) say(`Notes: ${out}.notes.csv`);
  say(
    `${counted(sink.verdictRows, 'verdict')} of ${counted(sink.held, 'installation')}${out === '-' ? '' : `: ${out}`}`,
  );
}

const JOINED: Readonly<Record<Joined<VerdictSink>['joinedBy'], string>> = {
  numeric: 'the order of their numbers',
  lexicographic: 'the order of their ids',
  partitions: 'temporary files, for they share no order',
};

/** `1 row`, `2 rows`. */
function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** 1,234,567: the same in every locale. */
function number(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** What the file system refuses is the user's to mend: a full disk, a folder that may not be written. */
function fileError(error: unknown): UsageError | undefined {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const mendable = ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ENOSPC', 'EROFS', 'EMFILE', 'ENAMETOOLONG'];
  if (!code || !mendable.includes(code)) return undefined;
  return new UsageError(`${path ?? 'decide'}: ${message}`);
}
