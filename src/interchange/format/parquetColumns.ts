import type { ColumnChunk, CompressionCodec, Encoding, SchemaElement, Statistics } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { assert } from '../../assert.ts';
import type { CodedColumn, ColumnValues, SubjectColumn } from '../record/columnBatch.ts';
import type { Column } from '../record/records.ts';

/**
 * Buffers the columns of a row group while it fills. hyparquet-writer's own `write` takes strings and builds the
 * dictionary again for every row group (0.2 to 0.4 M rows/s). These columns keep codes and write pages with its
 * exported page, delta and run-length encoders, so no string is touched per row.
 */
export interface ColumnBuffer {
  readonly element: SchemaElement;
  /** Copies values `from` to `from + count` to the end of the row group. `undefined` stands for a column of nulls. */
  take(values: ColumnValues | undefined, from: number, count: number): void;
  /** Writes the column chunk and empties the buffer. */
  flush(out: ByteWriter): ColumnChunk;
}

const NULL_CODE = -1;
/** The code that means null, by the bytes of a code. */
const NONE_OF_BYTES: Readonly<Record<number, number>> = { 1: 255, 2: 65_535, 4: -1 };

/** Makes the buffer for a column's type. `ids` tells how this file writes ids. */
export function columnBuffer(column: Column, ids: 'int32' | 'string', rowsMax: number): ColumnBuffer {
  if (column.type === 'id' && ids === 'int32') return idBuffer(column, rowsMax);
  if (column.type === 'instant') return int64Buffer(column, rowsMax, 1000);
  if (column.type === 'meterPoint' || column.type === 'count') return int64Buffer(column, rowsMax, 1);
  return textBuffer(column, rowsMax);
}

/** Writes ids as INT32, DELTA_BINARY_PACKED. */
function idBuffer(column: Column, rowsMax: number): ColumnBuffer {
  const element: SchemaElement = { name: column.name, type: 'INT32', repetition_type: 'REQUIRED' };
  const ids = new Int32Array(rowsMax);
  let length = 0;
  return {
    element,
    take(values, from, count) {
      assert(values instanceof Int32Array, `${column.name}: an Int32Array of ids is needed`);
      ids.set(values.subarray(from, from + count), length);
      length += count;
    },
    flush(out) {
      const written = ids.subarray(0, length);
      length = 0;
      let min = Infinity;
      let max = -Infinity;
      for (const id of written) {
        if (id < min) min = id;
        if (id > max) max = id;
      }
      const data = new ByteWriter();
      deltaBinaryPack(data, written, 'INT32');
      const statistics: Statistics = { min_value: min, max_value: max, null_count: 0n };
      return chunk(out, element, {
        data: data.getBytes(),
        rows: written.length,
        nulls: null,
        encoding: 'DELTA_BINARY_PACKED',
        statistics,
      });
    },
  };
}

/** Writes instants (seconds, written as milliseconds) and meter points as INT64, PLAIN. NaN means null. */
function int64Buffer(column: Column, rowsMax: number, scale: number): ColumnBuffer {
  const timestamp = column.type === 'instant';
  const element: SchemaElement = {
    name: column.name,
    type: 'INT64',
    repetition_type: column.required ? 'REQUIRED' : 'OPTIONAL',
    ...(timestamp && {
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    }),
  };
  const numbers = new Float64Array(rowsMax);
  let length = 0;
  return {
    element,
    take(values, from, count) {
      if (values === undefined) {
        numbers.fill(NaN, length, length + count);
      } else {
        assert(
          values instanceof Float64Array || values instanceof Int32Array,
          `${column.name}: a Float64Array or an Int32Array is needed`,
        );
        numbers.set(values.subarray(from, from + count), length);
      }
      length += count;
    },
    flush(out) {
      const rows = length;
      const bytes = new Uint8Array(rows * 8);
      const view = new DataView(bytes.buffer);
      const defined = new Uint8Array(rows);
      let filled = 0;
      let min = Infinity;
      let max = -Infinity;
      for (let row = 0; row < rows; row += 1) {
        const value = (numbers[row] as number) * scale;
        if (value !== value) continue;
        defined[row] = 1;
        if (value < min) min = value;
        if (value > max) max = value;
        // These values are exact below 2^53: milliseconds up to 2038 take 41 bits, and a 13-digit MPAN takes 44.
        const high = Math.floor(value / 0x1_0000_0000);
        view.setUint32(filled, value - high * 0x1_0000_0000, true);
        view.setUint32(filled + 4, high, true);
        filled += 8;
      }
      length = 0;
      const nulls = rows - filled / 8;
      assert(nulls === 0 || !column.required, `${column.name}: a required value is null`);
      const statistics: Statistics = { null_count: BigInt(nulls) };
      if (filled > 0) {
        statistics.min_value = timestamp ? new Date(min) : BigInt(min);
        statistics.max_value = timestamp ? new Date(max) : BigInt(max);
      }
      return chunk(out, element, {
        data: bytes.subarray(0, filled),
        rows,
        nulls: column.required ? null : { defined, count: nulls },
        encoding: 'PLAIN',
        statistics,
      });
    },
  };
}

/** Writes texts as BYTE_ARRAY STRING, RLE_DICTIONARY. The dictionary of a row group is in order of first appearance. */
function textBuffer(column: Column, rowsMax: number): ColumnBuffer {
  const element: SchemaElement = {
    name: column.name,
    type: 'BYTE_ARRAY',
    repetition_type: column.required ? 'REQUIRED' : 'OPTIONAL',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  };
  const codes = new Int32Array(rowsMax);
  let length = 0;
  let dictionary: (string | number)[] = [];
  const codeOf = new Map<string, number>();
  const codeOfSubject = new Map<number, number>();
  /** Maps the codes of the caller's dictionary to those of this row group. -2 means that the code is not mapped yet. */
  let remapped: readonly string[] | undefined;
  let remap = new Int32Array(0);

  function codeFor(text: string): number {
    let code = codeOf.get(text);
    if (code === undefined) {
      code = dictionary.push(text) - 1;
      codeOf.set(text, code);
    }
    return code;
  }

  function remapOf(source: readonly string[]): Int32Array {
    if (source === remapped && source.length <= remap.length) return remap;
    const grown = new Int32Array(source.length + 16).fill(-2);
    if (source === remapped) grown.set(remap);
    remapped = source;
    remap = grown;
    return grown;
  }

  function takeCoded(values: CodedColumn, from: number, count: number): void {
    const source = values.codes;
    const none = NONE_OF_BYTES[source.BYTES_PER_ELEMENT];
    const map = remapOf(values.dictionary);
    for (let row = 0; row < count; row += 1) {
      const given = source[from + row] as number;
      let code = given === none ? NULL_CODE : (map[given] ?? -2);
      if (code === -2) {
        const text = values.dictionary[given];
        assert(text !== undefined, `${column.name}: code ${given} is not in the dictionary`);
        code = text === '' ? NULL_CODE : codeFor(text);
        map[given] = code;
      }
      codes[length + row] = code;
    }
  }

  /** Installations stay numbers: a text of each would take most of the time. */
  function takeSubjects(values: SubjectColumn, from: number, count: number): void {
    for (let row = 0; row < count; row += 1) {
      const given = values.ids[from + row] as number;
      let code = codeOfSubject.get(given);
      if (code === undefined) {
        if (given < 0) {
          const text = values.dictionary[-1 - given];
          assert(text !== undefined, `${column.name}: ${given} is not in the dictionary`);
          code = codeFor(text);
        } else code = dictionary.push(given) - 1;
        codeOfSubject.set(given, code);
      }
      codes[length + row] = code;
    }
  }

  function takeTexts(values: readonly (string | null)[], from: number, count: number): void {
    for (let row = 0; row < count; row += 1) {
      const text = values[from + row];
      codes[length + row] = text === null || text === undefined || text === '' ? NULL_CODE : codeFor(text);
    }
  }

  return {
    element,
    take(values, from, count) {
      if (values === undefined) codes.fill(NULL_CODE, length, length + count);
      else if ('codes' in values) takeCoded(values, from, count);
      else if ('ids' in values) takeSubjects(values, from, count);
      else if (Array.isArray(values)) takeTexts(values, from, count);
      else assert(false, `${column.name}: codes with a dictionary, or texts, are needed`);
      length += count;
    },
    flush(out) {
      const rows = length;
      const defined = new Uint8Array(rows);
      let filled = 0;
      for (let row = 0; row < rows; row += 1) {
        const code = codes[row] as number;
        if (code === NULL_CODE) continue;
        defined[row] = 1;
        codes[filled] = code;
        filled += 1;
      }
      const nulls = rows - filled;
      assert(nulls === 0 || !column.required, `${column.name}: a required value is null`);
      const data = new ByteWriter();
      const bitWidth = dictionary.length <= 1 ? 0 : 32 - Math.clz32(dictionary.length - 1);
      data.appendUint8(bitWidth);
      writeRleBitPackedHybrid(data, codes.subarray(0, filled), bitWidth);
      const written = chunk(out, element, {
        data: data.getBytes(),
        rows,
        nulls: column.required ? null : { defined, count: nulls },
        encoding: 'RLE_DICTIONARY',
        statistics: { null_count: BigInt(nulls) },
        dictionary,
      });
      length = 0;
      dictionary = [];
      codeOf.clear();
      codeOfSubject.clear();
      remap.fill(-2);
      return written;
    },
  };
}

interface Page {
  readonly data: Uint8Array;
  readonly rows: number;
  /** The rows that have a value; null for a column that is never null. */
  readonly nulls: { readonly defined: Uint8Array; readonly count: number } | null;
  readonly encoding: Encoding;
  readonly statistics: Statistics;
  readonly dictionary?: readonly (string | number)[];
}

/** Writes one column chunk: a dictionary page if there is one, and a single data page (version 2). */
function chunk(out: ByteWriter, element: SchemaElement, page: Page): ColumnChunk {
  const start = out.offset;
  // Snappy hardly compresses numbers and would take most of the time. It compresses texts well, and their pages are
  // small.
  const codec: CompressionCodec = page.dictionary ? 'SNAPPY' : 'UNCOMPRESSED';
  let uncompressed = 0;
  if (page.dictionary) uncompressed += dictionaryPage(out, page.dictionary);

  const levels = new ByteWriter();
  if (page.nulls) writeRleBitPackedHybrid(levels, page.nulls.defined, 1);
  const raw = page.data;
  const stored = codec === 'SNAPPY' ? snappyCompress(raw) : raw;
  const dataStart = out.offset;
  writePageHeader(out, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.offset + raw.length,
    compressed_page_size: levels.offset + stored.length,
    data_page_header_v2: {
      num_values: page.rows,
      num_nulls: page.nulls?.count ?? 0,
      num_rows: page.rows,
      encoding: page.encoding,
      definition_levels_byte_length: levels.offset,
      repetition_levels_byte_length: 0,
      is_compressed: codec === 'SNAPPY',
    },
  });
  uncompressed += out.offset - dataStart + levels.offset + raw.length;
  out.appendBytes(levels.getBytes());
  out.appendBytes(stored);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: element.type ?? 'BYTE_ARRAY',
      encodings: page.dictionary ? ['PLAIN', page.encoding] : [page.encoding],
      path_in_schema: [element.name],
      codec,
      num_values: BigInt(page.rows),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(out.offset - start),
      data_page_offset: BigInt(dataStart),
      ...(page.dictionary && { dictionary_page_offset: BigInt(start) }),
      statistics: page.statistics,
    },
  };
}

const utf8 = new TextEncoder();

/** Writes a dictionary page and returns its uncompressed length, its header included. A number is written as its digits. */
function dictionaryPage(out: ByteWriter, dictionary: readonly (string | number)[]): number {
  const page = new TextPage();
  for (const entry of dictionary) {
    if (typeof entry === 'number') page.appendDigits(entry);
    else page.appendText(entry);
  }
  const raw = page.bytes();
  const stored = snappyCompress(raw);
  const start = out.offset;
  writePageHeader(out, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: raw.length,
    compressed_page_size: stored.length,
    dictionary_page_header: { num_values: dictionary.length, encoding: 'PLAIN' },
  });
  const header = out.offset - start;
  out.appendBytes(stored);
  return header + raw.length;
}

/** The texts of a dictionary page, each after its length. Nearly all are ASCII, and an encoder costs more than they do. */
class TextPage {
  private page = new Uint8Array(1 << 12);
  private view = new DataView(this.page.buffer);
  private length = 0;

  appendText(text: string): void {
    const from = this.begin(text.length);
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.appendEncoded(from, utf8.encode(text));
      this.page[this.length + i] = code;
    }
    this.end(from, text.length);
  }

  /** Appends a whole number from 0 up. */
  appendDigits(value: number): void {
    let digits = 1;
    for (let bound = 10; bound <= value; bound *= 10) digits += 1;
    const from = this.begin(digits);
    for (let i = digits - 1, rest = value; i >= 0; i -= 1) {
      const next = Math.floor(rest / 10);
      this.page[this.length + i] = 48 + rest - next * 10;
      rest = next;
    }
    this.end(from, digits);
  }

  bytes(): Uint8Array {
    return this.page.subarray(0, this.length);
  }

  private appendEncoded(from: number, bytes: Uint8Array): void {
    this.length = from;
    this.begin(bytes.length);
    this.page.set(bytes, this.length);
    this.end(from, bytes.length);
  }

  /** Makes room for a length and so many bytes, and returns where the length stands. */
  private begin(bytes: number): number {
    const from = this.length;
    const needed = from + 4 + bytes;
    if (needed > this.page.length) {
      const grown = new Uint8Array(Math.max(2 * this.page.length, needed));
      grown.set(this.page);
      this.page = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = from + 4;
    return from;
  }

  private end(from: number, bytes: number): void {
    this.view.setUint32(from, bytes, true);
    this.length = from + 4 + bytes;
  }
}
