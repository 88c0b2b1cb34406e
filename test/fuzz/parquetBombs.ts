import type { ColumnMetaData, FileMetaData, PageHeader, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { gzipSync } from 'node:zlib';
import { sampleSize } from '../sampleSize.ts';

// Parquet files that claim more than they hold. Each is a few kilobytes; read without care, each would take gigabytes
// or hours. All bombs sit in the first column of `attempts`.

const MAX = 0x7fff_ffff;

interface Bomb {
  readonly codec?: ColumnMetaData['codec'];
  readonly type?: ColumnMetaData['type'];
  readonly optional?: boolean;
  readonly rows?: bigint;
  readonly pages: readonly { readonly header: PageHeader; readonly body: Uint8Array }[];
  readonly meta?: Partial<ColumnMetaData>;
}

/** A file whose first column holds these pages. */
function fileOf(bomb: Bomb): Uint8Array {
  const out = new ByteWriter();
  out.appendUint32(0x31524150);
  for (const page of bomb.pages) {
    writePageHeader(out, page.header);
    out.appendBytes(page.body);
  }
  const rows = bomb.rows ?? 10n;
  const type = bomb.type ?? 'INT32';
  const names = ['installation_id', 'at', 'kind', 'outcome'];
  const element = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' });
  const first: SchemaElement = {
    name: 'installation_id',
    type,
    repetition_type: bomb.optional ? 'OPTIONAL' : 'REQUIRED',
  };
  const meta: ColumnMetaData = {
    type,
    encodings: ['PLAIN'],
    path_in_schema: ['installation_id'],
    codec: bomb.codec ?? 'UNCOMPRESSED',
    num_values: rows,
    total_uncompressed_size: BigInt(out.offset),
    total_compressed_size: BigInt(out.offset - 4),
    data_page_offset: 4n,
    ...bomb.meta,
  };
  const metadata: FileMetaData = {
    version: 2,
    created_by: 'bomb',
    schema: [{ name: 'attempts', num_children: 4 }, first, ...names.slice(1).map(element)],
    num_rows: rows,
    row_groups: [
      {
        columns: names.map((name) => ({
          file_offset: 4n,
          meta_data: { ...meta, type: name === 'installation_id' ? type : 'BYTE_ARRAY', path_in_schema: [name] },
        })),
        total_byte_size: 0n,
        num_rows: rows,
      },
    ],
    metadata_length: 0,
  };
  writeMetadata(out, metadata);
  out.appendUint32(0x31524150);
  return out.getBytes().slice();
}

function page(
  body: Uint8Array,
  claims: {
    readonly size?: number;
    readonly values?: number;
    readonly encoding?: 'PLAIN' | 'RLE_DICTIONARY' | 'DELTA_BINARY_PACKED' | 'DELTA_BYTE_ARRAY';
  },
): Bomb['pages'][number] {
  return {
    body,
    header: {
      type: 'DATA_PAGE',
      uncompressed_page_size: claims.size ?? body.length,
      compressed_page_size: body.length,
      data_page_header: {
        num_values: claims.values ?? 10,
        encoding: claims.encoding ?? 'PLAIN',
        definition_level_encoding: 'RLE',
        repetition_level_encoding: 'RLE',
      },
    },
  };
}

function dictionary(body: Uint8Array, values: number): Bomb['pages'][number] {
  return {
    body,
    header: {
      type: 'DICTIONARY_PAGE',
      uncompressed_page_size: body.length,
      compressed_page_size: body.length,
      dictionary_page_header: { num_values: values, encoding: 'PLAIN' },
    },
  };
}

function bytes(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.getBytes().slice();
}

/** A footer whose bytes are given as they are. */
function footer(body: Uint8Array): Uint8Array {
  return bytes((out) => {
    out.appendUint32(0x31524150);
    out.appendBytes(body);
    out.appendUint32(body.length);
    out.appendUint32(0x31524150);
  });
}

/** A Thrift list (field 2) of lists, each claiming 32 million elements: hyparquet alone makes room for them all. */
const NESTED_LISTS = bytes((out) => {
  out.appendUint8(0x29);
  for (let i = 0; i < 60; i += 1) {
    out.appendUint8(0xf9);
    out.appendVarInt(33_000_000);
  }
});

const NESTED_STRUCTS = new Uint8Array(200_000).fill(0x1c);

/** What a GZIP page inflates to: far beyond what is read. */
const INFLATED_BYTES = sampleSize('BOMB_BYTES', { whole: 500_000_000, part: 100_000_000 });

export const BOMBS: Readonly<Record<string, () => Uint8Array>> = {
  'a Snappy page that claims 2 GB': () =>
    fileOf({
      codec: 'SNAPPY',
      pages: [
        page(
          bytes((out) => out.appendVarInt(MAX)),
          { size: MAX },
        ),
      ],
    }),
  'a Snappy page that claims 60 MB': () =>
    fileOf({
      codec: 'SNAPPY',
      pages: [
        page(
          bytes((out) => out.appendVarInt(60_000_000)),
          { size: 60_000_000 },
        ),
      ],
    }),
  [`a GZIP page of ${INFLATED_BYTES / 1e6} MB`]: () => {
    const body = gzipSync(new Uint8Array(INFLATED_BYTES));
    return fileOf({ codec: 'GZIP', pages: [page(body, { size: INFLATED_BYTES })] });
  },
  [`a GZIP page of ${INFLATED_BYTES / 1e6} MB that claims 40 bytes`]: () => {
    return fileOf({ codec: 'GZIP', pages: [page(gzipSync(new Uint8Array(INFLATED_BYTES)), { size: 40 })] });
  },
  'a page of 2 billion values': () => fileOf({ rows: BigInt(MAX), pages: [page(new Uint8Array(8), { values: MAX })] }),
  'pages of 4 million values for ever': () =>
    fileOf({
      rows: 1n << 60n,
      optional: true,
      pages: [page(bytes((out) => { out.appendUint32(4); out.appendVarInt(8_000_000); out.appendUint8(0); }), { values: 4_000_000 })],
    }), // prettier-ignore
  'a run of 1 billion levels': () =>
    fileOf({
      optional: true,
      pages: [page(bytes((out) => { out.appendUint32(6); out.appendVarInt(MAX - 1); out.appendUint8(1); }), {})],
    }), // prettier-ignore
  'a dictionary of 2 billion values': () => fileOf({ pages: [dictionary(new Uint8Array(64), MAX)] }),
  'a run of 1 billion codes': () => {
    const codes = bytes((out) => { out.appendUint8(1); out.appendVarInt(MAX - 1); out.appendUint8(0); }); // prettier-ignore
    return fileOf({ pages: [dictionary(new Uint8Array(64), 10), page(codes, { encoding: 'RLE_DICTIONARY' })] });
  },
  'codes beyond the dictionary': () => {
    const codes = bytes((out) => { out.appendUint8(8); out.appendVarInt(20); out.appendUint8(200); }); // prettier-ignore
    return fileOf({ pages: [dictionary(new Uint8Array(64), 10), page(codes, { encoding: 'RLE_DICTIONARY' })] });
  },
  'a delta page of 2 billion blocks': () => {
    const body = bytes((out) => [MAX, MAX, 10, 0].forEach((value) => out.appendVarInt(value)));
    return fileOf({ pages: [page(body, { encoding: 'DELTA_BINARY_PACKED' })] });
  },
  'prefixes of 1 billion bytes': () => {
    const delta = (value: number): Uint8Array =>
      bytes((out) => {
        [128, 4, 10].forEach((n) => out.appendVarInt(n));
        out.appendZigZag(value);
        out.appendZigZag(0);
        out.appendUint32(0);
      });
    const body = Uint8Array.from([...delta(1_000_000_000), ...delta(1)]);
    return fileOf({ type: 'BYTE_ARRAY', pages: [page(body, { encoding: 'DELTA_BYTE_ARRAY' })] });
  },
  'a row group of 2^60 rows': () => fileOf({ rows: 1n << 60n, pages: [page(new Uint8Array(40), {})] }),
  'a column of minus one byte': () =>
    fileOf({ pages: [page(new Uint8Array(40), {})], meta: { total_compressed_size: -1n } }),
  'a column outside the file': () =>
    fileOf({ pages: [page(new Uint8Array(40), {})], meta: { data_page_offset: 1n << 40n } }),
  'fewer values than rows': () => fileOf({ rows: 500n, pages: [page(new Uint8Array(40), {})] }),
  'a footer of lists in lists': () => footer(NESTED_LISTS),
  'a footer of structures in structures': () => footer(NESTED_STRUCTS),
  'a footer of 4 GB': () => {
    const file = footer(new Uint8Array(16));
    new DataView(file.buffer).setUint32(file.length - 8, 0xffff_fff0, true);
    return file;
  },
};
