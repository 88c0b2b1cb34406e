/**
 * The records as data that other programs read. For each record it gives the JSON Schema of a line of NDJSON, with the
 * types of the Parquet columns, the key and the meaning.
 */
import { formatInstant, INSTANT_MAX, INSTANT_MIN } from '../../time.ts';
import { RECORDS, type Column, type ColumnType, type RecordName, type RecordSchema } from './records.ts';

/** The Parquet type of each type of column. */
const PARQUET: Readonly<Record<ColumnType, string>> = {
  id: 'INT32 where the bench made it, else STRING',
  subject: 'STRING',
  instant: 'INT64 TIMESTAMP(MILLIS, UTC)',
  meterPoint: 'INT64',
  choice: 'STRING',
  text: 'STRING',
  count: 'INT64',
  number: 'STRING',
  instants: 'STRING',
};

const INSTANT = '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z';

/** The pattern of a cell's text. A choice lists its values instead. */
const PATTERN: Readonly<Partial<Record<ColumnType, string>>> = {
  id: '^(?!dmc:).{1,128}$',
  subject: '^.{1,128}$',
  instant: `^${INSTANT}$`,
  meterPoint: '^\\d{6,13}$',
  text: '^.{1,128}$',
  count: '^\\d{1,9}$',
  number: '^-?\\d{1,15}(\\.\\d{1,15})?$',
  instants: `^${INSTANT}(;${INSTANT})*$`,
};

/** One JSON document: `$defs.<record>` is the schema of one row of that record. */
export function recordsSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The records of smets1-bench',
    description:
      'A row of a record as one line of NDJSON. CSV has the same columns by a header line, empty for null. ' +
      `Instants lie from ${formatInstant(INSTANT_MIN)} to ${formatInstant(INSTANT_MAX)}, in UTC.`,
    format: 1,
    $defs: Object.fromEntries(
      (Object.keys(RECORDS) as RecordName[]).map((name) => [name, recordSchema(RECORDS[name])]),
    ),
  };
}

function recordSchema({ columns, key }: RecordSchema): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    key,
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    required: columns.filter((column) => column.required).map((column) => column.name),
    additionalProperties: false,
  };
}

function columnSchema({ type, required, allowed, meaning }: Column): Readonly<Record<string, unknown>> {
  const pattern = PATTERN[type];
  return {
    description: meaning,
    columnType: type,
    parquet: PARQUET[type],
    type: required ? 'string' : ['string', 'null'],
    ...(allowed && { enum: required ? allowed : [...allowed, null] }),
    ...(!allowed && pattern !== undefined && { pattern }),
  };
}
