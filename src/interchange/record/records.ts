import { CATEGORIES } from '../../clauses/clause.ts';
import { NOTE_KINDS } from '../../exclusion/verdict.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { ATTEMPT_KINDS, CAUSES, EVENTS } from '../../migration/history.ts';

/**
 * The type of a column decides how its values are written. CSV and NDJSON hold text; the Parquet type is named here.
 * `id`: an installation, INT32 when simulated, otherwise STRING;
 * `subject`: an installation or `dmc:<id>`, STRING;
 * `instant`: `YYYY-MM-DDThh:mm:ssZ`, TIMESTAMP_MILLIS UTC;
 * `meterPoint`: an MPAN or MPRN with its check digits, INT64;
 * `count`: a whole number from 0, INT64;
 * `choice`: one of `allowed`; `text`: free; `number`: decimal digits; `instants`: joined by `;`; all dictionary STRING.
 */
export type ColumnType =
  'id' | 'subject' | 'instant' | 'meterPoint' | 'choice' | 'text' | 'count' | 'number' | 'instants';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** If false, the value may be empty (CSV), null or absent (NDJSON), or null (Parquet). These mean the same. */
  readonly required: boolean;
  /** All values of a `choice`. */
  readonly allowed?: readonly string[];
  readonly meaning: string;
}

export interface RecordSchema {
  readonly name: string;
  readonly columns: readonly Column[];
  /**
   * Rows with equal values in these columns concern the same thing (src/docs/records.md). If the list is empty, rows
   * have no key.
   */
  readonly key: readonly string[];
}

const YES_NO = ['yes', 'no'] as const;
const PAYMENT_MODES = ['credit', 'prepayment'] as const;

function must(name: string, type: ColumnType, meaning: string, allowed?: readonly string[]): Column {
  return { name, type, required: true, ...(allowed && { allowed }), meaning };
}

function may(name: string, type: ColumnType, meaning: string, allowed?: readonly string[]): Column {
  return { ...must(name, type, meaning, allowed), required: false };
}

const INSTALLATION_ID = must('installation_id', 'id', 'the installation');

/**
 * The records of src/docs/records.md, and the two that `decide` writes beside its verdicts. Columns are in writing
 * order.
 */
export const RECORDS = {
  installations: {
    name: 'installations',
    key: ['installation_id'],
    columns: [
      INSTALLATION_ID,
      must('cohort', 'choice', 'migration cohort', COHORTS),
      may('group_id', 'text', 'GroupID; empty: not known'),
      must('mpan', 'meterPoint', 'electricity meter point'),
      may('mprn', 'meterPoint', 'gas meter point; set iff the installation has a GSME'),
      must('esme_dormant', 'choice', 'whether the electricity meter is Dormant at the start', YES_NO),
      may('gsme_dormant', 'choice', 'whether the gas meter is Dormant at the start', YES_NO),
      must('electricity_payment_mode', 'choice', 'payment mode at the start', PAYMENT_MODES),
      may('gas_payment_mode', 'choice', 'payment mode of the gas meter at the start', PAYMENT_MODES),
      may('dmc', 'text', 'device model combination; empty: not known'),
      may('electricity_supplier', 'text', 'supplier at the start; empty: not known to DCC'),
      may('gas_supplier', 'text', 'gas supplier at the start; empty: not known to DCC'),
      may('operator', 'text', 'WAN operator of the hub, which others fail with; empty: not known'),
      may('hub_model', 'text', 'model of the communications hub, which others fail with; empty: not known'),
    ],
  },
  attempts: {
    name: 'attempts',
    key: ['installation_id', 'at', 'kind'],
    columns: [
      INSTALLATION_ID,
      must('at', 'instant', 'when the outcome was known'),
      must('kind', 'choice', 'an instruction to the SMSO (4.26) or a migration attempt', ATTEMPT_KINDS),
      must('outcome', 'text', 'ok, ok-esme (migration only) or an error code [A-Za-z0-9_-]{1,32}'),
      may('cause', 'choice', 'whose failure it was; empty: device', CAUSES),
      may('table_5_10', 'choice', 'whether the code stands in Table 5.10; empty: the catalogue decides', YES_NO),
    ],
  },
  events: {
    name: 'events',
    key: ['subject', 'at', 'event'],
    columns: [
      must('subject', 'subject', 'an installation_id or dmc:<id>'),
      must('at', 'instant', 'from when it holds'),
      must('event', 'choice', 'what changed or was decided', EVENTS),
      may('value', 'text', 'a supplier, yes|no or credit|prepayment, as the event has it'),
    ],
  },
  contacts: {
    name: 'contacts',
    key: ['installation_id', 'at', 'link'],
    columns: [
      INSTALLATION_ID,
      must('at', 'instant', 'when the contact was made'),
      must('link', 'choice', 'over which network', ['wan', 'han']),
      may('source', 'text', 'where the evidence comes from'),
    ],
  },
  verdicts: {
    name: 'verdicts',
    key: ['installation_id', 'category'],
    columns: [
      INSTALLATION_ID,
      must('category', 'choice', 'the exclusion category that holds', CATEGORIES),
      must('clause', 'text', 'its clause number in the rule set'),
      must('excludes', 'choice', 'what it takes out of migration', ['installation', 'gsme']),
      must('met_at', 'instant', 'start of the unbroken stretch in which it holds'),
      may('effective_from', 'instant', 'from when it takes effect; empty: not by the as-of'),
      may('counted', 'count', 'weeks or instructions counted; empty: a standing clause'),
      may('evidence', 'instants', 'instants the verdict rests on'),
      must('reported', 'choice', 'yes for exactly one row of an installation', YES_NO),
    ],
  },
  spans: {
    name: 'spans',
    key: ['installation_id', 'category', 'from'],
    columns: [
      INSTALLATION_ID,
      must('category', 'choice', 'the exclusion category', CATEGORIES),
      must('from', 'instant', 'first instant at which it holds'),
      may('to', 'instant', 'first instant at which it no longer does; empty: it lasts'),
    ],
  },
  volumes: {
    name: 'volumes',
    key: ['as_of', 'measure', 'cohort', 'category'],
    columns: [
      must('as_of', 'instant', 'the instant of the count'),
      must('measure', 'choice', 'what is counted', ['qualifying', 'effective', 'envisaged']),
      must('cohort', 'text', 'a cohort, or several joined by + as the briefing printed them'),
      must('category', 'choice', 'the exclusion category', CATEGORIES),
      must('unit', 'choice', 'never to be added to the other', ['installations', 'gas_meters']),
      must('volume', 'number', 'reported rows; the mean over replications'),
      may('p05', 'number', '5th percentile over replications; empty for fewer than 10'),
      may('p95', 'number', '95th percentile over replications; empty for fewer than 10'),
      must('held', 'number', 'all rows, reported or not'),
      may('published', 'number', "the briefing's figure"),
      may('relation', 'choice', 'how the model came by its figure', [
        'input',
        'fitted',
        'fitted-before-change',
        'not-fitted',
      ]),
    ],
  },
  notes: {
    name: 'notes',
    key: [],
    columns: [
      INSTALLATION_ID,
      must('at', 'instant', 'the instant of the row'),
      must('note', 'choice', 'what the engine passed over', Object.keys(NOTE_KINDS)),
    ],
  },
  refused: {
    name: 'refused',
    key: [],
    columns: [
      must('file', 'text', 'the file as it was named on the command line'),
      must('line', 'count', 'line (CSV, NDJSON) or row (Parquet), from 1; the header is line 1'),
      must('column', 'text', 'the column; several joined by +; * for the whole row'),
      may('found', 'text', 'what stood there, shortened; meter points masked'),
      must('expected', 'text', 'what would have been accepted'),
    ],
  },
} as const satisfies Record<string, RecordSchema>;

export type RecordName = keyof typeof RECORDS;

/** The schema of a record. */
export function recordOf(name: RecordName): RecordSchema {
  return RECORDS[name];
}
