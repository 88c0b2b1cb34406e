/** One column of a table of results: in Parquet INT32, DOUBLE, STRING or TIMESTAMP_MILLIS UTC. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'int32' | 'double' | 'text' | 'instant';
  readonly meaning: string;
}

/** A column in one line. */
export function column(name: string, type: TableColumn['type'], meaning: string): TableColumn {
  return { name, type, meaning };
}

/** A value of a row: instants in seconds since 1970, null for none. */
export type TableValue = number | string | null;

/** A table that is written row by row. It appears under its name on `close`, or not at all. */
export interface TableFile {
  append(row: readonly TableValue[]): void;
  /** `sha256`: of the whole file, hex. */
  close(): { readonly rows: number; readonly sha256: string };
  abort(): void;
}

/** Rows that are held before they are written. Fixed, so that the bytes follow from the rows alone. */
export const GROUP_ROWS = 65_536;
