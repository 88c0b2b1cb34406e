import type { Readable } from 'node:stream';
import type { EngineOutcome } from '../../../interchange/engine/engineOutcome.ts';
import { readVerdictRow, type AnsweredVerdict } from '../../../interchange/engine/engineProtocol.ts';
import { readRaw } from '../../../interchange/format/readRaw.ts';
import { inputFiles, InputWrong } from '../../../interchange/format/inputFiles.ts';
import { lineOf, type RawColumn } from '../../../interchange/record/rawBatch.ts';
import { FileRefused, formatRefusal, maskedId, type RefusedRow } from '../../../interchange/record/refusal.ts';
import { RECORDS, type Column, type RecordSchema } from '../../../interchange/record/records.ts';
import { formatInstant } from '../../../time.ts';
import type { Asker } from '../../../../test/kit/trial/asker.ts';
import { EXIT, ExitWith, UsageError } from '../../shell/exit.ts';
import { writeLine, type Io } from '../../shell/io.ts';

/** Verdicts that somebody has in a file. They answer questions about the installations that they are of. */
export interface VerdictFile extends Asker {
  readonly path: string;
  /** Installations that have verdicts and that nobody asked about, as far as `NAMED_MAX`. */
  readonly notAsked: () => { readonly count: number; readonly named: readonly string[] };
}

/** Installations that are named at most. */
const NAMED_MAX = 5;

/** A verdicts record of which only the installation and the category must be there. What is missing is not compared. */
const PARTIAL: RecordSchema = {
  ...RECORDS.verdicts,
  columns: RECORDS.verdicts.columns.map((column) =>
    column.name === 'installation_id' || column.name === 'category' ? column : { ...column, required: false },
  ),
};

/**
 * Reads a file of verdicts (CSV, NDJSON, Parquet). An installation without a row in it has no verdict.
 * @throws ExitWith after the rows that cannot be read are named
 */
export async function verdictFile(io: Io, path: string, temporary: string): Promise<VerdictFile> {
  const found = new Map<string, AnsweredVerdict[]>();
  const asked = new Set<string>();
  const refused: RefusedRow[] = [];
  for (const input of await inputsOf(io, path, temporary)) {
    try {
      for await (const batch of readRaw(input, PARTIAL, (row) => refused.push(row))) {
        for (let row = 0; row < batch.rows; row += 1) {
          const { id, ...cells } = cellsOf(batch.columns, row);
          const place = { file: input.name, line: lineOf(batch, row) };
          const problem = id === '' ? { column: 'installation_id', found: '' } : taken(found, id, cells);
          if (problem) refused.push({ expected: 'a verdict of an installation', ...place, ...problem });
        }
      }
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      refused.push(error.row);
    }
  }
  for (const row of refused.slice(0, 20)) writeLine(io.err, formatRefusal(row));
  if (refused.length > 0) throw new ExitWith(EXIT.refused);
  return {
    path,
    ask: (questions) =>
      Promise.resolve(
        questions.map(({ history }): EngineOutcome => {
          const id = history.installation.installationId;
          asked.add(id);
          return { kind: 'answered', verdicts: found.get(id) ?? [] };
        }),
      ),
    notAsked: () => {
      const others = [...found.keys()].filter((id) => !asked.has(id));
      return { count: others.length, named: others.slice(0, NAMED_MAX).map(maskedId) };
    },
  };
}

async function inputsOf(io: Io, path: string, temporary: string): ReturnType<typeof inputFiles> {
  try {
    return await inputFiles([path], PARTIAL, {
      format: undefined,
      zoneless: 'refuse',
      columns: { ignored: new Set(), renamed: new Map() },
      stdin: io.stdin as Readable,
      temporary,
      note: (text) => writeLine(io.err, text),
    });
  } catch (error) {
    throw error instanceof InputWrong ? new UsageError(`--expect: ${error.message}`) : error;
  }
}

/** Takes a row in, or says what is wrong with it. */
function taken(
  found: Map<string, AnsweredVerdict[]>,
  id: string,
  cells: Readonly<Record<string, string>>,
): Pick<RefusedRow, 'column' | 'found' | 'expected'> | undefined {
  const verdict = readVerdictRow(cells);
  if (!verdict.ok) {
    const [, column = '*', value = '', expected = ''] =
      /^(\w+): found (.*), expected (.*)$/s.exec(verdict.problem) ?? [];
    return { column, found: value, expected };
  }
  const rows = found.get(id) ?? [];
  if (rows.some(({ category }) => category === verdict.value.category)) {
    return {
      column: 'installation_id+category',
      found: `a second row of ${verdict.value.category}`,
      expected: 'each category of an installation once',
    };
  }
  rows.push(verdict.value);
  found.set(id, rows);
  return undefined;
}

/** The cells of a row that the file has, as text. */
function cellsOf(
  columns: readonly (RawColumn | undefined)[],
  row: number,
): Readonly<Record<string, string>> & { readonly id: string } {
  const cells: Record<string, string> = {};
  for (const [i, raw] of columns.entries()) {
    const column = PARTIAL.columns[i] as Column;
    if (raw !== undefined) cells[column.name] = textOf(raw, row, column);
  }
  const { installation_id: id = '', ...others } = cells;
  return { ...others, id };
}

function textOf(raw: RawColumn, row: number, { type }: Column): string {
  if ('texts' in raw) return raw.texts[row] ?? '';
  if ('codes' in raw) return raw.dictionary[raw.codes[row] as number] ?? '';
  const value = raw.numbers[row] as number;
  if (Number.isNaN(value)) return '';
  return type === 'instant' ? formatInstant(value) : String(value);
}
