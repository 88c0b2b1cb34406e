import { parquetMetadata, parquetSchema, type FileMetaData, type SchemaElement } from 'hyparquet';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { columnsOf, type Source } from './csvReader.ts';
import { PageCursor, type ChunkPlace } from './parquetPages.ts';
import { guardThrift } from './parquetThrift.ts';
import { viewOf, type PhysicalType } from './parquetValues.ts';
import type { RawBatch, RawColumn } from '../record/rawBatch.ts';
import { FileRefused } from '../record/refusal.ts';
import type { ColumnType, RecordSchema } from '../record/records.ts';

/** Rows handed on at once. */
const BATCH_ROWS_MAX = 16_384;

const FOOTER_BYTES_MAX = 64 << 20;

/**
 * More rows than this for each byte of the file are no records: keys differ from row to row. Without the bound a few
 * kilobytes of run-length pages could claim rows for hours.
 */
const ROWS_PER_BYTE_MAX = 100;

/** A file that begins as Parquet does but cannot be read on throws FileRefused with the row reached. */
export function* readParquet(source: Source, record: RecordSchema): Generator<RawBatch> {
  const descriptor = openSync(source.path, 'r');
  let row = 0;
  const refused = (found: string, expected: string, column = '*'): FileRefused =>
    new FileRefused({ file: source.name, line: row, column, found, expected });
  try {
    const fileBytes = fstatSync(descriptor).size;
    const metadata = readFooter(descriptor, fileBytes, refused);
    const places = placesOf(metadata, record, refused);
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!(rows >= 0 && row + rows <= 1000 + fileBytes * ROWS_PER_BYTE_MAX)) {
        throw refused(`${rows} rows in a file of ${fileBytes} bytes`, 'rows that take some room');
      }
      const cursors = places.map((place) => {
        if (!place) return undefined;
        const meta = group.columns[place.index]?.meta_data;
        if (!meta || meta.path_in_schema.length !== 1 || group.columns[place.index]?.file_path !== undefined) {
          throw refused('a row group without it', 'each column in the file', place.name);
        }
        const chunk: ChunkPlace = { ...place, descriptor, meta, rows, fileBytes };
        return { name: place.name, cursor: attempt(() => new PageCursor(chunk), place.name, refused) };
      });
      for (let left = rows; left > 0;) {
        let count = Math.min(left, BATCH_ROWS_MAX);
        for (const item of cursors) {
          if (item)
            count = Math.min(
              count,
              attempt(() => item.cursor.available(), item.name, refused),
            );
        }
        const columns: (RawColumn | undefined)[] = cursors.map((item) => item?.cursor.take(count));
        yield { rows: count, lines: row + 1, columns };
        row += count;
        left -= count;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

type Refused = (found: string, expected: string, column?: string) => FileRefused;

/** What a decoder throws becomes a refusal of the file at the row reached. */
function attempt<T>(read: () => T, column: string, refused: Refused): T {
  try {
    return read();
  } catch (error) {
    throw refused(reason(error), 'a Parquet column as the format has it', column);
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // A DataView's own words when a page ends too early.
  return /outside the bounds|out of range/i.test(text) ? 'an end before its time' : text.slice(0, 120);
}

function readFooter(descriptor: number, fileBytes: number, refused: Refused): FileMetaData {
  const expected = 'a Parquet file';
  const magic = (offset: number): string => {
    const bytes = new Uint8Array(4);
    readSync(descriptor, bytes, 0, 4, offset);
    return String.fromCharCode(...bytes);
  };
  if (fileBytes < 12 || magic(0) !== 'PAR1') throw refused('no PAR1 at the beginning', expected);
  if (magic(fileBytes - 4) === 'PARE') throw refused('an encrypted footer', 'a file that is not encrypted');
  if (magic(fileBytes - 4) !== 'PAR1') throw refused('no PAR1 at the end: cut short?', expected);
  const tail = new Uint8Array(8);
  readSync(descriptor, tail, 0, 8, fileBytes - 8);
  const length = viewOf(tail).getUint32(0, true);
  if (length > fileBytes - 12 || length > FOOTER_BYTES_MAX) throw refused(`a footer of ${length} bytes`, expected);
  const footer = new Uint8Array(length + 8);
  readSync(descriptor, footer, 0, length + 8, fileBytes - 8 - length);
  try {
    guardThrift(viewOf(footer.subarray(0, length)), 0);
    return parquetMetadata(footer, { geoparquet: false });
  } catch (error) {
    throw refused(`a footer that cannot be read: ${reason(error)}`, expected);
  }
}

interface ColumnPlace {
  readonly name: string;
  /** Position in the file. */
  readonly index: number;
  readonly type: PhysicalType;
  readonly optional: boolean;
  readonly divisor: number;
  readonly unsigned: boolean;
}

/** For each column of the record, where it stands in the file; undefined where it does not. */
function placesOf(metadata: FileMetaData, record: RecordSchema, refused: Refused): (ColumnPlace | undefined)[] {
  let elements: SchemaElement[];
  try {
    const tree = parquetSchema(metadata);
    elements = tree.children.map((child) => child.element);
    if (tree.children.some((child) => child.children.length > 0)) throw new RangeError('nested columns');
  } catch (error) {
    throw refused(`a schema that cannot be read: ${reason(error)}`, 'flat columns');
  }
  const columnOf = columnsOf(
    elements.map((element) => element.name),
    record,
    (row) => refused(row.found, row.expected, row.column),
  );
  const places: (ColumnPlace | undefined)[] = record.columns.map(() => undefined);
  for (const [index, element] of elements.entries()) {
    const column = record.columns[columnOf[index] as number];
    if (!column) continue;
    const divisor = element.repetition_type === 'REPEATED' ? undefined : divisorOf(element, column.type);
    if (divisor === undefined) throw refused(describe(element), WANTED[column.type], column.name);
    places[columnOf[index] as number] = {
      name: column.name,
      index,
      type: element.type as PhysicalType,
      optional: element.repetition_type !== 'REQUIRED',
      divisor,
      unsigned: element.type === 'INT32' && isUnsigned(element),
    };
  }
  return places;
}

function isUnsigned({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return logical?.type === 'INTEGER' ? !logical.isSigned : (converted ?? '').startsWith('UINT_');
}

const UNITS = { MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 } as const;

/** What numbers of the column are divided by; undefined: the column cannot hold such values. */
function divisorOf(element: SchemaElement, type: ColumnType): number | undefined {
  const { converted_type: converted, logical_type: logical } = element;
  if (element.type === 'BYTE_ARRAY') {
    const text = converted === undefined || converted === 'UTF8' || converted === 'ENUM';
    return text && (logical === undefined || logical.type === 'STRING' || logical.type === 'ENUM') ? 1 : undefined;
  }
  if (type === 'instant') {
    if (element.type !== 'INT64') return undefined;
    // A timestamp that is not marked as adjusted to UTC (pandas, DuckDB's TIMESTAMP) is taken as UTC: records have no other.
    if (logical?.type === 'TIMESTAMP') return UNITS[logical.unit];
    if (converted === 'TIMESTAMP_MILLIS') return UNITS.MILLIS;
    return converted === 'TIMESTAMP_MICROS' ? UNITS.MICROS : undefined;
  }
  const whole = converted === undefined || /^U?INT_/.test(converted);
  const integer = whole && (logical === undefined || logical.type === 'INTEGER');
  const numeric = type === 'id' || type === 'subject' || type === 'meterPoint' || type === 'number';
  return numeric && integer && (element.type === 'INT32' || element.type === 'INT64') ? 1 : undefined;
}

const WANTED: Readonly<Record<ColumnType, string>> = {
  id: 'INT32, INT64 or STRING',
  subject: 'STRING, INT32 or INT64',
  instant: 'TIMESTAMP (ms, us or ns) or STRING',
  meterPoint: 'INT64 or STRING',
  choice: 'STRING',
  text: 'STRING',
  number: 'STRING, INT32 or INT64',
  instants: 'STRING',
};

function describe(element: SchemaElement): string {
  const logical = element.logical_type?.type ?? element.converted_type;
  return `type ${element.type}${logical ? ` (${logical})` : ''}`;
}

/** What a footer claims, for estimates and for the type of ids; undefined where it cannot be read. */
export function parquetSummary(path: string): { readonly rows: number; readonly int32Ids: boolean } | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const refused: Refused = (found) => new FileRefused({ file: path, line: 0, column: '*', found, expected: '' });
    const metadata = readFooter(descriptor, fstatSync(descriptor).size, refused);
    const ids = metadata.schema.find((element) => element.name === 'installation_id');
    return { rows: Number(metadata.num_rows), int32Ids: ids?.type === 'INT32' && !isUnsigned(ids) };
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
