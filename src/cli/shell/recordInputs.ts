/** The files of records that a command reads: their options, and the check that no output replaces one of them. */
import { Option, type Command } from 'commander';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { IGNORE_OPTION, RENAME_OPTION } from '../../interchange/format/columnNames.ts';
import { FORMATS, formatOf, type ColumnNaming, type Format, type Input } from '../../interchange/format/formats.ts';
import { inputFiles, InputWrong } from '../../interchange/format/inputFiles.ts';
import { STANDARD } from '../../interchange/format/outputFile.ts';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import { ZONELESS_OPTION, type Zoneless } from '../../interchange/record/instantText.ts';
import { RECORDS, type RecordName } from '../../interchange/record/records.ts';
import { UsageError } from './exit.ts';
import { writeLine, type Io } from './io.ts';
import { repeatable } from './options.ts';

/** The options that `withFileOptions` adds, and the names of the files. */
export interface RecordFiles {
  readonly installations: readonly string[];
  readonly attempts: readonly string[];
  readonly events: readonly string[];
  readonly format?: Format | undefined;
  /** The option that says that format. Default `--format`. */
  readonly formatOption?: string;
  readonly timesWithoutZone?: Exclude<Zoneless, 'refuse'> | undefined;
  readonly ignoreColumns?: readonly string[] | undefined;
  readonly renameColumn?: readonly string[] | undefined;
}

/** Adds the options that say how files of other programs are to be read. */
export function withFileOptions(command: Command): Command {
  return command
    .addOption(
      new Option(`${ZONELESS_OPTION} <zone>`, 'read times that name no zone in this one').choices(['utc', 'london']),
    ) // prettier-ignore
    .addOption(repeatable(`${IGNORE_OPTION} <names>`, 'columns to pass over, joined by commas'))
    .addOption(repeatable(`${RENAME_OPTION} <theirs=ours>`, 'read a column of another name'));
}

/** Adds the format of files whose names do not tell it. */
export function withFormatOption(command: Command, flags = '--format <format>'): Command {
  return command.addOption(new Option(flags, 'of - and of files whose names do not tell').choices(FORMATS));
}

/** How the help of a command tells of input files. */
export const FILES_HELP = `Files are CSV (.csv), NDJSON (.ndjson, .jsonl), either also as .gz, or Parquet (.parquet) by their names. A folder stands
for the files in it, a quoted glob ('a/**/*.parquet') for those that match; folders named column=value give a column. - is
standard input, once; pipes may be given for every input. --format tells the format where a name does not.
Times without a zone are refused, unless --times-without-zone says how to read them.`;

/**
 * The input files that the names stand for. Pipes are copied into `temporary`.
 *
 * @throws UsageError if a name stands for nothing that can be read
 */
export async function recordInputs(io: Io, files: RecordFiles, temporary: string): Promise<JoinInputs> {
  const names = [...files.installations, ...files.attempts, ...files.events];
  if (names.filter((name) => name === STANDARD).length > 1) {
    throw new UsageError('Only one input can be standard input (-).');
  }
  const of = (record: RecordName, given: readonly string[]): Promise<readonly Input[]> =>
    inputFiles(given, RECORDS[record], {
      format: files.format,
      formatOption: files.formatOption ?? '--format',
      zoneless: files.timesWithoutZone ?? 'refuse',
      columns: namingOf(files),
      stdin: io.stdin as Readable,
      temporary,
      note: (text) => writeLine(io.err, text),
    });
  try {
    return {
      installations: await of('installations', files.installations),
      attempts: await of('attempts', files.attempts),
      events: await of('events', files.events),
    };
  } catch (error) {
    throw error instanceof InputWrong ? new UsageError(error.message) : error;
  }
}

const RECORD_NAMES = ['installations', 'attempts', 'events'] as const;

/**
 * The files of records in a folder: `installations`, `attempts` and `events` in any format. Events may be missing.
 * @throws UsageError if a record is not there, or stands there twice
 */
export function recordsIn(folder: string): Pick<RecordFiles, (typeof RECORD_NAMES)[number]> {
  const [installations = [], attempts = [], events = []] = RECORD_NAMES.map((name) => filesNamed(folder, name));
  for (const [name, found] of Object.entries({ installations, attempts })) {
    if (found.length > 0) continue;
    throw new UsageError(
      `--histories ${folder}: found no ${name}, expected ${name}.csv, .ndjson or .parquet in the folder (events may be missing).`,
    );
  }
  return { installations, attempts, events };
}

/** The file, files or folder of a record. */
function filesNamed(folder: string, name: (typeof RECORD_NAMES)[number]): readonly string[] {
  if (!existsSync(folder)) throw new UsageError(`--histories ${folder}: found no such folder.`);
  if (!statSync(folder).isDirectory()) throw new UsageError(`--histories ${folder}: found a file, expected a folder.`);
  const found = readdirSync(folder).filter((file) => {
    if (file === name) return true;
    return file.startsWith(`${name}.`) && formatOf(file) !== undefined;
  });
  if (found.length > 1) {
    throw new UsageError(`--histories ${folder}: found ${found.join(' and ')}, expected one of them.`);
  }
  return found.map((file) => join(folder, file));
}

/** The names of the input files, in the order of records. */
export function namesOf({ installations, attempts, events }: JoinInputs): readonly string[] {
  return [...installations, ...attempts, ...events].map(({ name }) => name);
}

/** Where the input files lie. */
export function pathsOf({ installations, attempts, events }: JoinInputs): readonly string[] {
  return [...installations, ...attempts, ...events].map(({ path }) => path);
}

function namingOf({ ignoreColumns = [], renameColumn = [] }: RecordFiles): ColumnNaming {
  const renamed = renameColumn.map((text): [string, string] => {
    const at = text.lastIndexOf('=');
    const [theirs, ours] = [text.slice(0, at), text.slice(at + 1)];
    if (at < 1) throw new UsageError(`${RENAME_OPTION} ${text}: expected NAME-IN-FILE=NAME-IN-RECORD.`);
    const known = INPUT_COLUMNS.has(ours);
    if (!known) throw new UsageError(`${RENAME_OPTION} ${text}: no record has a column ${ours}.`);
    return [theirs, ours];
  });
  return { ignored: new Set(ignoreColumns.flatMap((text) => text.split(','))), renamed: new Map(renamed) };
}

const INPUT_COLUMNS: ReadonlySet<string> = new Set(
  [RECORDS.installations, RECORDS.attempts, RECORDS.events].flatMap(({ columns }) =>
    columns.map(({ name }): string => name),
  ),
);

/** An output, and the option that names it. */
export interface NamedOutput {
  readonly path: string;
  readonly option: string;
}

/**
 * Refuses outputs that would replace an input or one another. Files are compared by device and number, so that links
 * and other spellings of a name do not help; nothing has been read or written yet.
 *
 * @param inputs names of files and folders, as the user gave them
 * @throws UsageError that names both
 */
export function refuseOverwriting(outputs: readonly NamedOutput[], inputs: readonly string[]): void {
  const inputOf = new Map<string, string>();
  for (const name of inputs.flatMap(filesBeneath)) {
    const id = identity(name);
    if (id !== undefined) inputOf.set(id, name);
  }
  const outputOf = new Map<string, NamedOutput>();
  for (const output of outputs) {
    if (output.path === STANDARD) continue;
    const id = identity(output.path) ?? plannedIdentity(output.path);
    const input = inputOf.get(id);
    if (input !== undefined)
      throw new UsageError(`${input}: ${output.option} ${output.path} would replace this input.`);
    const other = outputOf.get(id);
    if (other !== undefined) throw new UsageError(`${output.path}: ${output.option} would replace what ${other.option} writes.`); // prettier-ignore
    if (!isDevice(output.path)) outputOf.set(id, output);
  }
}

const FILES_LOOKED_AT_MAX = 100_000;

/** The file itself, or those in a folder, folders within it included. */
function filesBeneath(name: string): readonly string[] {
  if (name === STANDARD || !existsSync(name) || !statSync(name).isDirectory()) return [name];
  return readdirSync(name, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .slice(0, FILES_LOOKED_AT_MAX)
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Device and number of a file; undefined where there is none. */
function identity(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
}

/** Where a file that does not exist yet would come to lie. */
function plannedIdentity(path: string): string {
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
}

function isDevice(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile();
}
