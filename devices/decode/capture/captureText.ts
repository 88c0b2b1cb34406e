/** Reads captures that are text: a frame log of JSON lines, and lines of hexadecimal. */
import { NO_BYTES } from '../../dlms/encoding/bytes.ts';
import type { CaptureItem, Portion, PortionContext, TakeItem } from './capturePortion.ts';

const OF_BYTES = /"layer"\s*:\s*"bytes"/;

/** Reads a frame log. The same octets may be logged on two layers: then the framed one is taken. */
export function logItems(text: string, take: TakeItem): void {
  const lines = new LogLines(text);
  if (!OF_BYTES.test(text)) return lines.each(take);
  const items: CaptureItem[] = [];
  const framed = new Set<string>();
  lines.each((item) => {
    items.push(item);
    if ('layer' in item && item.layer !== undefined && item.layer !== 'bytes') framed.add(item.endpoint);
  });
  for (const item of items) {
    if (!('layer' in item && item.layer === 'bytes' && framed.has(item.endpoint))) take(item);
  }
}

/** How the bench begins a line of its log. */
const BEGIN = '{"t":"';
const HEX = '"hex":"';
/** What makes a part of a line more than plain text: escapes, control characters. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const ODD = /[\\\u0000-\u001f]/;
/** Shapes that may be learnt before one of them comes again: in some logs every line has one of its own. */
const CREDIT = 64;
/** Line shapes that are remembered: directions and steps of the conversations that are under way. */
const SHAPES_MAX = 8;
/** Digits of the longest frame that is read without the help of `Buffer`, and octets that are set aside at once. */
const DIGITS_MAX = 512;
const ROOM_BYTES = 1 << 14;

/** All of a line but its time and its octets. Nearly every line is of the same few. */
interface Shape {
  readonly middle: string;
  readonly end: string;
  readonly item: Omit<Portion, 't' | 'bytes'>;
}

/**
 * The lines of a log. A line as the bench writes it, of a known shape, is read without making an object of its JSON, which
 * would cost as much as to decode its frame. Any other line is read as JSON.
 */
class LogLines {
  private readonly text: string;
  private readonly shapes: Shape[] = [];
  private room = new Uint8Array(ROOM_BYTES);
  private used = 0;
  private credit = CREDIT;

  constructor(text: string) {
    this.text = text;
  }

  each(take: TakeItem): void {
    eachLine(this.text, (from, to, number) => {
      if (this.known(from, to, take)) return;
      const line = this.text.slice(from, to);
      logItem(line, number, take);
      this.learn(line);
    });
  }

  /** Hands on a line of a known shape. */
  private known(from: number, to: number, take: TakeItem): boolean {
    const { text } = this;
    if (!text.startsWith(BEGIN, from)) return false;
    const timeAt = from + BEGIN.length;
    const timeEnd = text.indexOf('"', timeAt);
    if (timeEnd < 0 || timeEnd >= to) return false;
    for (const { middle, end, item } of this.shapes) {
      const hexEnd = to - end.length;
      const hexAt = timeEnd + middle.length;
      if (hexAt > hexEnd || !text.startsWith(middle, timeEnd) || !text.startsWith(end, hexEnd)) continue;
      const bytes = this.octets(hexAt, hexEnd);
      if (bytes === undefined) return false;
      const t = text.slice(timeAt, timeEnd);
      // Escapes, and what no JSON text may hold, are for JSON to read.
      if (ODD.test(t)) return false;
      this.credit = Math.min(CREDIT, this.credit + 1);
      const { dir, endpoint, layer, note, about } = item;
      take({ t, dir, endpoint, bytes, layer, note, about });
      return true;
    }
    return false;
  }

  /** Remembers the shape of a line that JSON has read, if the line holds nothing twice. */
  private learn(line: string): void {
    const timeEnd = line.indexOf('"', BEGIN.length);
    const hexAt = line.indexOf(HEX, timeEnd) + HEX.length;
    const hexEnd = line.indexOf('"', hexAt);
    if (!line.startsWith(BEGIN) || timeEnd < 0 || hexAt < HEX.length || hexEnd < 0) return;
    const [middle, end] = [line.slice(timeEnd, hexAt), line.slice(hexEnd)];
    // A name that stands twice, or that is written with escapes, is for JSON to read.
    if (ODD.test(middle) || ODD.test(end) || end.includes('"hex"') || line.includes('"t"', BEGIN.length)) return;
    if (this.shapes.some((shape) => shape.middle === middle && shape.end === end)) return;
    this.credit -= 1;
    if (this.credit < 0) return;
    const record = jsonOf(`${BEGIN}${middle}${end}`);
    if (record?.['t'] !== '' || record['hex'] !== '') return;
    const { bytes: _, t: __, ...item } = portionOf(record, NO_BYTES);
    this.shapes.unshift({ middle, end, item });
    if (this.shapes.length > SHAPES_MAX) this.shapes.pop();
  }

  /** Reads pairs of hexadecimal digits; undefined if there is anything else. */
  private octets(from: number, to: number): Uint8Array | undefined {
    const digits = to - from;
    if (digits > DIGITS_MAX || digits % 2 !== 0) return undefined;
    if (this.used + digits / 2 > ROOM_BYTES) {
      this.room = new Uint8Array(ROOM_BYTES);
      this.used = 0;
    }
    const { text, room } = this;
    let at = this.used;
    for (let i = from; i < to; i += 2) {
      const octet = ((NIBBLES[text.charCodeAt(i)] ?? -1) << 4) | (NIBBLES[text.charCodeAt(i + 1)] ?? -1);
      if (octet < 0) return undefined;
      room[at++] = octet;
    }
    const octets = room.subarray(this.used, at);
    this.used = at;
    return octets;
  }
}

/** The value of a hexadecimal digit by its character code; -1 for any other character. */
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) => {
  const value = parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? -1 : value;
});

const CARRIAGE_RETURN = 0x0d;

/** The places of the lines, with their numbers from 1. Line ends are those of any system. */
function eachLine(text: string, take: (from: number, to: number, number: number) => void): void {
  let number = 0;
  for (let from = 0; from < text.length;) {
    const found = text.indexOf('\n', from);
    const end = found < 0 ? text.length : found;
    number += 1;
    if (end > from) take(from, text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end, number);
    from = end + 1;
  }
}

function logItem(line: string, number: number, take: TakeItem): void {
  const record = jsonOf(line);
  if (record === undefined) {
    if (line.trim() !== '') take({ problem: `line ${number}: found other text, expected a JSON object` });
    return;
  }
  const { hex, note } = record;
  // Lines without a frame describe the capture.
  if (hex === undefined && note === undefined) return;
  const bytes = bytesOfHex(typeof hex === 'string' ? hex : '');
  if (bytes === undefined) {
    return take({ problem: `line ${number}: found other text, expected pairs of hexadecimal digits` });
  }
  take(portionOf(record, bytes));
}

function portionOf(record: Record<string, unknown>, bytes: Uint8Array): Portion {
  const { t, dir, layer, note, endpoint, session } = record;
  return {
    t: typeof t === 'string' ? t : undefined,
    dir: dir === 'c2s' || dir === 's2c' ? dir : undefined,
    endpoint: textOf(endpoint) || (textOf(session) && `session ${textOf(session)}`),
    bytes,
    layer: typeof layer === 'string' ? layer : undefined,
    note: typeof note === 'string' ? note : undefined,
    about: contextOf(record),
  };
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
  eachLine(text, (from, to, number) => {
    const found = /^\s*([<>]?)\s*([^#]*)/.exec(text.slice(from, to))!;
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
