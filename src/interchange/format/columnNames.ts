/**
 * Matches the columns of a file to those of its record. The user may rename columns, or name columns to ignore. Any
 * other column that the record does not know is refused.
 */
import { nearest } from '../../document/nearest.ts';
import type { FileRefused } from '../record/refusal.ts';
import { show } from '../record/refusal.ts';
import type { RecordSchema } from '../record/records.ts';
import type { ColumnNaming } from './formats.ts';

export const IGNORE_OPTION = '--ignore-columns';
export const RENAME_OPTION = '--rename-column';

/** The position that stands for an ignored column. */
export const PASSED_OVER = -1;

type Refused = (row: { column: string; found: string; expected: string }) => FileRefused;

export interface ColumnMatching {
  readonly record: RecordSchema;
  readonly naming: ColumnNaming | undefined;
  /** Columns that are named by the folders of the file (`cohort=IOC/`). The file itself need not have them. */
  readonly constants: ReadonlyMap<string, string | null> | undefined;
  readonly refused: Refused;
}

/**
 * For each name its position in the record, or PASSED_OVER.
 * @throws FileRefused for unknown, doubled and missing columns
 */
export function columnsOf(names: readonly string[], matching: ColumnMatching): number[] {
  const { record, refused } = matching;
  const columnOf: number[] = [];
  for (const name of names) {
    const index = columnOfName(name, matching);
    if (index !== PASSED_OVER && columnOf.includes(index)) {
      throw refused({ column: record.columns[index]?.name ?? name, found: 'the column twice', expected: 'it once' });
    }
    columnOf.push(index);
  }
  for (const [index, column] of record.columns.entries()) {
    if (!column.required || columnOf.includes(index) || matching.constants?.has(column.name)) continue;
    throw refused({ column: column.name, found: 'no such column', expected: `it in ${record.name}` });
  }
  return columnOf;
}

/**
 * The position of one name of a file in its record, or PASSED_OVER.
 * @throws FileRefused for a name that the record lacks
 */
export function columnOfName(name: string, { record, naming, refused }: ColumnMatching): number {
  if (naming?.ignored.has(name)) return PASSED_OVER;
  const meant = naming?.renamed.get(name) ?? name;
  const index = record.columns.findIndex((column) => column.name === meant);
  if (index < 0)
    throw refused({ column: '*', found: `column ${show(name) || '""'}`, expected: knownColumns(name, record) });
  return index;
}

function knownColumns(name: string, record: RecordSchema): string {
  const known = record.columns.map((column) => column.name);
  const near = nearest(name, known);
  const mend = near
    ? ` (${near}? say ${RENAME_OPTION} ${/^[\w.-]+$/.test(name) ? name : 'NAME'}=${near})`
    : `; ${IGNORE_OPTION} passes over others`;
  return `only the columns of ${record.name}: ${known.join(', ')}${mend}`;
}
