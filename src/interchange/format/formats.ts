/** The formats of record files, and what a reader has to know of a file. */
import type { Zoneless } from '../record/instantText.ts';

export const FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** File name endings, in any case, and what they mean. */
const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

/** The format that a file's name tells, `.gz` aside; undefined when it tells none. */
export function formatOf(path: string): Format | undefined {
  const name = path.replace(/\.gz$/i, '');
  const dot = name.lastIndexOf('.');
  return dot < 0 ? undefined : EXTENSIONS[name.slice(dot + 1).toLowerCase()];
}

/** What the user says of the columns of all files. */
export interface ColumnNaming {
  /** Names of columns to pass over. */
  readonly ignored: ReadonlySet<string>;
  /** From a name in the files to the name in the record. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Where a file lies and what it is called in texts: what comes through a pipe lies at a path of another name. */
export interface Source {
  readonly path: string;
  readonly name: string;
}

/** An input file: where it lies, what it is called, and how it is read. It can be read more than once. */
export interface Input extends Source {
  readonly format: Format;
  /** How times without a zone are read; they are refused unless this says otherwise. */
  readonly zoneless?: Zoneless;
  /** What the user says of its columns; nothing unless given. */
  readonly columns?: ColumnNaming;
  /** Values of whole columns, from the names of the folders above the file; null: the column is empty. */
  readonly constants?: ReadonlyMap<string, string | null>;
}
