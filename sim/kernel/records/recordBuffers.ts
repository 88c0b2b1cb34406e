import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import { AREA_MIN, syntheticMpan, syntheticMprn } from '../../../src/installation/identifiers.ts';
import { formatInstant } from '../../../src/time.ts';

/**
 * The records of one shard as columns of integers. The thread that writes turns them into files. -1 means null. A code is a
 * position in COHORTS, CATEGORIES, EVENTS or OUTCOMES, or among the model's suppliers or DMC names.
 */
export interface ShardRecords {
  readonly installations: Columns<InstallationColumn> & { readonly mpan: Float64Array; readonly mprn: Float64Array };
  readonly attempts: Columns<AttemptColumn>;
  readonly events: Columns<EventColumn>;
  readonly spans: Columns<SpanColumn>;
  readonly verdicts: Columns<VerdictColumn> & { readonly evidence: readonly string[] };
}

type Columns<C extends string> = Readonly<Record<C, Int32Array>>;

const INSTALLATION_COLUMNS = [
  'id', 'cohort', 'group', 'esmeDormant', 'gsmeDormant', 'electricityCredit', 'gasCredit', 'dmc',
  'electricitySupplier', 'gasSupplier', 'operator', 'hubModel', 'area',
] as const; // prettier-ignore
type InstallationColumn = (typeof INSTALLATION_COLUMNS)[number];
const ATTEMPT_COLUMNS = ['id', 'at', 'kind', 'outcome', 'system', 'table510'] as const;
type AttemptColumn = (typeof ATTEMPT_COLUMNS)[number];
const EVENT_COLUMNS = ['id', 'at', 'event', 'value'] as const;
type EventColumn = (typeof EVENT_COLUMNS)[number];
const SPAN_COLUMNS = ['id', 'category', 'from', 'to'] as const;
type SpanColumn = (typeof SPAN_COLUMNS)[number];
const VERDICT_COLUMNS = ['id', 'category', 'metAt', 'effectiveFrom', 'counted', 'reported', 'evidenceCount'] as const;
type VerdictColumn = (typeof VERDICT_COLUMNS)[number];
const EVIDENCE_COLUMNS = ['at'] as const;

/** A table of a recorder. The columns stand one after the other, and each has room for `capacity` rows. */
export interface RecordedTable {
  readonly rows: number;
  readonly capacity: number;
  readonly values: Int32Array;
}

/** The tables of a `Recorder`, in JavaScript or in the memory of the compiled life. */
export interface RecordedTables {
  readonly installations: RecordedTable;
  readonly attempts: RecordedTable;
  readonly events: RecordedTable;
  readonly spans: RecordedTable;
  readonly verdicts: RecordedTable;
  readonly evidence: RecordedTable;
}

/** Each table with the number of its columns, in the order in which the compiled life numbers the tables. */
const RECORDED_TABLES: readonly (readonly [keyof RecordedTables, number])[] = [
  ['installations', INSTALLATION_COLUMNS.length],
  ['attempts', ATTEMPT_COLUMNS.length],
  ['events', EVENT_COLUMNS.length],
  ['spans', SPAN_COLUMNS.length],
  ['verdicts', VERDICT_COLUMNS.length],
  ['evidence', EVIDENCE_COLUMNS.length],
];

/** Collects the tables of the compiled life, where each has a number. */
export function tablesOf(table: (k: number, columns: number) => RecordedTable): RecordedTables {
  const tables: Partial<Record<keyof RecordedTables, RecordedTable>> = {};
  for (const [k, [name, columns]] of RECORDED_TABLES.entries()) tables[name] = table(k, columns);
  return tables as RecordedTables;
}

/** Copies the columns of a table. Each copy can be moved to another thread. */
function columnsOf<C extends string>(names: readonly C[], { rows, capacity, values }: RecordedTable): Columns<C> {
  const columns: Partial<Record<C, Int32Array>> = {};
  names.forEach((name, i) => (columns[name] = values.slice(i * capacity, i * capacity + rows)));
  return columns as Columns<C>;
}

/** Copies the records out of the tables. The recorder can then be cleared and used again. */
export function recordsOf(tables: RecordedTables): ShardRecords {
  const installations = columnsOf(INSTALLATION_COLUMNS, tables.installations);
  const events = columnsOf(EVENT_COLUMNS, tables.events);
  const verdicts = columnsOf(VERDICT_COLUMNS, tables.verdicts);
  const { value, event } = events;
  for (let i = 0; i < value.length; i += 1) value[i] = eventValue(event[i] as number, value[i] as number);
  return {
    installations: { ...installations, ...meterPoints(installations) },
    attempts: columnsOf(ATTEMPT_COLUMNS, tables.attempts),
    events,
    spans: columnsOf(SPAN_COLUMNS, tables.spans),
    verdicts: { ...verdicts, evidence: evidenceTexts(verdicts.evidenceCount, tables.evidence) },
  };
}

/** Makes the meter points. The MPRN is NaN for an installation without a gas meter. */
function meterPoints({ id, area, gsmeDormant }: Columns<InstallationColumn>): {
  mpan: Float64Array;
  mprn: Float64Array;
} {
  const mpan = new Float64Array(id.length);
  const mprn = new Float64Array(id.length);
  for (let i = 0; i < id.length; i += 1) {
    const serial = id[i] as number;
    mpan[i] = syntheticMpan(AREA_MIN + (area[i] as number), serial);
    mprn[i] = (gsmeDormant[i] as number) < 0 ? NaN : syntheticMprn(serial);
  }
  return { mpan, mprn };
}

/** Writes the evidence of each verdict as the records hold it: instants, joined by semicolons. */
function evidenceTexts(counts: Int32Array, { values }: RecordedTable): string[] {
  const texts: string[] = [];
  let from = 0;
  for (const count of counts) {
    let text = '';
    for (let i = from; i < from + count; i += 1) {
      if (i > from) text += ';';
      text += formatInstant(values[i] as number);
    }
    texts.push(text);
    from += count;
  }
  return texts;
}

/** The values of the `events` record by code. The codes from EVENT_VALUES.length on are suppliers, by number. */
export const EVENT_VALUES = ['', 'no', 'yes', 'prepayment', 'credit'] as const;

const YES_NO_FROM = EVENT_VALUES.indexOf('no');
const PAYMENT_FROM = EVENT_VALUES.indexOf('prepayment');
const SUPPLIERS_FROM = EVENT_VALUES.length;

/** For each event with a value: the code of its first value. Suppliers are numbered from 1; 0 has no text. */
const VALUES_FROM: readonly (number | undefined)[] = Object.assign([] as number[], {
  [EVENT['esme-dormant']]: YES_NO_FROM,
  [EVENT['gsme-dormant']]: YES_NO_FROM,
  [EVENT['electricity-payment-mode']]: PAYMENT_FROM,
  [EVENT['gas-payment-mode']]: PAYMENT_FROM,
  [EVENT['electricity-supplier']]: SUPPLIERS_FROM,
  [EVENT['gas-supplier']]: SUPPLIERS_FROM,
  [EVENT['supplier-gsme-exclusion']]: SUPPLIERS_FROM,
});

/** The code of an event's value among EVENT_VALUES and the suppliers. */
export function eventValue(event: number, value: number): number {
  const from = VALUES_FROM[event];
  if (from === undefined) return 0;
  if (from !== SUPPLIERS_FROM) return from + value;
  return value === 0 ? 0 : from + value - 1;
}

/** Lists the buffers that can be moved to another thread without a copy. */
export function buffersOf(records: ShardRecords): ArrayBuffer[] {
  return Object.values(records).flatMap((columns) =>
    Object.values(columns as Record<string, unknown>).flatMap((column) =>
      column instanceof Int32Array || column instanceof Float64Array ? [column.buffer as ArrayBuffer] : [],
    ),
  );
}
