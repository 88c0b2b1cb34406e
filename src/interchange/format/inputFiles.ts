/**
 * Turns the names that the user gives into input files: a file, a folder, a quoted glob, a pipe, or standard input.
 * Folders named `column=value` beneath a folder or a glob supply a column (Hive's partitioning).
 */
import { createReadStream, createWriteStream, statSync, type Stats } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { nearest } from '../../document/nearest.ts';
import type { Zoneless } from '../record/instantText.ts';
import type { RecordSchema } from '../record/records.ts';
import { FORMATS, formatOf, type ColumnNaming, type Format, type Input } from './formats.ts';
import { STANDARD } from './outputFile.ts';

/** The name of standard input on the command line. */
const STANDARD_INPUT = STANDARD;

/** The most files that one name may stand for. */
const FILES_MAX = 100_000;

/** Thrown for a name that cannot be read as an input. The user has to mend it. */
export class InputWrong extends Error {
  override name = 'InputWrong';
}

export interface InputOptions {
  /** The format of files whose names do not imply one. */
  readonly format: Format | undefined;
  /** The option that says that format; without it there is none. */
  readonly formatOption?: string;
  readonly zoneless: Zoneless;
  readonly columns: ColumnNaming;
  readonly stdin: Readable;
  /**
   * A folder for the copies of piped input. Copies are needed because files may be read twice, and Parquet is read from
   * its end.
   */
  readonly temporary: string;
  /** Receives messages that the user may want to see. */
  readonly note: (text: string) => void;
}

/**
 * The input files that a list of names stands for. They are in the order of the names and, within one name, of the
 * paths.
 */
export async function inputFiles(
  names: readonly string[],
  record: RecordSchema,
  options: InputOptions,
): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const name of names) inputs.push(...(await filesOf(name, record, options)));
  return inputs;
}

async function filesOf(name: string, record: RecordSchema, options: InputOptions): Promise<readonly Input[]> {
  if (name === STANDARD_INPUT) return [await spooled(name, options.stdin, record, options)];
  const stats = statOf(name);
  if (stats === undefined) return isDynamicPattern(name) ? globFiles(name, record, options) : missing(name);
  if (stats.isDirectory()) return folderFiles(name, record, options);
  if (stats.isFile()) return [withPartition(inputOf(name, name, options), record, options.columns)];
  return [await spooled(name, createReadStream(name), record, options)];
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function missing(name: string): never {
  throw new InputWrong(`${name}: found no such file, expected a file that can be read.`);
}

function inputOf(name: string, path: string, options: InputOptions): Input {
  const format = formatOf(name) ?? options.format;
  if (!format) {
    const say = options.formatOption === undefined ? '' : `\n  Or say the format: ${options.formatOption} ${FORMATS.join('|')}.`; // prettier-ignore
    throw new InputWrong(`${name}: found a name that does not tell the format, expected .csv, .ndjson, .jsonl or .parquet${say}`); // prettier-ignore
  }
  return { name, path, format, zoneless: options.zoneless, columns: options.columns };
}

/** Copies the content of a pipe into a file in the temporary folder. */
async function spooled(name: string, from: Readable, record: RecordSchema, options: InputOptions): Promise<Input> {
  pipes += 1;
  const path = join(options.temporary, `pipe-${record.name}-${pipes}`);
  const input = inputOf(name, path, options);
  await pipeline(from, createWriteStream(path, { mode: 0o600 }));
  return input;
}
let pipes = 0;

function folderFiles(folder: string, record: RecordSchema, options: InputOptions): readonly Input[] {
  const paths = globSync('**/*', { cwd: folder, dot: true, absolute: true, expandDirectories: false });
  return sortedInputs(folder, folder, paths, record, options);
}

function globFiles(pattern: string, record: RecordSchema, options: InputOptions): readonly Input[] {
  const paths = globSync(pattern.replaceAll('\\', '/'), { absolute: true, expandDirectories: false });
  return sortedInputs(pattern, staticPart(pattern), paths, record, options);
}

/** The folders of a pattern before its first wildcard. */
function staticPart(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

/** True for files that a writer leaves beside the data: `_SUCCESS`, `.part-0.crc`. */
function isMark(path: string, base: string): boolean {
  return relative(base, path)
    .split(sep)
    .some((part) => (part.startsWith('_') || part.startsWith('.')) && part !== '..');
}

function sortedInputs(
  name: string,
  base: string,
  paths: readonly string[],
  record: RecordSchema,
  options: InputOptions,
): readonly Input[] {
  const files = paths.filter((path) => !isMark(path, base)).sort((a, b) => (a < b ? -1 : 1));
  if (files.length === 0) throw new InputWrong(`${name}: found no file there, expected at least one.`);
  if (files.length > FILES_MAX) throw new InputWrong(`${name}: ${files.length} files; at most ${FILES_MAX} are read.`);
  const unknown = new Set<string>();
  const inputs = files.map((path) => {
    const shown = join(base, relative(base, path));
    return withPartition(inputOf(shown, path, options), record, options.columns, unknown);
  });
  if (unknown.size > 0) {
    options.note(`${name}: the folders ${[...unknown].join(', ')} name no column of ${record.name}; passed over.`);
  }
  return inputs;
}

/** Hive's name for a partition whose value is null. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/**
 * Adds to the input the columns that the folders of its path name. Names of columns that the record lacks are added to
 * `unknown`. Without `unknown` (for a single file), such folders are treated as ordinary folders.
 */
function withPartition(
  input: Input,
  record: RecordSchema,
  columns: ColumnNaming,
  unknown: Set<string> | undefined = undefined,
): Input {
  const known = record.columns.map((column) => column.name);
  const constants = new Map<string, string | null>();
  for (const part of input.name.split(/[/\\]/).slice(0, -1)) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    if (key === undefined || value === undefined || columns.ignored.has(key)) continue;
    const column = columns.renamed.get(key) ?? key;
    const near = unknown && nearest(key, known);
    if (known.includes(column)) constants.set(column, value === NULL_PARTITION ? null : decoded(value));
    else if (near === undefined) unknown?.add(`${key}=`);
    else throw new InputWrong(`${input.name}: the folder ${part} names no column of ${record.name}; ${near}=?`);
  }
  return constants.size === 0 ? input : { ...input, constants };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
