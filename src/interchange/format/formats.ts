/** The formats of record files, and the settings with which a file is read. */
import type { Zoneless } from '../record/instantText.ts';

export const FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** The format of each file name ending. Letter case is ignored. */
const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

/** The format that a file's name implies, without regard to `.gz`; undefined if the name implies none. */
export function formatOf(path: string): Format | undefined {
  const name = path.replace(/\.gz$/i, '');
  const dot = name.lastIndexOf('.');
  return dot < 0 ? undefined : EXTENSIONS[name.slice(dot + 1).toLowerCase()];
}

/** The user's settings for the columns of all files. */
export interface ColumnNaming {
  /** The names of columns to ignore. */
  readonly ignored: ReadonlySet<string>;
  /** Maps a name in the files to the name in the record. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * The path of a file, and its name in messages. The two differ for input from a pipe, which is copied to a temporary
 * path.
 */
export interface Source {
  readonly path: string;
  readonly name: string;
}

/** An input file: its path, its name in messages, and its format. It can be read more than once. */
export interface Input extends Source {
  readonly format: Format;
  /** The way in which times without a zone are read. By default they are refused. */
  readonly zoneless?: Zoneless;
  /** The user's settings for its columns. By default there are none. */
  readonly columns?: ColumnNaming;
  /** Values of whole columns, from the names of the folders above the file. Null means that the column is empty. */
  readonly constants?: ReadonlyMap<string, string | null>;
}
