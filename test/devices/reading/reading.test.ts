/** Reading what was asked for: names, ranges, units, refusals, lost answers; and comparing two read-outs. */
import { describe, expect, test } from 'vitest';
import { labProfile } from '../../../devices/emulate/profile.ts';
import { serveChannel } from '../../../devices/emulate/serveChannel.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import { compareReadings } from '../../../devices/reading/compareReadings.ts';
import { readingSchema, type DeviceReading } from '../../../devices/reading/deviceReading.ts';
import { accessWords } from '../../../devices/reading/objectList.ts';
import { readingLines, readingRows } from '../../../devices/reading/readingText.ts';
import { parseRange, parseTarget, type AskedObject } from '../../../devices/reading/readingTargets.ts';
import { scaledText } from '../../../devices/decode/words/unitNames.ts';
import { faultScript, type ScriptedFault } from '../../../devices/transport/faultScript.ts';
import { faultyChannel } from '../../../devices/transport/faultyChannel.ts';
import { memoryTransport } from '../../../devices/transport/memory.ts';
import { movingTimers, readAll, standingTimers } from './served.ts';

async function read(
  objects: readonly string[],
  of: { faults?: readonly ScriptedFault[]; offset?: number } = {},
): Promise<DeviceReading> {
  const profile = labProfile();
  const timers = of.faults ? movingTimers() : standingTimers();
  const unit = makeUnit({ profile, device: 'esme', number: 1, timers, onPowerCut: () => undefined });
  unit.meter.clockOffsetSeconds = of.offset ?? 0;
  const memory = memoryTransport({ timers });
  let calls = 0;
  await memory.listen((channel) => {
    calls += 1;
    const policy = faultScript(calls === 1 ? (of.faults ?? []) : []);
    serveChannel(faultyChannel(channel, { policy, timers, side: 'server' }), unit, { timers, framing: 'wrapper', onDefect: () => undefined }); // prettier-ignore
  });
  const asked = objects.map((text) => parseTarget(text) as AskedObject);
  return readAll({ line: memory, framing: 'wrapper', timers, asked, list: 'none', answerSeconds: 1 }, 'lls');
}

describe('what a user writes', () => {
  test.each([
    ['1.0.1.8.0.255', { ln: '0100010800FF', classId: undefined, attribute: undefined }],
    ['3/1.0.1.8.0.255.2', { ln: '0100010800FF', classId: 3, attribute: 2 }],
    ['1-0:1.8.0', { ln: '0100010800FF', attribute: undefined }],
    ['1-0:1.8.0*255.3', { ln: '0100010800FF', attribute: 3 }],
    ['1.8.0', { ln: '0100010800FF' }],
    ['7/1.0.99.1.0.255@1..10', { range: { by: 'entry', from: 1, to: 10 } }],
    [
      '1.0.99.1.0.255@..2022-01-10',
      { range: { by: 'time', from: undefined, to: Date.UTC(2022, 0, 10, 23, 59, 59) / 1000 } },
    ],
  ])('%s is understood', (text, expected) => {
    expect(parseTarget(text)).toMatchObject(expected);
  });

  test.each([
    '',
    '1.8',
    '1.0.1.8.0.256',
    '1.0.1.8.0.255.0',
    '1.0.1.8.0.255.128',
    '70000/1.8.0',
    '1.8.0@',
    '1.8.0@..',
    '1.8.0@2..1',
    '1.8.0@0..1',
    '1.8.0@2022-02-30..',
  ])('%j is refused in words', (text) => {
    expect(parseTarget(text)).toMatch(/^found .*expected|^found .*at most/);
  });

  test('a range of two days holds both whole', () => {
    expect(parseRange('2022-01-09..2022-01-10')).toMatchObject({ from: Date.UTC(2022, 0, 9) / 1000, to: Date.UTC(2022, 0, 10, 23, 59, 59) / 1000 }); // prettier-ignore
  });
});

test('a register shows its unit, and an attribute alone does too', async () => {
  const { objects } = await read(['1.0.32.7.0.255', '1.8.0', '1.0.1.8.0.255.2']);
  expect(objects[0]).toMatchObject({ class: 3, attributes: [{ attribute: 2, unit: 'V', scaled: expect.stringMatching(/^\d{3}\.\d$/) as string }, { attribute: 3 }] }); // prettier-ignore
  expect(objects[2]!.attributes).toMatchObject([{ attribute: 2, name: 'value', unit: 'Wh' }]);
});

test('a scaler moves the point without a rounding', () => {
  expect(scaledText({ type: 'long64Unsigned', value: 18446744073709551615n }, { scaler: -3, unit: 'Wh' })).toBe('18446744073709551.615'); // prettier-ignore
  expect(scaledText({ type: 'long', value: -5 }, { scaler: -2, unit: 'V' })).toBe('-0.05');
  expect(scaledText({ type: 'unsigned', value: 7 }, { scaler: 3, unit: 'W' })).toBe('7000');
});

describe('a profile', () => {
  test.each([0, 3600])('by time gives the entries in between, on a clock that is %d s ahead', async (offset) => {
    const { objects } = await read(['1.0.99.1.0.255@2022-01-10T08:00:00Z..2022-01-10T09:00:00Z'], { offset });
    const [buffer] = objects[0]!.attributes;
    expect((buffer!.value as string[][]).map(([at]) => at)).toEqual(['2022-01-10T08:00:00Z', '2022-01-10T08:30:00Z', '2022-01-10T09:00:00Z']); // prettier-ignore
    expect(buffer!.columns).toMatchObject([
      { object: '0.0.1.0.0.255' },
      { object: '1.0.1.8.0.255', unit: 'Wh', scaler: 0 },
    ]);
  });

  test('by entries gives these, and its lines and rows name each cell', async () => {
    const reading = await read(['1.0.99.1.0.255@3..4']);
    expect(reading.objects[0]!.attributes[0]!.value).toHaveLength(2);
    expect(readingRows(reading).map((row) => row.slice(4, 6).join(' '))).toEqual(['1 0.0.1.0.0.255', '1 1.0.1.8.0.255', '2 0.0.1.0.0.255', '2 1.0.1.8.0.255']); // prettier-ignore
    expect(readingLines(reading).filter((line) => /^ +20\d\d-/.test(line))).toHaveLength(2);
  });

  test('a range of an object that is no profile is said', async () => {
    const { objects } = await read(['3/1.0.1.8.0.255@1..2']);
    expect(objects[0]!.attributes[0]!.problem).toContain('this object is none');
  });
});

test('what a device refuses stands in words, once for an object that is not there', async () => {
  const { complete, objects } = await read(['9.9.9', '1/0.0.99.9.9.255', '0.0.40.0.0.255']);
  expect(complete).toBe(true);
  expect(objects[0]!.attributes).toHaveLength(1);
  expect(objects[0]!.attributes[0]!.problem).toContain('object undefined), under every class that was tried');
  expect(objects[1]!.attributes[0]!.problem).toContain('result 4 (object undefined)');
  expect(objects[2]!.attributes.find(({ attribute }) => attribute === 7)!.problem).toContain('it holds a secret');
});

test('an answer that is lost is asked for again, and nothing is lost of the rest', async () => {
  const reading = await read(['0.0.42.0.0.255', '1.8.0', '0.0.1.0.0.255.2'], { faults: [{ fault: 'drop', frame: 3, direction: 's2c' }] }); // prettier-ignore
  expect(reading).toMatchObject({ complete: true });
  expect(
    reading.objects.flatMap(({ attributes }) => attributes.filter(({ problem }) => problem !== undefined)),
  ).toEqual([]);
});

test('a device that hangs up for good leaves what was read, and the reason', async () => {
  const timers = movingTimers();
  const memory = memoryTransport({ timers });
  await memory.listen((channel) => void channel.close());
  const reading = await readAll({ line: memory, framing: 'wrapper', timers, answerSeconds: 1 }, 'none');
  expect(reading).toMatchObject({ complete: false, objects: [], problem: expect.stringContaining('link') as string });
});

test('access modes of later associations are bits', () => {
  const entry = (version: number) => ({ classId: 15, version, ln: '', attributes: [], methods: [] });
  expect(accessWords([entry(1)]).mayRead(5)).toBe(false);
  expect(accessWords([entry(3)]).mayRead(5)).toBe(true);
  expect(accessWords([entry(3)]).attribute(5)).toBe('read, authenticated request');
});

describe('two read-outs', () => {
  const all = { structure: false, isIgnored: () => false };

  test('of one instant do not differ, and pass through JSON', async () => {
    const [a, b] = [await read(['1.8.0', '1.0.99.1.0.255@1..3']), await read(['1.8.0', '1.0.99.1.0.255@1..3'])];
    expect(compareReadings(a, readingSchema.parse(JSON.parse(JSON.stringify(b))), all)).toEqual([]);
  });

  test('differ in what was changed, and structure leaves values out', async () => {
    const a = await read(['1.8.0', '0.0.42.0.0.255', '1.0.99.1.0.255@1..3']);
    const b = JSON.parse(JSON.stringify(a)) as DeviceReading;
    Object.assign(b.objects[0]!.attributes[0]!, { axdr: '0600000001', value: 1, scaled: '1' });
    b.objects[1]!.attributes[0]!.problem = 'it refuses';
    (b.objects[2]!.attributes[0]!.value as unknown[][])[1]![1] = 0;
    b.objects[2]!.attributes[0]!.axdr = '0100';
    const what = compareReadings(a, b, all).map(({ where, what: kind }) => `${where.split(' attribute')[0]}: ${kind}`);
    expect(what).toEqual([
      'Register 1.0.1.8.0.255 (active energy import): value',
      'Data 0.0.42.0.0.255 (logical device name): result',
      'Profile generic 1.0.99.1.0.255 (load profile): entries: 1 of 3 differ, the first is entry 2',
    ]);
    expect(compareReadings(a, b, { ...all, structure: true })).toHaveLength(1);
    expect(compareReadings(a, b, { ...all, isIgnored: (object) => object.startsWith('1.') })).toHaveLength(1);
  });
});
