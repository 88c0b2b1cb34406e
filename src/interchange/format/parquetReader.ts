/** Reads Parquet files, one page of each column at a time. */
import { parquetMetadata, parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { RawBatch, RawColumn } from '../record/rawBatch.ts';
import { FileRefused } from '../record/refusal.ts';
import type { RecordSchema } from '../record/records.ts';
import { columnsOf } from './columnNames.ts';
import { isGzip } from './firstBytes.ts';
import type { Input } from './formats.ts';
import { WrongType } from '../parquet/parquetCells.ts';
import { viewOf } from '../parquet/parquetCodecs.ts';
import { isUnsigned, readingOf, type ColumnReading } from '../parquet/parquetKinds.ts';
import { PageCursor, type ChunkPlace } from '../parquet/parquetPages.ts';
import { guardThrift } from '../parquet/parquetThrift.ts';
import { readHead } from './textChunks.ts';

/** The most rows of one batch. */
const BATCH_ROWS_MAX = 16_384;

const FOOTER_BYTES_MAX = 64 << 20;

/**
 * The most rows for each byte of the file. No real record has more, because keys differ from row to row. Without the
 * bound a few kilobytes of run-length pages could claim rows for hours.
 */
const ROWS_PER_BYTE_MAX = 100;

/**
 * Reads a Parquet file in batches of raw rows.
 * @throws FileRefused, with the row reached, for a file that begins as Parquet and cannot be read to its end
 */
export function* readParquet(source: Omit<Input, 'format'>, record: RecordSchema): Generator<RawBatch> {
  const descriptor = openSync(source.path, 'r');
  let row = 0;
  const refused = (found: string, expected: string, column = '*'): FileRefused =>
    new FileRefused({ file: source.name, line: row, column, found, expected });
  try {
    const fileBytes = fstatSync(descriptor).size;
    if (isGzip(readHead(source.path))) throw refused('a gzip file', 'Parquet as it is: unpack the file');
    const metadata = readFooter(descriptor, fileBytes, refused);
    const places = placesOf(metadata, source, record, refused);
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

/** Turns an error of a decoder into a refusal of the file at the row reached. */
function attempt<T>(read: () => T, column: string, refused: Refused): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrongType) throw refused(error.message, error.expected, column);
    throw refused(reason(error), 'a Parquet column as the format has it', column);
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // A DataView uses these words when a page ends too early.
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
  /** The position among the leaves of the schema. Row groups number their columns in this way. */
  readonly index: number;
  readonly reading: ColumnReading;
  readonly optional: boolean;
}

/** The place in the file of each column of the record; undefined for a column that the file lacks. */
function placesOf(
  metadata: FileMetaData,
  input: Omit<Input, 'format'>,
  record: RecordSchema,
  refused: Refused,
): (ColumnPlace | undefined)[] {
  const children = schemaColumns(metadata, refused);
  const columnOf = columnsOf(
    children.map(({ element }) => element.name),
    {
      record,
      naming: input.columns,
      constants: input.constants,
      refused: (row) => refused(row.found, row.expected, row.column),
    },
  );
  const places: (ColumnPlace | undefined)[] = record.columns.map(() => undefined);
  let leaf = 0;
  for (const [position, child] of children.entries()) {
    const { element } = child;
    const index = leaf;
    leaf += leavesOf(child);
    const column = record.columns[columnOf[position] as number];
    if (!column) continue;
    if (child.children.length > 0) throw refused('a column of columns', 'a flat column', column.name);
    places[columnOf[position] as number] = {
      name: column.name,
      index,
      reading: readingOf(element, column, input.zoneless ?? 'refuse'),
      optional: element.repetition_type !== 'REQUIRED',
    };
  }
  return places;
}

function schemaColumns(metadata: FileMetaData, refused: Refused): readonly SchemaTree[] {
  try {
    return parquetSchema(metadata).children;
  } catch (error) {
    throw refused(`a schema that cannot be read: ${reason(error)}`, 'flat columns');
  }
}

function leavesOf(tree: SchemaTree): number {
  return tree.children.length === 0 ? 1 : tree.children.reduce((sum, child) => sum + leavesOf(child), 0);
}

/** The claims of a footer, for estimates and for the type of ids; undefined if the footer cannot be read. */
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
