/** Values as codes into a dictionary. A code of 255 (Uint8Array), 65535 (Uint16Array) or -1 (Int32Array) means null. */
export interface CodedColumn {
  readonly codes: Uint8Array | Uint16Array | Int32Array;
  /**
   * The dictionary may grow between batches, but an entry never changes once it is used. An empty string means null.
   */
  readonly dictionary: readonly string[];
}

/** Subjects of events. A number from 0 up is that installation; -1, -2, ... are dictionary[0], dictionary[1], ... */
export interface SubjectColumn {
  readonly ids: Int32Array;
  readonly dictionary: readonly string[];
}

/**
 * The values of one column. `Int32Array`: ids, or instants in epoch seconds up to 2038. `Float64Array`: instants in
 * epoch seconds, or meter points, with NaN for null. `readonly (string | null)[]`: any text column, and string ids.
 */
export type ColumnValues = Int32Array | Float64Array | CodedColumn | SubjectColumn | readonly (string | null)[];

/**
 * Rows by column; the first `rows` values of each column are used. The arrays may be longer, and the caller may reuse
 * them once `append` has returned. A column that is left out is null throughout.
 */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnValues>>;
}
