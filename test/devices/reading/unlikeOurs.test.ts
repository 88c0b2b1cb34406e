/** Meters that do not answer as ours does: no list, refused ranges, null scalers, clocks without a deviation, odd links. */
import { describe, expect, test } from 'vitest';
import { fixedNames, readUnlike } from './unlikeOurs.ts';

describe('a meter without an association list', () => {
  test('is asked for the usual objects, those that are missing are not mentioned, and the list is', async () => {
    const { reading, notes } = await readUnlike({ get: { '15 0000280000FF 2': 3 } }, { list: 'values' });
    expect(reading.complete).toBe(true);
    const [list] = reading.objects;
    expect(list).toMatchObject({ object: '0.0.40.0.0.255', attributes: [{ attribute: 2, problem: expect.stringContaining('read write denied') as string }] }); // prettier-ignore
    const there = reading.objects.slice(1);
    expect(there.map(({ object }) => object)).toContain('1.0.1.8.0.255');
    expect(there.map(({ object }) => object)).not.toContain('7.0.3.0.0.255');
    expect(there.find(({ object }) => object === '1.0.1.8.0.255')!.attributes[0]).toMatchObject({ unit: 'Wh' });
    expect(notes.join()).toContain('the usual objects are tried instead');
  });

  test('whose list alone is asked for says why there is none', async () => {
    const { reading } = await readUnlike({ get: { '15 0000280000FF 2': 4 } }, { list: 'list' });
    expect(reading.objects).toHaveLength(1);
  });
});

test('attributes that are denied stand in words, and the others are read', async () => {
  const { reading } = await readUnlike({ get: { '3 0100010800FF 3': 3 } }, { asked: ['1.0.1.8.0.255'] });
  const [value, scaler] = reading.objects[0]!.attributes;
  expect(value).toMatchObject({ attribute: 2, type: 'doubleLongUnsigned' });
  expect(value!.unit).toBeUndefined();
  expect(scaler!.problem).toContain('read write denied');
});

test('a register whose scaler_unit is null shows its value without a unit', async () => {
  const { reading } = await readUnlike({ get: { '3 0100010800FF 3': { type: 'null' } } }, { asked: ['1.0.1.8.0.255.2'] }); // prettier-ignore
  expect(reading.objects[0]!.attributes[0]).toMatchObject({ type: 'doubleLongUnsigned' });
  expect(reading.objects[0]!.attributes[0]!.unit).toBeUndefined();
});

test('a clock that says no deviation (8000) is taken for UTC', async () => {
  const value = new Uint8Array(Buffer.from('07E6010A010A07000080 00FF'.replace(/ /g, ''), 'hex'));
  const { reading } = await readUnlike({ get: { '8 0000010000FF 2': { type: 'octetString', value } } }, { asked: ['0.0.1.0.0.255.2'] }); // prettier-ignore
  expect(reading.objects[0]!.attributes[0]!.value).toBe('2022-01-10T10:07:00Z');
});

describe('a profile that refuses selective access', () => {
  test.each([
    ['1.0.99.1.0.255@2022-01-10T08:00:00Z..2022-01-10T09:00:00Z', 3],
    ['1.0.99.1.0.255@1..2', 2],
  ])('is read whole, and %s is cut out of it', async (asked, entries) => {
    const { reading, notes } = await readUnlike({ refusesSelection: 13 }, { asked: [asked] });
    const { reading: usual } = await readUnlike({}, { asked: [asked] });
    const [buffer] = reading.objects[0]!.attributes;
    expect(buffer!.value).toHaveLength(entries);
    expect(buffer!.value).toEqual(usual.objects[0]!.attributes[0]!.value);
    expect(notes.join()).toContain('the device refuses the range');
  });
});

test('small PDUs, so that values come in blocks with a short last one, change nothing', async () => {
  const asked = fixedNames;
  const whole = await readUnlike({}, { asked });
  const blocks = await readUnlike({ pduBytesMax: 64 }, { asked });
  expect(blocks.reading.objects).toEqual(whole.reading.objects);
  expect(blocks.frames).toBeGreaterThan(whole.frames + 20);
});
