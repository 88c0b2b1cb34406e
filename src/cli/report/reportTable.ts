import { cellChecker, type CheckedBatch } from '../../interchange/record/cells.ts';
import { readRaw } from '../../interchange/format/readRaw.ts';
import { lineOf } from '../../interchange/record/rawBatch.ts';
import type { RecordSchema } from '../../interchange/record/records.ts';
import { FileRefused, formatRefusal, type RefusedRow } from '../../interchange/record/refusal.ts';
import { counted } from '../../text/table.ts';
import { EXIT, ExitWith } from '../shell/exit.ts';
import { inputFile } from '../shell/inputs.ts';
import { writeLine, type Io } from '../shell/io.ts';

/** A fault of a row whose cells are right one by one. */
export interface RowProblem {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

const REFUSED_SHOWN_MAX = 100;

/**
 * Reads a table that accompanies the records (CSV, NDJSON or Parquet by its name), with one batch in memory at a time.
 * `take` receives each row whose cells are right one by one, and returns the fault of the row as a whole, or undefined.
 *
 * @throws ExitWith if rows were refused; they have been listed on standard error
 */
export async function readTable(
  io: Io,
  name: string,
  schema: RecordSchema,
  take: (columns: CheckedBatch['columns'], row: number) => RowProblem | undefined,
): Promise<void> {
  const first: RefusedRow[] = [];
  let count = 0;
  const refuse = (row: RefusedRow): void => {
    count += 1;
    if (first.length < REFUSED_SHOWN_MAX) first.push(row);
  };
  const check = cellChecker(name, schema, refuse);
  try {
    for await (const raw of readRaw(inputFile(name), schema, refuse)) {
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
  if (count === 0) return;
  for (const row of first) writeLine(io.err, formatRefusal(row));
  writeLine(io.err, `${counted(count, 'row')} refused: nothing was written.`);
  throw new ExitWith(EXIT.refused);
}
