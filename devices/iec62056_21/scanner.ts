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

/** Whether an ACK stands alone (programming) or begins an option select message (opening). */
export type Phase = 'opening' | 'programming';

export interface ScannerOptions {
  /** Default 65,536. */
  readonly blockBytesMax?: number;
  /**
   * Whether parity is checked by the port (7E1, default), or octets come with it in bit 8 from a carrier that is set to
   * 8N1; then it is checked and taken off here.
   */
  readonly parity?: 'port' | 'strip';
}

/** Finds messages in octets that arrive in any chunks, skipping what is none. Holds at most one block. */
export interface Scanner {
  push(bytes: Uint8Array): void;
  next(phase: Phase): Message | undefined;
  /** Hands over what was not looked at yet, for the protocol that takes the line over. */
  rest(): Uint8Array;
}

const LINE_BYTES_MAX = 80;
const BLOCK_BYTES_MAX = 65_536;
const OPTION_BYTES = 6;
/** Stands for an octet with wrong parity: no block check can match it but by chance, no line may hold it. */
const SPOILT = 0x1a;

export function scanner(options: ScannerOptions = {}): Scanner {
  const blockBytesMax = options.blockBytesMax ?? BLOCK_BYTES_MAX;
  let held = new Uint8Array(256);
  let from = 0;
  let to = 0;
  /** How far a block was searched for its end, so that a long one is not searched again at every chunk. */
  let searched = 0;

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

  /** Undefined: wait for more, or something was dropped and the search goes on. */
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
    // A second beginning before the end means that the first was noise. (STX stands inside a command.)
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

  /** Tries the octet at `from`; a step that neither found nor dropped anything waits for more. */
  function step(phase: Phase): Message | undefined {
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
      // A flood beyond any message is cut here; what is lost of it would have been dropped anyway.
      const kept = bytes.subarray(0, Math.max(0, 4 * blockBytesMax - to));
      if (to + kept.length > held.length) {
        const grown = new Uint8Array(Math.max(2 * held.length, to + kept.length));
        grown.set(held.subarray(0, to));
        held = grown;
      }
      for (const octet of kept) held[to++] = options.parity === 'strip' ? stripped(octet) : octet;
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

/** Sets bit 8 for even parity, for a carrier that is set to 8N1 where the meter speaks 7E1. */
export function withEvenParity(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (octet) => {
    let ones = 0;
    for (let bits = octet & 0x7f; bits > 0; bits >>= 1) ones += bits & 1;
    return (octet & 0x7f) | ((ones % 2) << 7);
  });
}
