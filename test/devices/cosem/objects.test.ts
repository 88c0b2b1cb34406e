// What the object classes promise: rights, views, profiles, clock, images, supply. Values are the lab's own.
import { describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { dateTimeData, instantOf } from '../../../devices/cosem/dateTime.ts';
import { IMAGE_STATUS, labImage } from '../../../devices/cosem/imageTransfer.ts';
import { obis } from '../../../devices/cosem/object.ts';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import { ascii, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import {
  array,
  bytesOf,
  int16,
  int8,
  membersOf,
  numberOf,
  octets,
  structure,
  uint16,
  uint32,
  uint8,
} from '../../../devices/dlms/encoding/values.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { bench, type Bench, NOW } from '../dlms/harness.ts';

const at = (classId: number, name: string, id: number) => ({ classId, ln: obis(name), id });
const LIST = at(15, '0.0.40.0.0.255', 2);
const PROFILE = at(7, '1.0.99.1.0.255', 2);
const CLOCK = at(8, '0.0.1.0.0.255', 2);

function open(authentication: 'none' | 'lls' | 'gmac', device = labDevice('esme', 1)): Bench {
  const made = bench(device, { authentication });
  expect(made.run(made.client.associate())).toMatchObject({ ok: true });
  return made;
}

function value(
  made: Bench,
  attribute: ReturnType<typeof at>,
  selection?: { selector: number; parameters: Data },
): Data {
  const result = made.run(made.client.get(attribute, selection));
  if (!result?.ok) throw new Error(`${toHex(fromHex(attribute.ln))} ${attribute.id}: ${JSON.stringify(result)}`);
  return result.value;
}

interface Listed {
  classId: number;
  ln: string;
  attributes: { id: number; mode: number }[];
  methods: { id: number; mode: number }[];
}

function objectList(made: Bench): Listed[] {
  return membersOf(value(made, LIST))!.map((row) => {
    const [classId, , ln, access] = membersOf(row)!;
    const [attributes, methods] = membersOf(access)!;
    const rows = (of: Data | undefined) =>
      membersOf(of)!.map((item) => {
        const [id, mode] = membersOf(item)!;
        return { id: numberOf(id)!, mode: numberOf(mode)! };
      });
    return {
      classId: numberOf(classId)!,
      ln: toHex(bytesOf(ln)!),
      attributes: rows(attributes),
      methods: rows(methods),
    };
  });
}

describe.each(['esme', 'gsme', 'chf'] as const)('the views of an %s', (kind) => {
  test.each(['none', 'lls', 'gmac'] as const)(
    'client %s reads all that its list allows, and nothing else',
    (client) => {
      const made = open(client, labDevice(kind, 1));
      for (const { classId, ln, attributes } of objectList(made)) {
        for (const { id, mode } of attributes) {
          const result = made.run(made.client.get({ classId, ln, id }));
          const isReadable = mode === 1 || mode === 3 || mode === 4 || mode === 6;
          if (isReadable) expect([ln, id, result?.ok]).toEqual([ln, id, true]);
          else expect(result).toMatchObject({ ok: false, error: { kind: 'result', result: 3 } });
        }
      }
    },
  );

  test('each client sees more than the one before', () => {
    const [few, more, most] = (['none', 'lls', 'gmac'] as const).map((client) => {
      return objectList(open(client, labDevice(kind, 1))).map((item) => item.ln);
    });
    expect(few!.length).toBeGreaterThan(3);
    expect(more!.length).toBeGreaterThan(few!.length);
    expect(most!.length).toBeGreaterThan(more!.length);
    for (const ln of few!) if (!ln.startsWith('0000280001')) expect(most).toContain(ln);
  });

  test('methods that the list denies are denied', () => {
    for (const client of ['lls', 'gmac'] as const) {
      const made = open(client, labDevice(kind, 1));
      for (const { classId, ln, methods } of objectList(made)) {
        for (const { id, mode } of methods.filter((item) => item.mode === 0)) {
          expect(mode).toBe(0);
          const result = made.run(made.client.action({ classId, ln, id }, int8(0)));
          expect(result).toMatchObject({ ok: false, error: { kind: 'result', result: 3 } });
        }
      }
    }
  });
});

describe('class 7', () => {
  const made = open('lls');
  const all = membersOf(value(made, PROFILE))!;
  const clockOf = (row: Data): number => instantOf(membersOf(row)![0])!;
  const range = (from: number, to: number, columns: Data = array([])) => ({
    selector: 1,
    parameters: structure(
      structure(uint16(8), octets(fromHex(obis('0.0.1.0.0.255'))), int8(2), uint16(0)),
      dateTimeData(from),
      dateTimeData(to),
      columns,
    ),
  });
  const entries = (...four: [number, number, number, number]) => ({
    selector: 2,
    parameters: structure(uint32(four[0]), uint32(four[1]), uint16(four[2]), uint16(four[3])),
  });

  test('the buffer holds the last 480 half hours, in order, and never runs back', () => {
    expect(all.length).toBe(480);
    expect(clockOf(all.at(-1)!)).toBe(NOW);
    for (let i = 1; i < all.length; i++) {
      expect(clockOf(all[i]!) - clockOf(all[i - 1]!)).toBe(1800);
      expect(numberOf(membersOf(all[i])![1])).toBeGreaterThan(numberOf(membersOf(all[i - 1])![1])!);
    }
  });

  test('a range takes both its ends, and what lies outside it is empty', () => {
    const rows = membersOf(value(made, PROFILE, range(NOW - 3600, NOW)))!;
    expect(rows).toEqual(all.slice(-3));
    expect(membersOf(value(made, PROFILE, range(NOW - 3599, NOW - 1)))).toEqual(all.slice(-2, -1));
    expect(membersOf(value(made, PROFILE, range(NOW + 1, NOW + 9999)))).toEqual([]);
    expect(membersOf(value(made, PROFILE, range(0, 4e9)))).toEqual(all);
  });

  test('a range of one column gives that column', () => {
    const column = structure(uint16(3), octets(fromHex(obis('1.0.1.8.0.255'))), int8(2), uint16(0));
    const rows = membersOf(value(made, PROFILE, range(NOW - 3600, NOW, array([column]))))!;
    expect(rows.map((row) => membersOf(row)!.length)).toEqual([1, 1, 1]);
    const unknown = structure(uint16(3), octets(fromHex(obis('9.9.9.9.9.255'))), int8(2), uint16(0));
    const refused = made.run(made.client.get(PROFILE, range(NOW - 3600, NOW, array([unknown]))));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'result', result: 12 } });
  });

  test('entries count from 1, and 0 means the last', () => {
    expect(membersOf(value(made, PROFILE, entries(1, 0, 1, 0)))).toEqual(all);
    expect(membersOf(value(made, PROFILE, entries(3, 4, 1, 0)))).toEqual(all.slice(2, 4));
    expect(membersOf(value(made, PROFILE, entries(480, 9999, 2, 2)))).toEqual([
      { type: 'structure', value: [membersOf(all[479])![1]] },
    ]);
    expect(membersOf(value(made, PROFILE, entries(481, 0, 1, 0)))).toEqual([]);
  });

  test('other selectors, and selection where there is none, are refused', () => {
    for (const attribute of [PROFILE, CLOCK]) {
      const refused = made.run(made.client.get(attribute, { selector: 9, parameters: uint8(1) }));
      expect(refused).toMatchObject({ ok: false, error: { result: 13 } });
    }
  });

  test('a reset empties the buffer, and it fills again', () => {
    const managed = open('gmac');
    expect(managed.run(managed.client.action({ ...PROFILE, id: 1 }, int8(0)))).toMatchObject({ ok: true });
    expect(membersOf(value(managed, PROFILE))).toEqual([]);
    expect(numberOf(value(managed, { ...PROFILE, id: 7 }))).toBe(0);
    managed.at += 3600;
    expect(membersOf(value(managed, PROFILE))!.length).toBe(2);
  });
});

test('class 8: the clock is set, shifted, and keeps its offset', () => {
  const made = open('gmac');
  expect(instantOf(value(made, CLOCK))).toBe(NOW);
  expect(made.run(made.client.set(CLOCK, dateTimeData(NOW + 100)))).toMatchObject({ ok: true });
  expect(made.run(made.client.action({ ...CLOCK, id: 6 }, int16(-40)))).toMatchObject({ ok: true });
  made.at += 10;
  expect(instantOf(value(made, CLOCK))).toBe(NOW + 70);
  expect(made.run(made.client.set(CLOCK, octets(ascii('not a date..'))))).toMatchObject({ ok: false });
  expect(made.run(made.client.action({ ...CLOCK, id: 6 }, int16(901)))).toMatchObject({ ok: false });
});

describe('class 18', () => {
  const IMAGE = at(18, '0.0.44.0.0.255', 1);
  const content = new Uint8Array(1000).map((_, i) => i);
  const image = labImage(content);
  const blocks = Array.from({ length: Math.ceil(image.length / 256) }, (_, i) => image.slice(i * 256, i * 256 + 256));
  const initiate = structure(octets(ascii('2.0.0')), uint32(image.length));
  const method = (made: Bench, id: number, parameter: Data) =>
    made.run(made.client.action({ ...IMAGE, id }, parameter));
  const status = (made: Bench) => numberOf(value(made, { ...IMAGE, id: 6 }));
  const FIRMWARE = at(1, '1.0.0.2.0.255', 2);

  test('an upgrade broken off by a power cut resumes at the first missing block', () => {
    const device = labDevice('esme', 1);
    let made = open('gmac', device);
    expect(method(made, 1, initiate)).toMatchObject({ ok: true });
    expect(method(made, 2, structure(uint32(2), octets(blocks[2]!)))).toMatchObject({ ok: true });
    expect(method(made, 2, structure(uint32(0), octets(blocks[0]!)))).toMatchObject({ ok: true });
    expect(method(made, 3, int8(0))).toMatchObject({ ok: false, error: { result: 250 } });
    device.cutPower();
    expect(made.run(made.client.get(FIRMWARE))).toBeUndefined();
    device.restart();
    made = bench(device, { counter: made.counter });
    made.run(made.client.associate());
    expect(numberOf(value(made, { ...IMAGE, id: 4 }))).toBe(1);
    expect(value(made, { ...IMAGE, id: 3 })).toMatchObject({ bits: 5, value: new Uint8Array([0xa0]) });
    for (const n of [1, 3, 4]) method(made, 2, structure(uint32(n), octets(blocks[n]!)));
    expect(method(made, 3, int8(0))).toMatchObject({ ok: false, error: { result: 2 } });
    expect(method(made, 3, int8(0))).toMatchObject({ ok: false, error: { result: 2 } });
    made.at += 6;
    expect(method(made, 3, int8(0))).toMatchObject({ ok: true });
    expect(status(made)).toBe(IMAGE_STATUS.verificationSuccessful);
    const digest = new Uint8Array(createHash('sha256').update(content).digest());
    expect(value(made, { ...IMAGE, id: 7 })).toEqual(
      array([structure(uint32(image.length), octets(ascii('2.0.0')), octets(digest))]),
    );
    expect(method(made, 4, int8(0))).toMatchObject({ ok: false, error: { result: 2 } });
    expect(bytesOf(value(made, FIRMWARE))).toEqual(ascii('1.0.0'));
    made.at += 31;
    expect(bytesOf(value(made, FIRMWARE))).toEqual(ascii('2.0.0'));
    expect(status(made)).toBe(IMAGE_STATUS.activationSuccessful);
  });

  test('a damaged image fails its verification and is mended by sending the block again', () => {
    const made = open('gmac');
    method(made, 1, initiate);
    blocks.forEach((block, n) => {
      const sent = block.slice();
      if (n === 3) sent[5]! ^= 1;
      expect(method(made, 2, structure(uint32(n), octets(sent)))).toMatchObject({ ok: true });
    });
    method(made, 3, int8(0));
    made.at += 6;
    expect(status(made)).toBe(IMAGE_STATUS.verificationFailed);
    expect(method(made, 4, int8(0))).toMatchObject({ ok: false, error: { result: 250 } });
    expect(method(made, 2, structure(uint32(3), octets(blocks[3]!)))).toMatchObject({ ok: true });
    method(made, 3, int8(0));
    made.at += 6;
    expect(status(made)).toBe(IMAGE_STATUS.verificationSuccessful);
  });

  test('blocks that do not fit are refused', () => {
    const made = open('gmac');
    expect(method(made, 2, structure(uint32(0), octets(blocks[0]!)))).toMatchObject({
      ok: false,
      error: { result: 250 },
    });
    method(made, 1, initiate);
    expect(method(made, 2, structure(uint32(5), octets(blocks[0]!)))).toMatchObject({
      ok: false,
      error: { result: 19 },
    });
    expect(method(made, 2, structure(uint32(4), octets(blocks[0]!)))).toMatchObject({
      ok: false,
      error: { result: 12 },
    });
    expect(method(made, 1, structure(octets(ascii('x')), uint32(0xffffffff)))).toMatchObject({ ok: false });
  });
});

test('class 70: what is not supplied is not counted, and the profile remembers it', () => {
  const made = open('gmac');
  const SUPPLY = at(70, '0.0.96.3.10.255', 2);
  const IMPORT = at(3, '1.0.1.8.0.255', 2);
  const POWER = at(3, '1.0.1.7.0.255', 2);
  expect(value(made, SUPPLY)).toMatchObject({ value: true });
  expect(made.run(made.client.action({ ...SUPPLY, id: 1 }, int8(0)))).toMatchObject({ ok: true });
  const before = numberOf(value(made, IMPORT))!;
  made.at += 7200;
  expect(value(made, SUPPLY)).toMatchObject({ value: false });
  expect(numberOf(value(made, IMPORT))).toBe(before);
  expect(numberOf(value(made, POWER))).toBe(0);
  expect(made.run(made.client.action({ ...SUPPLY, id: 2 }, int8(0)))).toMatchObject({ ok: true });
  made.at += 7200;
  expect(numberOf(value(made, IMPORT))).toBeGreaterThan(before);
  const rows = membersOf(value(made, PROFILE))!
    .slice(-8)
    .map((row) => numberOf(membersOf(row)![1])!);
  expect(new Set(rows.slice(3)).size).toBe(5);
  expect(Math.abs(rows[0]! - rows[3]!)).toBeLessThan(2);
});
