import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { MemberTable } from './memberTable.ts';

/** Columns of the file of a cell, in order, little-endian. */
const COLUMNS = [
  ['states', Float64Array],
  ['weight', Float64Array],
  ['change', Float64Array],
  ['lives', Int32Array],
  ['first', Int32Array],
  ['slot', Int32Array],
] as const;

const MAGIC = 'smets1-bench library cell 1';
const HEAD_BYTES_MAX = 1024;

/** A finished cell as the bytes of its file: a line of JSON, then its columns. The same cell gives the same bytes. */
export function memberBytes(key: string, table: MemberTable): Uint8Array {
  const columns = COLUMNS.map(([name]) => new Uint8Array(table[name].buffer, table[name].byteOffset, table[name].byteLength)); // prettier-ignore
  const body = joined(columns);
  const lengths = Object.fromEntries(COLUMNS.map(([name]) => [name, table[name].length]));
  const head = JSON.stringify({ magic: MAGIC, key, sha256: bytesToHex(sha256(body)), days: table.days, lengths });
  return joined([new TextEncoder().encode(`${head}\n`), body]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

interface Head {
  readonly magic: string;
  readonly key: string;
  readonly sha256: string;
  readonly days: number;
  readonly lengths: Readonly<Record<string, number>>;
}

/** Reads the file of a cell; undefined for everything that is not exactly this cell, such as a torn file. */
export function parseMember(bytes: Uint8Array, key: string): MemberTable | undefined {
  const end = bytes.subarray(0, HEAD_BYTES_MAX).indexOf(0x0a);
  if (end < 0) return undefined;
  const head = headOf(new TextDecoder().decode(bytes.subarray(0, end)));
  // A copy of its own: a view of a Buffer is not aligned for the columns.
  const body = Uint8Array.from(bytes.subarray(end + 1));
  if (head?.magic !== MAGIC || head.key !== key || head.sha256 !== bytesToHex(sha256(body))) return undefined;
  let at = 0;
  const columns = COLUMNS.map(([name, Column]) => {
    const length = head.lengths[name] as number;
    const column = new Column(body.buffer, at, length);
    at += column.byteLength;
    return [name, column];
  });
  return { days: head.days, ...(Object.fromEntries(columns) as unknown as Omit<MemberTable, 'days'>) };
}

function headOf(text: string): Head | undefined {
  try {
    return JSON.parse(text) as Head;
  } catch {
    return undefined;
  }
}
