/** Writes one column chunk of a Parquet file: its pages, with the exported page encoder of hyparquet-writer. */
import type { ColumnChunk, CompressionCodec, Encoding, SchemaElement, Statistics } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

/** The values of a column in one row group, encoded. */
interface ChunkPage {
  readonly data: Uint8Array;
  readonly rows: number;
  /** The rows that have a value; null for a column that is never null. */
  readonly nulls: { readonly defined: Uint8Array; readonly count: number } | null;
  readonly encoding: Encoding;
  readonly statistics: Statistics;
  /** The texts that the data name by number. A whole number stands for its digits. Default: there is no dictionary. */
  readonly dictionary?: readonly (string | number)[];
}

/** Writes one column chunk: a dictionary page if there is one, and a single data page (version 2). */
export function writeChunk(out: ByteWriter, element: SchemaElement, page: ChunkPage): ColumnChunk {
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
