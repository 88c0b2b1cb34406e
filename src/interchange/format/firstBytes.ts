/**
 * Recognises a file by its first bytes, whatever its name says. Each answer states what was found and how to mend it. A
 * habit of a spreadsheet or a database is thus reported by its name and not as a wrong header.
 */
import type { Format } from './formats.ts';

/** The content that was found instead, and the advice on how to mend it. */
export interface WrongContent {
  readonly found: string;
  readonly expected: string;
}

/** The number of bytes to read. It is enough for every mark below. */
export const FIRST_BYTES = 64;

export function isGzip(head: Uint8Array): boolean {
  return startsWith(head, [0x1f, 0x8b]);
}

/** The reason why a file cannot be read in this format, by its first bytes; undefined if none is found. */
export function wrongContent(head: Uint8Array, format: Exclude<Format, 'parquet'>): WrongContent | undefined {
  const row = MARKS.find(({ bytes }) => startsWith(head, bytes));
  if (row !== undefined) return { found: row.found, expected: row.expected };
  if (isWide(head)) return UTF16;
  const first = firstCharacter(head);
  if (format === 'csv' && (first === '{' || first === '[')) {
    return { found: 'JSON', expected: 'CSV; name the file .ndjson, or say --format ndjson' };
  }
  return undefined;
}

const UTF16: WrongContent = {
  found: 'text in UTF-16',
  expected: 'UTF-8: save it as "CSV UTF-8", or convert it with iconv -f UTF-16 -t UTF-8',
};

const MARKS: readonly (WrongContent & { readonly bytes: readonly number[] })[] = [
  { ...UTF16, bytes: [0xff, 0xfe] },
  { ...UTF16, bytes: [0xfe, 0xff] },
  {
    bytes: [0x50, 0x41, 0x52, 0x31],
    found: 'a Parquet file',
    expected: 'text; name the file .parquet, or say --format parquet',
  },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    found: 'a ZIP archive or an Excel workbook',
    expected: 'text: save the sheet as "CSV UTF-8", or unpack the archive',
  },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0],
    found: 'an old Excel workbook',
    expected: 'text: save the sheet as "CSV UTF-8"',
  },
  {
    bytes: [0x28, 0xb5, 0x2f, 0xfd],
    found: 'a file compressed by zstd',
    expected: 'plain text or gzip: unpack it with zstd -d',
  },
  {
    bytes: [0x42, 0x5a, 0x68],
    found: 'a file compressed by bzip2',
    expected: 'plain text or gzip: unpack it with bunzip2',
  },
  {
    bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    found: 'a file compressed by xz',
    expected: 'plain text or gzip: unpack it',
  },
];

function startsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return head.length >= bytes.length && bytes.every((byte, i) => head[i] === byte);
}

/** True if the text is UTF-16 without a mark: every other byte of Latin text is zero. */
function isWide(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const zeros = [0, 0];
  const pairs = Math.floor(head.length / 2);
  for (let i = 0; i < pairs * 2; i += 1) if (head[i] === 0) zeros[i % 2] = (zeros[i % 2] as number) + 1;
  return Math.max(...zeros) > pairs * 0.7 && Math.min(...zeros) < pairs * 0.3;
}

function firstCharacter(head: Uint8Array): string {
  return new TextDecoder('utf-8').decode(head).trimStart().charAt(0);
}

/**
 * The reason why a first line is no header with commas: another separator, or a line that a spreadsheet puts before the
 * header.
 */
export function wrongSeparator(header: string): WrongContent | undefined {
  if (/^sep=.?$/i.test(header)) {
    return { found: 'a line "sep=" before the header', expected: 'the header as the first line, and commas' };
  }
  const separator = SEPARATORS.find(({ character }) => header.includes(character));
  if (separator === undefined || header.includes(',')) return undefined;
  return {
    found: `fields separated by ${separator.name}`,
    expected: 'commas: export the file with a comma as separator (in a spreadsheet: "CSV UTF-8, comma delimited")',
  };
}

const SEPARATORS = [
  { character: ';', name: 'semicolons' },
  { character: '\t', name: 'tabs' },
  { character: '|', name: 'bars' },
] as const;
