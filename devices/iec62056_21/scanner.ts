import { ACK, blockCheck, EOT, ETX, LF, NAK, SOH, STX } from './frames.ts';
import type { Option } from './frames.ts';

/** One message found in the stream. */
export type Message =
  /** `/…` CR LF: a request or an identification. */
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'option'; readonly option: Option }
  | { readonly kind: 'data'; readonly text: string; readonly checked: boolean; readonly more: boolean }
  | { readonly kind: 'command'; readonly command: string; readonly text: string | undefined; readonly checked: boolean }
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak' }
  /** A block outgrew its bound and was thrown away. */
  | { readonly kind: 'tooLong' };

/**
 * What may come next. `opening`: an ACK begins an option select message. `programming`: an ACK stands alone. `readout`: data
 * may come without STX, ETX and block check, as modes A and D allow; then it ends with `!` CR LF.
 */
export type Phase = 'opening' | 'programming' | 'readout';

export interface ScannerOptions {
  /** Default 65,536. */
  readonly blockBytesMax?: number;
  /**
   * Who handles the parity bit. `port` (default): the port, which is set to 7E1. `strip`: this side, because the carrier is
   * set to 8N1 and the parity comes in bit 8; it is checked and removed here. `either`: the octets of a carrier whose far
   * end may be set to either; bit 8 is removed, and only then checked if any octet has it.
   */
  readonly parity?: 'port' | 'strip' | 'either';
}

/** Finds messages in octets that arrive in chunks of any size, and skips what is none. Holds at most one block. */
export interface Scanner {
  push(bytes: Uint8Array): void;
  next(phase: Phase): Message | undefined;
  /** Gives the octets that were not looked at yet, for the protocol that takes over the line. */
  rest(): Uint8Array;
}

const LINE_BYTES_MAX = 80;
const BLOCK_BYTES_MAX = 65_536;
const OPTION_BYTES = 6;
const CR = 0x0d;
const EXCLAMATION = 0x21;
/** NUL, CR and LF. */
const LEADING: readonly number[] = [0, CR, LF];
/** Replaces an octet of wrong parity. A block check matches it only by chance, and no line may hold it. */
const SPOILT = 0x1a;

export function scanner(options: ScannerOptions = {}): Scanner {
  const blockBytesMax = options.blockBytesMax ?? BLOCK_BYTES_MAX;
  let held = new Uint8Array(256);
  let from = 0;
  let to = 0;
  /** How far a block was searched for its end, so that a long one is not searched again with every chunk. */
  let searched = 0;

  let hasParity = false;
  function octetOf(octet: number, parity: 'strip' | 'either'): number {
    hasParity ||= parity === 'strip' || octet > 0x7f;
    return hasParity ? stripped(octet) : octet;
  }

  function drop(count: number): undefined {
    from += count;
    searched = 0;
    return undefined;
  }

  function find(octets: readonly number[], start: number, limit = to): number {
    for (let at = start; at < Math.min(to, limit); at += 1) if (octets.includes(held[at]!)) return at;
    return -1;
  }

  const text = (start: number, end: number): string => Buffer.from(held.buffer, start, end - start).toString('latin1');

  /** Undefined: more octets are needed, or some were dropped and the search goes on. */
  function line(): Message | undefined {
    const limit = from + LINE_BYTES_MAX;
    const again = find([0x2f], from + 1, limit);
    const end = find([LF], from, limit);
    if (again >= 0 && (end < 0 || again < end)) return drop(again - from);
    if (end < 0) return to >= limit ? drop(1) : undefined;
    if (held[end - 1] !== 0x0d) return drop(1);
    const found = text(from, end + 1);
    drop(end + 1 - from);
    return { kind: 'line', text: found };
  }

  function option(): Message | undefined {
    const octets = held.subarray(from + 1, Math.min(to, from + OPTION_BYTES));
    const whole = text(from + 1, from + 1 + octets.length);
    if (!/^(?:[0-9](?:[0-9A-Z](?:[0-9A-Z](?:\r\n?)?)?)?)?$/.test(whole)) return drop(1);
    if (octets.length < OPTION_BYTES - 1) return undefined;
    drop(OPTION_BYTES);
    return { kind: 'option', option: { protocol: whole[0]!, baud: whole[1]!, mode: whole[2]! } };
  }

  function block(): Message | undefined {
    // A second start before the end means that the first was noise. (STX stands inside a command.)
    const stops = held[from] === STX ? [ETX, EOT, SOH, STX] : [ETX, EOT, SOH];
    const end = find(stops, Math.max(searched, from + 1));
    if (end >= 0 && (held[end] === SOH || held[end] === STX)) return drop(end - from);
    if (end < 0) {
      searched = to;
      if (to - from <= blockBytesMax) return undefined;
      drop(to - from);
      return { kind: 'tooLong' };
    }
    searched = end;
    if (end + 1 >= to) return undefined;
    const checked = blockCheck(held.subarray(from + 1, end + 1)) === held[end + 1];
    const [head, start, last] = [held[from], from + 1, held[end]];
    const body = text(start, end);
    drop(end + 2 - from);
    if (head === STX) return { kind: 'data', text: body, checked, more: last === EOT };
    const at = body.indexOf('\u0002');
    if (at < 0) return { kind: 'command', command: body, text: undefined, checked };
    return { kind: 'command', command: body.slice(0, at), text: body.slice(at + 1), checked };
  }

  /** Data without STX: everything up to `!` CR LF. Line ends and NULs before it are dropped. */
  function plainData(): Message | undefined {
    if (LEADING.includes(held[from]!)) return drop(1);
    let end = find([EXCLAMATION], Math.max(searched, from));
    while (end >= 0 && end + 2 < to && (held[end + 1] !== CR || held[end + 2] !== LF))
      end = find([EXCLAMATION], end + 1);
    if (end < 0 || end + 2 >= to) {
      searched = end < 0 ? to : end;
      if (to - from <= blockBytesMax) return undefined;
      drop(to - from);
      return { kind: 'tooLong' };
    }
    const body = text(from, end + 3);
    drop(end + 3 - from);
    return { kind: 'data', text: body, checked: !body.includes(String.fromCharCode(SPOILT)), more: false };
  }

  /** Tries the octet at `from`. A step that neither finds nor drops anything waits for more. */
  function step(phase: Phase): Message | undefined {
    if (phase === 'readout' && held[from] !== STX) return plainData();
    switch (held[from]) {
      case 0x2f:
        return line();
      case SOH:
      case STX:
        return block();
      case NAK:
        drop(1);
        return { kind: 'nak' };
      case ACK:
        if (phase === 'opening') return option();
        drop(1);
        return { kind: 'ack' };
      default:
        return drop(1);
    }
  }

  return {
    push(bytes) {
      if (from > 0) {
        held.copyWithin(0, from, to);
        to -= from;
        searched = Math.max(0, searched - from);
        from = 0;
      }
      // A flood longer than any message is cut here. The rest would have been dropped anyway.
      const kept = bytes.subarray(0, Math.max(0, 4 * blockBytesMax - to));
      if (to + kept.length > held.length) {
        const grown = new Uint8Array(Math.max(2 * held.length, to + kept.length));
        grown.set(held.subarray(0, to));
        held = grown;
      }
      const { parity = 'port' } = options;
      for (const octet of kept) held[to++] = parity === 'port' ? octet : octetOf(octet, parity);
    },
    next(phase) {
      while (from < to) {
        const before = from;
        const message = step(phase);
        if (message !== undefined) return message;
        if (from === before) return undefined;
      }
      return undefined;
    },
    rest() {
      const left = held.slice(from, to);
      drop(to - from);
      return left;
    },
  };
}

function stripped(octet: number): number {
  let ones = 0;
  for (let bits = octet; bits > 0; bits >>= 1) ones += bits & 1;
  return ones % 2 === 0 ? octet & 0x7f : SPOILT;
}

/** Sets bit 8 to even parity, for a carrier that is set to 8N1 while the meter speaks 7E1. */
export function withEvenParity(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (octet) => {
    let ones = 0;
    for (let bits = octet & 0x7f; bits > 0; bits >>= 1) ones += bits & 1;
    return (octet & 0x7f) | ((ones % 2) << 7);
  });
}
