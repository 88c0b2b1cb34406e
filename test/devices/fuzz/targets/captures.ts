// Captures that somebody hands to `devices decode`: frame logs, hexadecimal, pcap and pcapng, whole and damaged.
import { decodeCapture, type DecodedLine, type DecodeOptions } from '../../../../devices/decode/decodeCapture.ts';
import { jsonText, lineJson } from '../../../../src/cli/devices/decodedLine.ts';
import { concat, toHex } from '../../../../devices/dlms/encoding/bytes.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import type { Direction } from '../../../../devices/transport/framePolicy.ts';
import { pcapConversation, pcapHeader } from '../../../../devices/transport/pcap.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { mutated } from '../mutate.ts';
import { type CaseLog, law, SESSION, type Target } from '../target.ts';

const FRAMES = [
  ...corpus.WRAPPED,
  ...corpus.FRAMES,
  ...corpus.NOTIFICATIONS,
  ...corpus.SHORT_NAMES,
  ...corpus.ACCESSES,
  ...corpus.GENERALS,
  ...corpus.CIPHERED,
];
const KEYS = Object.values(LAB_KEYS).map(toHex);
/** A line a frame, a few for what is none, and one for each octet at the most. */
const LINES_SPARED = 64;

type Framing = NonNullable<DecodeOptions['framing']>;
type Frame = readonly [Direction, Uint8Array];

const FORMS: Readonly<Record<string, (frames: readonly Frame[]) => Uint8Array>> = {
  log: (frames) => Buffer.from(frames.map(([dir, bytes]) => JSON.stringify({ t: '2022-01-10T10:00:00.000Z', dir, endpoint: 'tcp:x', layer: 'bytes', hex: toHex(bytes) })).join('\n')), // prettier-ignore
  framedLog: (frames) => Buffer.from(frames.map(([dir, bytes], i) => JSON.stringify({ t: `2022-01-10T10:00:0${i % 10}.000Z`, dir, endpoint: 'tcp:x', layer: dir === 'c2s' ? 'wrapper' : 'hdlc', hex: toHex(bytes), kind: 'migration', attempt: i >> 2, step: 'deviceState' })).join('\n')), // prettier-ignore
  hex: (frames) => Buffer.from(frames.map(([dir, bytes]) => `${dir === 'c2s' ? '>' : '<'} ${toHex(bytes)}`).join('\n')),
  pcap: (frames) => {
    const draw = pcapConversation({ serverPort: 4059, clientPort: 50_000 });
    return concat(pcapHeader(), ...frames.map(([dir, bytes], i) => draw(bytes, dir, i * 1000)));
  },
  pcapng: (frames) => {
    const draw = pcapConversation({ serverPort: 4059, clientPort: 50_000 });
    const section = Buffer.from('0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000', 'hex');
    const described = Buffer.from('010000001400000065000000ffff000014000000', 'hex');
    return concat(
      section,
      described,
      ...frames.map(([dir, bytes], i) => enhancedPacket(draw(bytes, dir, i).subarray(16))),
    );
  },
};

function enhancedPacket(packet: Uint8Array): Uint8Array {
  const padded = Math.ceil(packet.length / 4) * 4;
  const block = Buffer.alloc(32 + padded);
  block.writeUInt32LE(6, 0);
  block.writeUInt32LE(block.length, 4);
  block.writeUInt32LE(packet.length, 20);
  block.writeUInt32LE(packet.length, 24);
  block.set(packet, 28);
  block.writeUInt32LE(block.length, block.length - 4);
  return block;
}

function captureCase(dice: Dice, log: CaseLog): void {
  const frames = Array.from({ length: 1 + dice.below(12) }, (): Frame => [
    dice.pick(['c2s', 's2c']),
    dice.pick(FRAMES),
  ]);
  const form = dice.pick(Object.keys(FORMS));
  const whole = FORMS[form]!(frames);
  const bytes = dice.oneIn(8) ? log.given(whole) : log.input(mutated(dice, whole, FRAMES));
  const framing: Framing = dice.pick(['auto', 'auto', 'wrapper', 'hdlc', '62056-21', 'mqtt']);
  const lines = decodeCapture(bytes, { framing, keys: [LAB_KEYS] });
  if (dice.oneIn(4)) sameOtherwise(bytes, framing, lines);
  law(lines.length <= bytes.length + LINES_SPARED, 'a capture has no more lines than octets');
  const text = JSON.stringify(lines).toUpperCase();
  for (const key of KEYS) law(!text.includes(key) || holds(bytes, key), 'no key that was given is in a line');
  log.reach(lines.some(({ isDamage }) => isDamage) ? `${form} with damage` : lines.length === 0 ? 'nothing' : form);
  if (lines.some(({ link, isDamage }) => link !== '' && !isDamage)) log.reach('frame');
}

/** Lines of a log are read by their shape, and trees are written as they are decoded: both only save time. */
function sameOtherwise(bytes: Uint8Array, framing: Framing, lines: readonly DecodedLine[]): void {
  const written = decodeCapture(bytes, { framing, keys: [LAB_KEYS], trees: 'decoded' }).map(jsonText);
  law(sameTexts(written, lines), 'a tree is written as its plain form is');
  // What holds a NUL is no text.
  if (bytes[0] !== BRACE || bytes.includes(0)) return;
  // A line that begins with a space is none of the bench, and is read as JSON.
  const spaced = Buffer.from(Buffer.from(bytes).toString('utf8').split('\n').map((line) => ` ${line}`).join('\n')); // prettier-ignore
  law(sameTexts(written, decodeCapture(spaced, { framing, keys: [LAB_KEYS] })), 'a line is read as JSON reads it');
}

const BRACE = 0x7b;

function sameTexts(written: readonly string[], lines: readonly DecodedLine[]): boolean {
  return written.join('\n') === lines.map((line) => JSON.stringify(lineJson(line))).join('\n');
}

/** True if the capture itself shows the octets of a key, as one of published vectors may. */
function holds(bytes: Uint8Array, key: string): boolean {
  return toHex(bytes).includes(key) || Buffer.from(bytes).toString('latin1').toUpperCase().includes(key);
}

export const CAPTURE_TARGET: Target = {
  name: 'captures',
  share: 2,
  known: ['log', 'framedLog', 'framedLog with damage', 'hex', 'pcap', 'pcapng', 'log with damage', 'hex with damage', 'pcap with damage', 'pcapng with damage', 'frame', 'nothing'], // prettier-ignore
  allowance: SESSION,
  run: captureCase,
};
