import { cellChecker, type CheckedBatch } from '../../interchange/record/cells.ts';
import { readRaw } from '../../interchange/format/readRaw.ts';
import { lineOf } from '../../interchange/record/rawBatch.ts';
import type { RecordSchema } from '../../interchange/record/records.ts';
import { FileRefused, formatRefusal, type RefusedRow } from '../../interchange/record/refusal.ts';
import { thousands } from '../../text/table.ts';
import { EXIT } from '../shell/exit.ts';
import { inputOf, say } from './reportRecords.ts';

/** What is wrong with a row whose cells are right one by one. */
export interface RowProblem {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

const REFUSED_SHOWN_MAX = 100;

/**
 * Reads a table that stands beside the records (CSV, NDJSON or Parquet by its name), a batch in memory at a time. `take`
 * gets each row whose cells are right, and answers what is wrong with it all the same. False: rows were refused; they
 * have been said and the exit code is set.
 */
export async function readTable(
  name: string,
  schema: RecordSchema,
  take: (columns: CheckedBatch['columns'], row: number) => RowProblem | undefined,
): Promise<boolean> {
  const first: RefusedRow[] = [];
  let count = 0;
  const refuse = (row: RefusedRow): void => {
    count += 1;
    if (first.length < REFUSED_SHOWN_MAX) first.push(row);
  };
  const check = cellChecker(name, schema, refuse);
  try {
    for await (const raw of readRaw(inputOf(name), schema, refuse)) {
      const batch = check(raw);
      for (let row = 0; row < batch.rows; row += 1) {
        const problem = batch.accepted[row] === 0 ? undefined : take(batch.columns, row);
        if (problem) refuse({ file: name, line: lineOf(batch, row), ...problem });
      }
    }
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    refuse(error.row);
  }
  if (count === 0) return true;
  for (const row of first) say(formatRefusal(row));
  say(`${thousands(count)} rows refused: nothing was written.`);
  process.exitCode = EXIT.refused;
  return false;
}
