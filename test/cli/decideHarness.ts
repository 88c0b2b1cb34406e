import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Format } from '../../src/interchange/format/formats.ts';
import { readRaw } from '../../src/interchange/format/readRaw.ts';
import { recordOf, type RecordName } from '../../src/interchange/record/records.ts';
import { csvLine, openRows, type Row } from '../../src/interchange/format/rowWriter.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { History } from '../../src/migration/history.ts';
import { formatInstant } from '../../src/time.ts';
import { commandLine } from './harness.ts';

let root: string | undefined;
let folders = 0;

/** A folder of its own for each case: `afterAll(removeFolders)`, in the test file, as files may share this module. */
export function freshFolder(): string {
  root ??= mkdtempSync(join(tmpdir(), 'decide-test-'));
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder);
  return folder;
}

export function removeFolders(): void {
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
  root = undefined;
}

export interface DecideAnswer {
  readonly code: number;
  readonly errors: string;
  /** Text of the output file, `<out>.refused.csv` and `<out>.notes.csv`; undefined where there is none. */
  readonly out: string | undefined;
  readonly refused: string | undefined;
  readonly notes: string | undefined;
}

/** Runs `decide` in this process. `--out` is `out.csv` in the folder unless given. */
export async function decide(folder: string, ...args: readonly string[]): Promise<DecideAnswer> {
  const given = args.includes('--out') ? args[args.indexOf('--out') + 1] : undefined;
  const out = given ?? join(folder, 'out.csv');
  const { code, err } = await commandLine(['decide', ...args, ...(given === undefined ? ['--out', out] : [])]);
  const text = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return { code, errors: err, out: text(out), refused: text(`${out}.refused.csv`), notes: text(`${out}.notes.csv`) };
}

/** A record's rows by column name; '' for empty. */
export type Cells = Readonly<Record<string, string>>;

export function writeRecord(
  path: string,
  record: RecordName,
  rows: readonly Cells[],
  format: Format,
): Promise<unknown> {
  if (format === 'csv') {
    // Not by the writer under test: bad cells must be possible.
    const names = recordOf(record).columns.map((column) => column.name);
    writeFileSync(path, csvLine(names) + rows.map((row) => csvLine(names.map((name) => row[name] ?? ''))).join(''));
    return Promise.resolve();
  }
  const writer = openRows(path, record, format, { ids: 'string', metadata: {} });
  for (const row of rows) writer.append(toRow(record, row));
  return writer.close();
}

function toRow(record: RecordName, cells: Cells): Row {
  return recordOf(record).columns.map((column) => cells[column.name] ?? '');
}

/** Decodes a file of a record into rows by column name; empty cells are left out. */
export async function readRecord(path: string, record: RecordName, format: Format): Promise<Cells[]> {
  const schema = recordOf(record);
  const rows: Cells[] = [];
  const refuse = (row: unknown): never => {
    throw new Error(JSON.stringify(row));
  };
  for await (const batch of readRaw({ path, name: path, format }, schema, refuse)) {
    for (let row = 0; row < batch.rows; row += 1) {
      const cells: Record<string, string> = {};
      for (const [index, column] of schema.columns.entries()) {
        const raw = batch.columns[index];
        if (!raw) continue;
        let text: string;
        if ('texts' in raw) text = raw.texts[row] ?? '';
        else if ('codes' in raw) text = raw.dictionary[raw.codes[row] as number] ?? '';
        else {
          const value = raw.numbers[row] as number;
          text = Number.isNaN(value) ? '' : column.type === 'instant' ? formatInstant(value) : String(value);
        }
        if (text !== '') cells[column.name] = text;
      }
      rows.push(cells);
    }
  }
  return rows;
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

function installationCells(installation: Installation): Cells {
  const { gas } = installation;
  return {
    installation_id: installation.installationId,
    cohort: installation.cohort,
    group_id: installation.groupId,
    mpan: installation.mpan,
    mprn: gas?.mprn ?? '',
    esme_dormant: yesNo(installation.esmeDormant),
    gsme_dormant: gas ? yesNo(gas.dormant) : '',
    electricity_payment_mode: installation.electricityPaymentMode,
    gas_payment_mode: gas?.paymentMode ?? '',
    dmc: installation.dmc,
    electricity_supplier: installation.electricitySupplier,
    gas_supplier: gas?.supplier ?? '',
  };
}

export interface Records {
  readonly installations: readonly Cells[];
  readonly attempts: readonly Cells[];
  readonly events: readonly Cells[];
}

/** The three records of some histories. Events of DMCs are those of the first installation that has the DMC. */
export function recordsOf(histories: readonly History[]): Records {
  const attempts: Cells[] = [];
  const events: Cells[] = [];
  const seen = new Set<string>();
  for (const { installation, ...history } of histories) {
    const id = installation.installationId;
    for (const row of history.attempts) {
      attempts.push({
        installation_id: id,
        at: formatInstant(row.at),
        kind: row.kind,
        outcome: row.outcome,
        cause: row.cause,
        table_5_10: yesNo(row.table510),
      });
    }
    for (const row of history.events) {
      const ofDmc = /^(sos-|dcc-)/.test(row.event);
      if (ofDmc && (installation.dmc === '' || seen.has(installation.dmc))) continue;
      const subject = ofDmc ? `dmc:${installation.dmc}` : id;
      events.push({ subject, at: formatInstant(row.at), event: row.event, value: row.value });
    }
    if (installation.dmc !== '') seen.add(installation.dmc);
  }
  return { installations: histories.map(({ installation }) => installationCells(installation)), attempts, events };
}

/** Writes the three records into a folder and returns the arguments that name them. */
export async function writeRecords(folder: string, records: Records, format: Format = 'csv'): Promise<string[]> {
  const args: string[] = [];
  for (const name of ['installations', 'attempts', 'events'] as const) {
    const path = join(folder, `${name}.${format}`);
    await writeRecord(path, name, records[name], format);
    args.push(`--${name}`, path);
  }
  return args;
}
