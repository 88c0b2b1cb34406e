// What finds frames in a stream, and what hides keys in the log of one.
import { encodeRequest } from '../../../../devices/dlms/apdu/apduRequest.ts';
import { concat, NO_BYTES, toHex } from '../../../../devices/dlms/encoding/bytes.ts';
import { FRAME_BYTES_MAX, HdlcParser } from '../../../../devices/dlms/framing/hdlcFrame.ts';
import { bytesOf, membersOf } from '../../../../devices/dlms/encoding/values.ts';
import { WrapperParser } from '../../../../devices/dlms/framing/wrapper.ts';
import { frameLog } from '../../../../devices/transport/tap.ts';
import { virtualTimers } from '../../../../devices/transport/timers.ts';
import { NOW } from '../../dlms/harness.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { mutatedHdlc, mutatedWrapper } from '../frames.ts';
import { mutated, portions } from '../mutate.ts';
import { KEY_TRANSFER, KEY_TRANSFERS } from '../requests.ts';
import { type CaseLog, DECODER, law, SESSION, type Target } from '../target.ts';

/** Silence after which a begun frame is given up. */
const SILENCE_SECONDS = 7;

function hdlcCase(dice: Dice, log: CaseLog): void {
  const parser = new HdlcParser();
  let at = NOW;
  for (let step = 1 + dice.below(4); step > 0; step -= 1) {
    const base = dice.pick(corpus.FRAMES);
    const bytes = dice.oneIn(3) ? log.given(base) : log.input(mutatedHdlc(dice, base, corpus.FRAMES));
    const { discarded } = parser;
    at += dice.oneIn(10) ? SILENCE_SECONDS : dice.below(3);
    const frames = portions(dice, bytes).flatMap((part) => parser.receive(part, at));
    law(parser.pendingBytes <= FRAME_BYTES_MAX + 2, 'at most one frame is kept');
    if (frames.length > 0) log.reach(frames.length > 1 ? 'frames' : 'frame');
    if (parser.discarded > discarded) log.reach('discarded');
    if (parser.pendingBytes > 0) log.reach('waits for the rest');
  }
  law(parser.receive(corpus.FRAMES[0]!, at + SILENCE_SECONDS).length === 1, 'after silence a true frame is found');
}

function wrapperCase(dice: Dice, log: CaseLog): void {
  const apduBytesMax = dice.pick([0xffff, 2000]);
  const parser = new WrapperParser({ apduBytesMax });
  for (let step = 1 + dice.below(4); step > 0; step -= 1) {
    const base = dice.pick(corpus.WRAPPED);
    const bytes = dice.oneIn(3) ? log.given(base) : log.input(mutatedWrapper(dice, base));
    const { discardedBytes } = parser;
    const pdus = portions(dice, bytes).flatMap((part) => parser.receive(part));
    law(parser.pendingBytes < 8 + apduBytesMax, 'at most one PDU is kept');
    if (pdus.length > 0) log.reach(pdus.length > 1 ? 'PDUs' : 'PDU');
    if (pdus.some(({ apdu }) => apdu.length === 0)) log.reach('empty PDU');
    if (parser.discardedBytes > discardedBytes) log.reach('discarded');
    if (parser.pendingBytes > 0) log.reach('waits for the rest');
  }
}

const WRAPPED_HEX = KEY_TRANSFERS.flatMap((parameter) => membersOf(parameter) ?? []).map((item) =>
  toHex(bytesOf(membersOf(item)?.[1]) ?? NO_BYTES),
);
/** A request to read the same attribute carries no key. */
const HEAD = /(?<!C001..)004000002B00..FF02/;

function logCase(dice: Dice, log: CaseLog): void {
  let lines = '';
  const captured: Uint8Array[] = [];
  const frames = frameLog({
    timers: virtualTimers(NOW * 1000),
    lines: (text) => (lines += text),
    pcap: (bytes) => captured.push(bytes),
  });
  const parameter = dice.pick(KEY_TRANSFERS);
  const transfer = encodeRequest({ kind: 'actionNormal', invoke: 0xc1, method: KEY_TRANSFER, parameter });
  const whole = log.input(mutated(dice, concat(dice.pick(corpus.REQUEST_APDUS), transfer), corpus.RESPONSE_APDUS));
  for (const bytes of portions(dice, whole)) {
    if (bytes.length > 0) frames.record({ dir: 'c2s', endpoint: 'fuzz', layer: 'bytes', bytes });
  }
  const records = lines
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { hex: string });
  const recorded = records.map(({ hex }) => hex.toUpperCase()).join('');
  law(recorded.length === whole.length * 2, 'every octet is recorded, hidden or not');
  const given = toHex(whole);
  const head = given.match(HEAD);
  for (const hex of WRAPPED_HEX) {
    // Nibbles are no octets, and what stands far behind the head is not of it.
    const at = head === null ? -1 : given.indexOf(hex, head.index);
    if (at < 0 || at % 2 !== 0 || head!.index! % 2 !== 0 || at - head!.index! > 200) continue;
    law(recorded.slice(at, at + hex.length) !== hex, 'a wrapped key is hidden');
  }
  const capture = toHex(Buffer.concat(captured));
  law(
    recorded.length > 2 * 60_000 || recorded.length === 0 || capture.length > recorded.length,
    'the capture holds it',
  );
  log.reach(lines.includes('masked') ? 'masked' : 'in clear');
}

export const PARSER_TARGETS: readonly Target[] = [
  {
    ...{ name: 'hdlcParser', share: 8, allowance: DECODER, run: hdlcCase },
    known: ['frame', 'frames', 'discarded', 'waits for the rest'],
  },
  {
    ...{ name: 'wrapperParser', share: 5, allowance: { ...DECODER, bytes: 1 << 19 }, run: wrapperCase },
    known: ['PDU', 'PDUs', 'empty PDU', 'discarded', 'waits for the rest'],
  },
  { name: 'frameLog', share: 1, allowance: SESSION, run: logCase, known: ['masked', 'in clear'] },
];
