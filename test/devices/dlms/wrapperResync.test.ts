/** A wrapper stream in which something stands that is no header of version 1. */
import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { encodeWrapper, type SkippedBytes, skippedText, WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { NOW } from './harness.ts';

const GET = fromHex('C001C1000100002A0000FF0200');
const AARQ = fromHex('601DA109060760857405080101BE10040E01000000065F1F0400101CFFFFFF');
const good = (apdu: Uint8Array): Uint8Array => encodeWrapper({ source: 16, destination: 1, apdu });
const version = (number: string, apdu: Uint8Array): Uint8Array => concat(fromHex(number), good(apdu).subarray(2));

function parsed(stream: Uint8Array, portion: number) {
  const skipped: SkippedBytes[] = [];
  const parser = new WrapperParser({ onSkipped: (one) => skipped.push(one) });
  const apdus: string[] = [];
  for (let at = 0; at < stream.length; at += portion) {
    for (const { apdu } of parser.receive(stream.subarray(at, at + portion))) apdus.push(toHex(apdu));
  }
  return { apdus, skipped, pending: parser.pendingBytes };
}

const NOISE: readonly (readonly [string, Uint8Array, number | undefined])[] = [
  ['a PDU of version 2', version('0002', GET), 2],
  ['a PDU of version 0', version('0000', GET), 0],
  ['a PDU of version 2 with a long association request', version('0002', AARQ), 2],
  ['several PDUs of another version', concat(version('0002', GET), version('0003', AARQ)), 2],
  ['bytes that look like the start of a large PDU', fromHex('7E00010010 0001C001C001C1'.replaceAll(' ', '')), 0x7e00],
  ['a run of zeros', new Uint8Array(40), 0],
];

describe('a parser finds the next PDU', () => {
  for (const portion of [1, 3, 1000]) {
    test.each(NOISE)(`in portions of ${portion}, behind %s`, (_, noise, found) => {
      const stream = concat(good(AARQ), noise, good(GET), good(GET));
      const { apdus, skipped, pending } = parsed(stream, portion);
      expect(apdus).toEqual([toHex(AARQ), toHex(GET), toHex(GET)]);
      expect(pending).toBe(0);
      expect(skipped).toEqual([{ offset: good(AARQ).length, bytes: noise.length, version: found }]);
    });
  }

  test('and says where, how much and what it found', () => {
    const { skipped } = parsed(concat(version('0002', GET), good(GET)), 1000);
    expect(skipped.map(skippedText)).toEqual([
      '21 byte(s) from offset 0 skipped: found version 2, expected a wrapper header of version 1',
    ]);
  });
});

test('a session and a device go on behind a PDU of another version, and say so', () => {
  const skipped: SkippedBytes[] = [];
  const onSkipped = (one: SkippedBytes): void => void skipped.push(one);
  const connection = connectDevice(labDevice('esme', 1), { framing: 'wrapper', onSkipped });
  const [aare] = connection.receive(concat(version('0002', GET), good(AARQ)), NOW);
  expect(aare?.[8]).toBe(0x61);
  expect(skipped).toHaveLength(1);
  const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1, onSkipped });
  const push = encodeWrapper({ source: 1, destination: 16, apdu: fromHex('C20000010000600B00FF02120001') });
  session.receive(concat(fromHex('0002'), push.subarray(2), push), NOW);
  expect(session.notifications).toHaveLength(1);
  expect(skipped).toHaveLength(2);
});
