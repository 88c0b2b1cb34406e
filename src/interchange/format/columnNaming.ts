/** What the user says of the columns of all files. */
export interface ColumnNaming {
  /** Names of columns to pass over. */
  readonly ignored: ReadonlySet<string>;
  /** From a name in the files to the name in the record. */
  readonly renamed: ReadonlyMap<string, string>;
}
