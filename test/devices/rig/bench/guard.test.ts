// What counts as which kind of write, and who may be written: the last word before a byte of it is made.
import { describe, expect, test } from 'vitest';
import { obis } from '../../../../devices/cosem/object.ts';
import { fromHex } from '../../../../devices/dlms/encoding/bytes.ts';
import { guardOf, kindOfWrite } from '../../../../devices/rig/bench/guard.ts';

const object = (classId: number, name: string, id = 2) => ({ classId, ln: obis(name), id });

test.each([
  ['keys', object(64, '0.0.43.0.0.255')],
  ['keys', object(64, '0.0.43.0.2.255', 1)],
  ['keys', object(1, '0.0.43.1.0.255')],
  ['keys', object(1, '0.0.43.1.7.255')],
  ['firmware', object(18, '0.0.44.0.0.255', 1)],
  ['configuration', object(8, '0.0.1.0.0.255')],
  ['configuration', object(70, '0.0.96.3.10.255', 1)],
  ['configuration', object(15, '0.0.40.0.1.255', 2)],
] as const)('a write needs the allow-list of %s: %j', (kind, target) => expect(kindOfWrite(target)).toBe(kind));

describe('a device', () => {
  const title = fromHex('4142434445464748');
  const other = fromHex('4142434445464749');
  const allow = { keys: ['4142434445464748'], firmware: [], configuration: ['4142434445464748'], power: [] };
  const keys = object(64, '0.0.43.0.0.255');
  const refused: string[] = [];
  const guard = (expected: readonly Uint8Array[] = []) =>
    guardOf({ allow, expected: () => expected, onRefused: (why) => void refused.push(why) });

  test.each([
    ['is on the list', title, [], true],
    ['is on the list, and is who was expected', title, [title], true],
    ['is another than was expected', title, [other], false],
    ['is not on the list', other, [], false],
    ['gave no title', undefined, [], false],
  ] as const)(
    'the guard allows writes only to a listed device with the expected title; this device %s',
    (_, learnt, expected, may) => {
      refused.length = 0;
      expect(guard(expected)(keys, learnt)).toBe(may);
      expect(refused).toHaveLength(may ? 0 : 1);
    },
  );

  test('a device on the list of one kind is not on the list of another', () => {
    expect(guard()(object(8, '0.0.1.0.0.255'), title)).toBe(true);
    expect(guard()(object(18, '0.0.44.0.0.255', 1), title)).toBe(false);
  });
});
