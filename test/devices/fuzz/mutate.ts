// What is done to bytes. Blind edits find the edges of a decoder; those that know what a length is get behind them.
import { concat } from '../../../devices/dlms/encoding/bytes.ts';
import type { Dice } from './dice.ts';

export type Corpus = readonly Uint8Array[];

/** Longer inputs than this come from floods, not from here. */
const BYTES_MAX = 1 << 17;
/** Tags, lengths and control characters that decoders branch on. */
const INTERESTING = [
  ...[0x00, 0x01, 0x02, 0x03, 0x04, 0x06, 0x09, 0x0a, 0x0d, 0x0e, 0x0f, 0x13, 0x15, 0x1a, 0x2f, 0x7e, 0x7f, 0x80],
  ...[0x81, 0x82, 0x84, 0xff, 0x60, 0x61, 0xbe, 0xc0, 0xc1, 0xc3, 0xc4, 0xc8, 0xd8, 0xdb],
];

/** Length fields that claim something: nothing, too much, more than any memory has, or a form that is not allowed. */
const CLAIMS: Corpus = [
  [0x00],
  [0x01],
  [0x7f],
  [0x80],
  [0x81, 0x80],
  [0x81, 0xff],
  [0x82, 0x01, 0x00],
  [0x82, 0xff, 0xff],
  [0x83, 0xff, 0xff, 0xff],
  [0x84, 0x00, 0x00, 0xff, 0xff],
  [0x84, 0x7f, 0xff, 0xff, 0xff],
  [0x84, 0xff, 0xff, 0xff, 0xff],
  [0x85, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff],
].map((claim) => Uint8Array.from(claim));

function replaced(bytes: Uint8Array, at: number, count: number, by: Uint8Array): Uint8Array {
  return concat(bytes.subarray(0, at), by, bytes.subarray(at + count));
}

type Edit = (dice: Dice, bytes: Uint8Array, others: Corpus) => Uint8Array;

const setByte =
  (value: (dice: Dice, before: number) => number): Edit =>
  (dice, bytes) => {
    const out = bytes.slice();
    const at = dice.below(out.length);
    out[at] = value(dice, out[at]!);
    return out;
  };

const insert: Edit = (dice, bytes) => {
  const added = dice.oneIn(2) ? Uint8Array.of(dice.pick(INTERESTING)) : dice.bytes(1 + dice.below(6));
  return replaced(bytes, dice.below(bytes.length + 1), 0, added);
};

const remove: Edit = (dice, bytes) =>
  replaced(bytes, dice.below(bytes.length), 1 + dice.below(dice.pick([1, 4, 32])), new Uint8Array(0));

const truncate: Edit = (dice, bytes) => bytes.slice(0, dice.below(bytes.length));

const splice: Edit = (dice, bytes, others) => {
  const other = dice.pick(others);
  return concat(bytes.subarray(0, dice.below(bytes.length + 1)), other.subarray(dice.below(other.length + 1)));
};

/** A part of it again and again: mostly a few times, now and then until it is long. */
const repeat: Edit = (dice, bytes) => {
  const at = dice.below(bytes.length);
  const part = bytes.subarray(at, at + 1 + dice.below(Math.min(64, bytes.length - at)));
  const room = Math.floor((BYTES_MAX - bytes.length) / part.length);
  const times = Math.max(1, Math.min(room, dice.oneIn(300) ? dice.below(1 << 14) : 1 + dice.below(8)));
  const run = new Uint8Array(part.length * times);
  for (let i = 0; i < times; i += 1) run.set(part, i * part.length);
  return replaced(bytes, at, 0, run);
};

/** Bytes that may be lengths, because as many follow; those that end where the input ends are likeliest. */
function lengthsIn(bytes: Uint8Array): { any: number[]; outer: number[] } {
  const any: number[] = [];
  const outer: number[] = [];
  for (let at = 0; at < bytes.length && at < 512; at += 1) {
    const end = at + 1 + bytes[at]!;
    if (end > bytes.length) continue;
    any.push(at);
    if (end === bytes.length) outer.push(at);
  }
  return { any, outer };
}

const claim: Edit = (dice, bytes) => {
  const { any, outer } = lengthsIn(bytes);
  const from = outer.length > 0 && dice.oneIn(2) ? outer : any;
  if (from.length === 0) return setByte(() => dice.pick(INTERESTING))(dice, bytes, []);
  const at = dice.pick(from);
  const near = (bytes[at]! + dice.pick([-2, -1, 1, 2])) & 0xff;
  return replaced(bytes, at, 1, dice.oneIn(3) ? Uint8Array.of(near) : dice.pick(CLAIMS));
};

/** Puts bytes into what a length covers and corrects that length and the ones around it, so that all still fits. */
const stretch: Edit = (dice, bytes) => {
  const { any } = lengthsIn(bytes);
  if (any.length === 0) return insert(dice, bytes, []);
  const at = dice.pick(any);
  const end = at + 1 + bytes[at]!;
  const added = dice.bytes(1 + dice.below(12));
  const out = replaced(bytes, at + 1 + dice.below(end - at), 0, added);
  for (const around of any) {
    const covers = around <= at && around + 1 + bytes[around]! >= end;
    if (covers && out[around]! + added.length < 0x80) out[around]! += added.length;
  }
  return out;
};

/** The same length in more bytes than it needs: allowed, and seldom met. */
const longForm: Edit = (dice, bytes) => {
  const { any } = lengthsIn(bytes);
  if (any.length === 0) return bytes;
  const at = dice.pick(any);
  const form = dice.pick([[0x81], [0x82, 0], [0x83, 0, 0], [0x84, 0, 0, 0]]);
  return replaced(bytes, at, 1, Uint8Array.of(...form, bytes[at]!));
};

/** Heads of what may hold another: array and structure of one, a compact array of arrays, a BER element. */
const HEADS: Corpus = [
  [0x01, 0x01],
  [0x02, 0x01],
  [0x02, 0x02, 0x00],
  [0x13, 0x01, 0x00, 0x01],
  [0x01, 0x00, 0x01],
  [0xa1, 0x80],
  [0x30],
].map((head) => Uint8Array.from(head));

const nest: Edit = (dice, bytes) => {
  const depth = dice.pick([1, 2, 15, 16, 17, 18, 400]);
  return replaced(bytes, dice.below(Math.min(bytes.length, 24) + 1), 0, repeated(dice.pick(HEADS), depth));
};

function repeated(part: Uint8Array, times: number): Uint8Array {
  return concat(...Array.from({ length: times }, () => part));
}

/** One row an edit; those that stand twice are twice as likely. */
const EDITS: readonly Edit[] = [
  setByte((dice) => dice.below(256)),
  setByte((dice, before) => before ^ (1 << dice.below(8))),
  setByte((dice) => dice.pick(INTERESTING)),
  setByte((dice) => dice.pick(INTERESTING)),
  insert,
  remove,
  truncate,
  splice,
  repeat,
  claim,
  claim,
  stretch,
  longForm,
  nest,
];

/** The bytes after one to four edits; never more than a bounded length. `others` are what it may be joined with. */
export function mutated(dice: Dice, bytes: Uint8Array, others: Corpus): Uint8Array {
  let out = bytes;
  for (let edits = 1 + dice.below(dice.pick([1, 1, 2, 4])); edits > 0; edits -= 1) {
    out = out.length === 0 ? dice.bytes(1 + dice.below(4)) : dice.pick(EDITS)(dice, out, others);
  }
  return out.subarray(0, BYTES_MAX);
}

/** The bytes in one to five portions, as a stream may bring them. */
export function portions(dice: Dice, bytes: Uint8Array): Uint8Array[] {
  const cuts = Array.from({ length: dice.below(5) }, () => dice.below(bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length));
}
