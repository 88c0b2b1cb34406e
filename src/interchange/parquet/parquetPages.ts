/** Reads the pages of one column of a row group and decodes them one at a time. */
import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { readSync } from 'node:fs';
import type { RawColumn } from '../record/rawBatch.ts';
import type { PageValues } from './parquetCells.ts';
import { decompress, PAGE_BYTES_MAX, viewOf } from './parquetCodecs.ts';
import { readCells, readDictionary, readHybrid, type Dictionary } from './parquetDecode.ts';
import type { ColumnReading } from './parquetKinds.ts';
import { guardThrift } from './parquetThrift.ts';

/** The most values of one page. A run-length page can claim any number in a few bytes. */
const PAGE_VALUES_MAX = 1 << 22;

/** The space for a page header with its statistics, in bytes. */
const HEADER_BYTES_MAX = 1 << 16;

export interface ChunkPlace {
  readonly descriptor: number;
  readonly meta: ColumnMetaData;
  readonly reading: ColumnReading;
  /** True if the column is OPTIONAL: its values have definition levels. */
  readonly optional: boolean;
  /** The rows of the row group. */
  readonly rows: number;
  readonly fileBytes: number;
}

/**
 * A cursor over the pages of one column chunk. One page is decoded at a time, so memory is one page of each column
 * whatever the size of the row group.
 * @throws RangeError or the decoder's own error for a page that is not as claimed; WrongType for a value of a type that
 * the column cannot have
 */
export class PageCursor {
  readonly #place: ChunkPlace;
  #offset: number;
  readonly #end: number;
  #dictionary: Dictionary | undefined;
  #page: RawColumn | undefined;
  #pageRows = 0;
  #taken = 0;
  #rowsSeen = 0;

  constructor(place: ChunkPlace) {
    const { meta, fileBytes } = place;
    this.#place = place;
    this.#offset = Number(meta.dictionary_page_offset || meta.data_page_offset);
    this.#end = this.#offset + Number(meta.total_compressed_size);
    if (!(this.#offset >= 4 && this.#end >= this.#offset && this.#end <= fileBytes)) {
      throw new RangeError('a column outside the file');
    }
  }

  /** The number of rows that can be taken without another page. It reads a page if none is left. */
  available(): number {
    while (this.#taken === this.#pageRows) this.#readPage();
    return this.#pageRows - this.#taken;
  }

  /** The next `rows` values, all from one page. */
  take(rows: number): RawColumn {
    const from = this.#taken;
    this.#taken += rows;
    const page = this.#page as RawColumn;
    if ('numbers' in page) return { numbers: page.numbers.subarray(from, from + rows) };
    if ('codes' in page) return { codes: page.codes.subarray(from, from + rows), dictionary: page.dictionary };
    return { texts: page.texts.slice(from, from + rows) };
  }

  #read(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const read = readSync(this.#place.descriptor, bytes, 0, length, this.#offset);
    return bytes.subarray(0, read);
  }

  #readPage(): void {
    if (this.#offset >= this.#end) throw new RangeError(`only ${this.#rowsSeen} of ${this.#place.rows} values`);
    const head = this.#read(Math.min(HEADER_BYTES_MAX, this.#end - this.#offset));
    const reader = { view: viewOf(head), offset: 0 };
    guardThrift(reader.view, 0);
    const header = parquetHeader(reader);
    const stored = header.compressed_page_size;
    if (!(stored >= 0 && stored <= Math.min(PAGE_BYTES_MAX, this.#end - this.#offset - reader.offset))) {
      throw new RangeError(`a page of ${stored} bytes`);
    }
    this.#offset += reader.offset;
    const bytes =
      reader.offset + stored <= head.length ? head.subarray(reader.offset, reader.offset + stored) : this.#read(stored);
    this.#offset += stored;
    if (header.type === 'DICTIONARY_PAGE') this.#readDictionary(header, bytes);
    else if (header.type === 'DATA_PAGE') this.#readVersion1(header, bytes);
    else if (header.type === 'DATA_PAGE_V2') this.#readVersion2(header, bytes);
    else if (header.type !== 'INDEX_PAGE') throw new RangeError('a page of an unknown kind');
  }

  #readDictionary(header: PageHeader, bytes: Uint8Array): void {
    const count = this.#count(header.dictionary_page_header?.num_values);
    const raw = decompress(bytes, this.#place.meta.codec, Number(header.uncompressed_page_size));
    this.#dictionary = readDictionary(raw, this.#place.reading, count);
  }

  #readVersion1(header: PageHeader, bytes: Uint8Array): void {
    const page = header.data_page_header;
    const count = this.#count(page?.num_values);
    let raw = decompress(bytes, this.#place.meta.codec, Number(header.uncompressed_page_size));
    let defined: Uint8Array | undefined;
    if (this.#place.optional) {
      const length = viewOf(raw).getUint32(0, true);
      if (length > raw.length - 4) throw new RangeError('levels beyond the end of the page');
      defined = this.#levels(raw.subarray(4, 4 + length), count);
      raw = raw.subarray(4 + length);
    }
    this.#accept(raw, page?.encoding, count, defined);
  }

  #readVersion2(header: PageHeader, bytes: Uint8Array): void {
    const page = header.data_page_header_v2;
    const count = this.#count(page?.num_values);
    const levels = page?.definition_levels_byte_length ?? -1;
    if (levels < 0 || levels > bytes.length || page?.repetition_levels_byte_length !== 0) {
      throw new RangeError('false lengths of levels');
    }
    const defined = this.#place.optional ? this.#levels(bytes.subarray(0, levels), count) : undefined;
    const body = bytes.subarray(levels);
    const codec = page.is_compressed === false ? 'UNCOMPRESSED' : this.#place.meta.codec;
    this.#accept(decompress(body, codec, header.uncompressed_page_size - levels), page.encoding, count, defined);
  }

  #count(claimed: number | undefined): number {
    if (claimed === undefined || !(claimed >= 0 && claimed <= PAGE_VALUES_MAX)) {
      throw new RangeError(`a page of ${claimed} values; at most ${PAGE_VALUES_MAX} are read`);
    }
    return claimed;
  }

  #levels(bytes: Uint8Array, count: number): Uint8Array {
    const defined = new Uint8Array(count);
    readHybrid(bytes, 1, defined);
    return defined;
  }

  #accept(bytes: Uint8Array, encoding: string | undefined, count: number, defined: Uint8Array | undefined): void {
    let filled = count;
    if (defined) {
      filled = 0;
      for (const level of defined) filled += level;
    }
    const values = readCells(bytes, encoding, this.#place.reading, filled, this.#dictionary);
    this.#page = defined && filled < count ? withNulls(values, defined) : values;
    this.#rowsSeen += count;
    if (this.#rowsSeen > this.#place.rows) throw new RangeError(`more than ${this.#place.rows} values`);
    this.#pageRows = count;
    this.#taken = 0;
  }
}

/** Distributes values to the rows that have one. */
function withNulls(values: PageValues, defined: Uint8Array): RawColumn {
  let next = 0;
  if ('numbers' in values) {
    const numbers = new Float64Array(defined.length).fill(NaN);
    for (let row = 0; row < defined.length; row += 1) {
      if (defined[row] === 1) numbers[row] = values.numbers[next++] as number;
    }
    return { numbers };
  }
  const codes = new Int32Array(defined.length).fill(-1);
  for (let row = 0; row < defined.length; row += 1) {
    if (defined[row] === 1) codes[row] = values.codes[next++] as number;
  }
  return { codes, dictionary: values.dictionary };
}
