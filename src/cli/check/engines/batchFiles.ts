import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  attemptColumns,
  eventColumns,
  installationColumns,
  readVerdictRow,
  type AnsweredVerdict,
} from '../../../interchange/engine/engineProtocol.ts';
import type { Format } from '../../../interchange/format/formats.ts';
import { readParquetObjects } from '../../../interchange/engine/parquetObjects.ts';
import { csvLine, openRows, type RowWriter } from '../../../interchange/format/rowWriter.ts';
import { csvRows } from '../../../text/csvText.ts';
import { formatInstant } from '../../../time.ts';
import type { Question } from '../../../../test/kit/question.ts';

const RECORDS = ['installations', 'attempts', 'events'] as const;

/**
 * Writes questions as `installations`, `attempts` and `events` of a format, each question as an installation with a DMC
 * of its own, numbered from 1. `as-ofs.csv` has the as-of of each installation.
 */
export async function writeQuestions(folder: string, questions: readonly Question[], format: Format): Promise<void> {
  const files = Object.fromEntries(
    RECORDS.map((name) => [
      name,
      openRows(join(folder, `${name}.${format}`), name, format, { ids: 'string', metadata: {} }),
    ]),
  ) as Record<(typeof RECORDS)[number], RowWriter>;
  let asOfs = csvLine(['installation_id', 'as_of']);
  for (const [i, { history, asOf }] of questions.entries()) {
    const id = String(i + 1);
    const { installation } = history;
    const own = { ...installation, installationId: id, dmc: installation.dmc === '' ? '' : `DMC-${id}` };
    files.installations.append(Object.values(installationColumns(own)));
    for (const row of history.attempts) files.attempts.append([id, ...Object.values(attemptColumns(row))]);
    for (const row of history.events) files.events.append(Object.values(eventColumns(row, own)));
    asOfs += csvLine([id, formatInstant(asOf)]);
  }
  for (const name of RECORDS) await files[name].close();
  writeFileSync(join(folder, 'as-ofs.csv'), asOfs);
}

/** A row of a file of verdicts: values as text or as the format has them; a column that is missing is not there. */
type VerdictRow = Readonly<Record<string, unknown>>;

/** Verdicts by the number of their question, or the reason why a file cannot be read. */
export type BatchVerdicts = ReadonlyMap<string, readonly AnsweredVerdict[]> | string;

/** Reads the verdicts of a batch of `count` installations, numbered from 1. Columns that are not there are not compared. A text says what is wrong. */
export async function readBatchVerdicts(path: string, format: Format, count: number): Promise<BatchVerdicts> {
  if (!existsSync(path)) return `The command wrote no ${path}.`;
  try {
    return verdictsOf(await READERS[format](path), format, count);
  } catch (error) {
    return `verdicts.${format} cannot be read: ${(error as Error).message}`;
  }
}

interface VerdictRows {
  /** The columns, if the format names them once for all rows. */
  readonly columns: readonly string[] | undefined;
  readonly rows: readonly VerdictRow[];
}

const READERS: Readonly<Record<Format, (path: string) => VerdictRows | Promise<VerdictRows>>> = {
  csv: (path) => {
    const [header = [], ...rows] = csvRows(readFileSync(path, 'utf8'));
    return {
      columns: header,
      rows: rows.map((cells) => Object.fromEntries(header.map((name, c) => [name, cells[c] ?? '']))),
    };
  },
  ndjson: (path) => {
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    return { columns: undefined, rows: lines.map((line) => JSON.parse(line) as VerdictRow) };
  },
  parquet: async (path) => ({ columns: undefined, rows: await readParquetObjects(path) }),
};

function verdictsOf({ columns, rows }: VerdictRows, format: Format, count: number): BatchVerdicts {
  const found = new Map<string, AnsweredVerdict[]>();
  const lacking = (names: readonly string[]) => ['installation_id', 'category'].find((name) => !names.includes(name));
  const missing = columns && lacking(columns);
  if (missing !== undefined) {
    return `The verdicts have no column ${missing}: found ${columns?.join(',') || 'an empty file'}.`;
  }
  for (const [i, row] of rows.entries()) {
    const place = format === 'csv' ? `line ${i + 2}` : `row ${i + 1}`;
    const none = lacking(Object.keys(row));
    if (none !== undefined) return `verdicts.${format}, ${place}: no ${none}.`;
    const verdict = readVerdictRow(row);
    if (!verdict.ok) return `verdicts.${format}, ${place}: ${verdict.problem}.`;
    const id = String(row['installation_id']);
    const isAsked = /^[1-9]\d*$/.test(id) && Number(id) <= count;
    if (!isAsked) return `verdicts.${format}, ${place}: the installation ${JSON.stringify(id)} was not asked about.`;
    const { category } = verdict.value;
    if (found.get(id)?.some((one) => one.category === category)) {
      return `verdicts.${format}, ${place}: a second row of ${category} for the installation ${id}.`;
    }
    found.set(id, [...(found.get(id) ?? []), verdict.value]);
  }
  return found;
}
