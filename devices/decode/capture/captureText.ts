/** Reads captures that are text: a frame log of JSON lines, and lines of hexadecimal. */
import type { CaptureItem, PortionContext, TakeItem } from './capturePortion.ts';

const OF_BYTES = /"layer"\s*:\s*"bytes"/;

/** Reads a frame log. The same octets may be logged on two layers: then the framed one is taken. */
export function logItems(text: string, take: TakeItem): void {
  if (!OF_BYTES.test(text)) return eachLine(text, (line, number) => logItem(line, number, take));
  const items: CaptureItem[] = [];
  const framed = new Set<string>();
  eachLine(text, (line, number) =>
    logItem(line, number, (item) => {
      items.push(item);
      if ('layer' in item && item.layer !== undefined && item.layer !== 'bytes') framed.add(item.endpoint);
    }),
  );
  for (const item of items) {
    if (!('layer' in item && item.layer === 'bytes' && framed.has(item.endpoint))) take(item);
  }
}

const CARRIAGE_RETURN = 0x0d;

/** The lines, with their numbers from 1. Line ends are those of any system. */
function eachLine(text: string, take: (line: string, number: number) => void): void {
  let number = 0;
  for (let from = 0; from < text.length;) {
    const found = text.indexOf('\n', from);
    const end = found < 0 ? text.length : found;
    number += 1;
    if (end > from) take(text.slice(from, text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end), number);
    from = end + 1;
  }
}

function logItem(line: string, number: number, take: TakeItem): void {
  const record = jsonOf(line);
  if (record === undefined) {
    if (line.trim() !== '') take({ problem: `line ${number}: found other text, expected a JSON object` });
    return;
  }
  const { t, dir, layer, hex, note, endpoint, session } = record;
  // Lines without a frame describe the capture.
  if (hex === undefined && note === undefined) return;
  const bytes = bytesOfHex(typeof hex === 'string' ? hex : '');
  if (bytes === undefined) {
    return take({ problem: `line ${number}: found other text, expected pairs of hexadecimal digits` });
  }
  take({
    t: typeof t === 'string' ? t : undefined,
    dir: dir === 'c2s' || dir === 's2c' ? dir : undefined,
    endpoint: textOf(endpoint) || (textOf(session) && `session ${textOf(session)}`),
    bytes,
    layer: typeof layer === 'string' ? layer : undefined,
    note: typeof note === 'string' ? note : undefined,
    about: contextOf(record),
  });
}

/** What a line belongs to. Logs of other tools, and older ones, do not say. */
function contextOf({ kind, attempt, step }: Record<string, unknown>): PortionContext | undefined {
  if (kind === undefined && attempt === undefined && step === undefined) return undefined;
  return {
    kind: typeof kind === 'string' ? kind : undefined,
    attempt: typeof attempt === 'number' ? attempt : undefined,
    step: typeof step === 'string' ? step : undefined,
  };
}

/** A field as text; empty if it is neither text nor a number. */
function textOf(field: unknown): string {
  return typeof field === 'string' || typeof field === 'number' ? String(field) : '';
}

function jsonOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function bytesOfHex(text: string): Uint8Array | undefined {
  // Buffer.from stops at the first character that is no digit.
  const plain = Buffer.from(text, 'hex');
  if (plain.length * 2 === text.length) return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  const digits = text.replace(/0x|\\x|[\s:,;-]/gi, '');
  return digits.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(digits)
    ? new Uint8Array(Buffer.from(digits, 'hex'))
    : undefined;
}

/** A frame a line. `>` before it means client to server, `<` server to client; `#` begins a comment. */
export function hexItems(text: string, take: TakeItem): void {
  eachLine(text, (line, number) => {
    const found = /^\s*([<>]?)\s*([^#]*)/.exec(line)!;
    const digits = found[2]!.trim();
    if (digits === '') return;
    const bytes = bytesOfHex(digits);
    if (bytes === undefined) {
      return take({ problem: `line ${number}: found other text, expected pairs of hexadecimal digits` });
    }
    const dir = found[1] === '' ? undefined : found[1] === '>' ? 'c2s' : 's2c';
    take({ dir, endpoint: '', bytes, isAlone: true });
  });
}
