import type { ColumnChunk, SchemaElement, Statistics } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { assert } from '../../assert.ts';
import type { CodedColumn, ColumnValues, SubjectColumn } from '../record/columnBatch.ts';
import type { Column } from '../record/records.ts';
import { writeChunk } from './parquetChunk.ts';

/**
 * Buffers the columns of a row group while it fills. hyparquet-writer's own `write` takes strings and builds the
 * dictionary again for every row group (0.2 to 0.4 M rows/s). These columns keep codes and use its exported delta and
 * run-length encoders, so no string is touched per row.
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
      return writeChunk(out, element, {
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
      return writeChunk(out, element, {
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
      const written = writeChunk(out, element, {
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
