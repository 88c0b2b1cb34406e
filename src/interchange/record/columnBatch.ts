/** Values given as codes into a dictionary. A code of 255 (Uint8Array) or 65535 (Uint16Array) is null. */
export interface CodedColumn {
  readonly codes: Uint8Array | Uint16Array;
  /** May grow between batches, but an entry once used never changes. An empty string is null. */
  readonly dictionary: readonly string[];
}

/** Subjects of events: a number from 0 up is that installation; -1, -2, ... are dictionary[0], dictionary[1], ... */
export interface SubjectColumn {
  readonly ids: Int32Array;
  readonly dictionary: readonly string[];
}

/**
 * One column's values. `Int32Array`: ids, or instants in epoch seconds up to 2038; `Float64Array`: instants in epoch
 * seconds, or meter points, NaN for null; `readonly (string | null)[]`: any text column and string ids.
 */
export type ColumnValues = Int32Array | Float64Array | CodedColumn | SubjectColumn | readonly (string | null)[];

/**
 * Rows by column, the first `rows` values of each: the arrays may be longer, and may be reused by the caller once
 * `append` has returned. A column that is left out is null throughout.
 */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnValues>>;
}
