import { Writable } from 'node:stream';
import { obis } from '../../../devices/cosem/object.ts';
import { decodeEach } from '../../../devices/decode/decodeCapture.ts';
import { roleOf } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeRequest, encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { decodeResponse, encodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { concat, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { controlI, LLC_COMMAND, LLC_RESPONSE } from '../../../devices/dlms/framing/hdlcControl.ts';
import { decodeFrame, encodeFrame, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { encodeWrapper, WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import { pcapConversation, pcapHeader } from '../../../devices/transport/pcap.ts';
import type { Direction } from '../../../devices/transport/framePolicy.ts';
import { LineWriter } from '../../../src/cli/devices/decodedLine.ts';
import { rates } from '../measure.ts';
import { figure, printGoal, printTable } from '../print.ts';
import type { Sizes } from '../sizes.ts';

/** Everything around the codecs may cost as much again: the file, the conversations, the words, the output. */
const RATIO_LEAST = 0.5;
const EXCHANGES = 4000;
const ROUNDS = 8;
const LLC_BYTES = 3;
const OBJECTS = ['1.0.1.8.0.255', '1.0.2.8.0.255', '1.0.32.7.0.255', '1.0.1.7.0.255'].map(obis);

interface Sent {
  readonly dir: Direction;
  readonly apdu: Uint8Array;
}

/** Reads of four registers, each with a value of its own. */
function conversation(exchanges: number): readonly Sent[] {
  return Array.from({ length: exchanges }, (_, i): Sent[] => {
    const attribute = { classId: 3, ln: OBJECTS[i % OBJECTS.length]!, id: 2 };
    const data = { type: 'doubleLongUnsigned', value: 25_282_784 + i * 7 } as const;
    return [
      { dir: 'c2s', apdu: encodeRequest({ kind: 'getNormal', invoke: 0xc1, request: { attribute } }) },
      { dir: 's2c', apdu: encodeResponse({ kind: 'getNormal', invoke: 0xc1, result: { ok: true, data } }) },
    ];
  }).flat();
}

const wrapped = ({ dir, apdu }: Sent): Uint8Array =>
  encodeWrapper({ source: dir === 'c2s' ? 16 : 1, destination: dir === 'c2s' ? 1 : 16, apdu });

function framed({ dir, apdu }: Sent, i: number): Uint8Array {
  const [client, server] = [shortAddress(16), shortAddress(1)];
  const ends = dir === 'c2s' ? { source: client, destination: server } : { source: server, destination: client };
  const information = concat(dir === 'c2s' ? LLC_COMMAND : LLC_RESPONSE, apdu);
  return encodeFrame({ ...ends, control: controlI((i >> 1) & 7, (i >> 1) & 7, true), segmented: false, information });
}

function pcapOf(frames: readonly Uint8Array[], sent: readonly Sent[]): Uint8Array {
  const draw = pcapConversation({ serverPort: 4059, clientPort: 50_000 });
  return concat(pcapHeader(), ...frames.map((bytes, i) => draw(bytes, sent[i]!.dir, i)));
}

function logOf(frames: readonly Uint8Array[], sent: readonly Sent[], layer: string): Uint8Array {
  const t = (i: number): string => new Date(i * 250).toISOString();
  return Buffer.from(
    frames
      .map((bytes, i) =>
        JSON.stringify({
          t: t(i),
          dir: sent[i]!.dir,
          endpoint: 'tcp:127.0.0.1:4059',
          layer,
          hex: toHex(bytes).toLowerCase(),
        }),
      ) // prettier-ignore
      .join('\n'),
  );
}

let read = 0;

function decodeApdu(apdu: Uint8Array): void {
  const decoded = roleOf(apdu) === 'request' ? decodeRequest(apdu) : decodeResponse(apdu);
  read += decoded.ok ? 1 : 0;
}

/** The codecs alone, over the same frames: a parser for each direction, request or response, value. */
function bareWrapper(frames: readonly Uint8Array[], sent: readonly Sent[]): void {
  const parsers = { c2s: new WrapperParser(), s2c: new WrapperParser() };
  for (const [i, bytes] of frames.entries()) {
    for (const { apdu } of parsers[sent[i]!.dir].receive(bytes)) decodeApdu(apdu);
  }
}

function bareHdlc(frames: readonly Uint8Array[]): void {
  for (const bytes of frames) {
    const frame = decodeFrame(bytes);
    if (frame.ok) decodeApdu(frame.value.information.subarray(LLC_BYTES));
  }
}

/** What the command does with a capture, with its lines written to nowhere. */
function words(capture: Uint8Array, format: 'text' | 'json'): void {
  const nowhere = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      done();
    },
  });
  const writer = new LineWriter(nowhere, format);
  decodeEach(capture, { trees: format === 'json' ? 'decoded' : 'none' }, (line) => writer.write(line));
  writer.flush();
}

/** `devices decode`, from the octets of a file to the text that is written, beside the bare codecs on the same frames. */
export async function decodingBenchmark({ quick }: Sizes): Promise<boolean> {
  const sent = conversation(quick ? EXCHANGES / 20 : EXCHANGES);
  const [pdus, frames] = [sent.map(wrapped), sent.map(framed)];
  const items = sent.length;
  const kinds = [
    { name: 'pcap, wrapper', capture: pcapOf(pdus, sent), bare: () => bareWrapper(pdus, sent) },
    { name: 'pcap, HDLC', capture: pcapOf(frames, sent), bare: () => bareHdlc(frames) },
    { name: 'frame log, wrapper', capture: logOf(pdus, sent, 'wrapper'), bare: () => bareWrapper(pdus, sent) },
    { name: 'frame log, HDLC', capture: logOf(frames, sent, 'hdlc'), bare: () => bareHdlc(frames) },
  ];
  const measured = await rates(
    kinds.flatMap(({ name, capture, bare }) => [
      { name: `${name}: bare codecs`, items, run: bare },
      { name: `${name}: text`, items, run: () => words(capture, 'text') },
      { name: `${name}: json`, items, run: () => words(capture, 'json') },
    ]),
    quick ? 1 : ROUNDS,
  );
  const rate = (i: number): number => measured[i]!.processor;
  const ratios = kinds.map((_, i) => [rate(i * 3 + 1) / rate(i * 3), rate(i * 3 + 2) / rate(i * 3)] as const);
  printTable(
    [`frames per second of processor time, of ${items}`, 'bare codecs', 'text', 'ratio', 'json', 'ratio'],
    kinds.map(({ name }, i) => [name, ...[0, 1].map((k) => Math.round(rate(i * 3 + k)).toString()), figure(ratios[i]![0]), Math.round(rate(i * 3 + 2)).toString(), figure(ratios[i]![1])]), // prettier-ignore
  );
  if (read === 0) throw new Error('nothing was decoded');
  return printGoal({ what: 'devices decode', found: ratios[0]![0], atLeast: RATIO_LEAST, unit: 'x the bare codecs', quick }); // prettier-ignore
}
