/** Round trips of the APDUs that our own stations do not send, and bytes of each that were made by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAccess, encodeAccess } from '../../../devices/dlms/apdu/apduAccess.ts';
import { decodeGeneral, encodeGeneral } from '../../../devices/dlms/apdu/apduGeneral.ts';
import { decodeShortName, encodeShortName } from '../../../devices/dlms/apdu/apduShortName.ts';
import { ascii, fromHex, toHex, type Decoded } from '../../../devices/dlms/encoding/bytes.ts';
import { accessArbitrary, generalArbitrary, shortNameArbitrary } from './wideArbitraries.ts';

const runs = { numRuns: 300 };

function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => Decoded<T>,
): void {
  // prettier-ignore
  fc.assert(
    fc.property(arbitrary, (value) => {
      expect(decode(encode(value))).toEqual({ ok: true, value });
    }),
    runs,
  );
}

describe('what is encoded decodes to the same', () => {
  test('short names', () => holds(shortNameArbitrary, encodeShortName, decodeShortName));
  test('access', () => holds(accessArbitrary, encodeAccess, decodeAccess));
  test('general ciphering and signing', () => holds(generalArbitrary, encodeGeneral, decodeGeneral));
});

test.each([
  [[{ is: 'name', name: 0x0100 }], '050102 0100'],
  [
    [
      { is: 'name', name: 0xfa00 },
      { is: 'blockNumber', number: 2 },
    ],
    '0502 02FA00 050002',
  ],
] as const)('a read of %j is the bytes of the standard', (variables, hex) => {
  expect(toHex(encodeShortName({ kind: 'read', variables }))).toBe(toHex(fromHex(hex)));
});

test('an access request of one GET is the bytes of the standard', () => {
  const request = { kind: 'accessRequest', longInvoke: 0x40000001, time: ascii(''), specifications: [{ service: 'get', target: { classId: 3, ln: '0100010800FF', id: 2 } }], data: [{ type: 'null' }] } as const; // prettier-ignore
  expect(toHex(encodeAccess(request))).toBe('D9400000010001' + '0100030100010800FF02' + '0100');
});

test.each([
  ['short names', decodeShortName, '05010900'],
  ['access', decodeAccess, 'D9400000010001090003'],
  ['general ciphering', decodeGeneral, 'DD0000000000010900'],
])('%s of an unknown kind is an error', (_, decode, hex) => {
  expect(decode(fromHex(hex)).ok).toBe(false);
});
