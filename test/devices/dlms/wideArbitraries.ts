/** Arbitrary APDUs that our own stations do not send: short names, the access service, general ciphering and signing. */
import fc from 'fast-check';
import type { AccessRequest, AccessResponse } from '../../../devices/dlms/apdu/apduAccess.ts';
import type { GeneralCiphering, GeneralSigning, KeyInfo } from '../../../devices/dlms/apdu/apduGeneral.ts';
import type { ReadAnswer, ShortNameApdu, Variable, WriteAnswer } from '../../../devices/dlms/apdu/apduShortName.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { bytesArbitrary, dataArbitrary } from './arbitraries.ts';

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const is = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name);
const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const many = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 4 });

const variable: fc.Arbitrary<Variable> = fc.oneof(
  fc.record({ is: is('name'), name: u16 }),
  fc.record({ is: is('parameterized'), name: u16, selector: u8, parameter: dataArbitrary }),
  fc.record({ is: is('blockNumber'), number: u16 }),
  fc.record({ is: is('readBlock'), last: fc.boolean(), number: u16, raw: bytesArbitrary(100) }),
  fc.record({ is: is('writeBlock'), last: fc.boolean(), number: u16 }),
);
const readAnswer: fc.Arbitrary<ReadAnswer> = fc.oneof(
  fc.record({ is: is('data'), data: dataArbitrary }),
  fc.record({ is: is('error'), result: u8 }),
  fc.record({ is: is('block'), last: fc.boolean(), number: u16, raw: bytesArbitrary(100) }),
  fc.record({ is: is('blockNumber'), number: u16 }),
);
const writeAnswer: fc.Arbitrary<WriteAnswer> = fc.oneof(
  fc.record({ is: is('success') }),
  fc.record({ is: is('error'), result: u8 }),
  fc.record({ is: is('blockNumber'), number: u16 }),
);

export const shortNameArbitrary: fc.Arbitrary<ShortNameApdu> = fc.oneof(
  fc.record({ kind: is('read'), variables: many(variable) }),
  fc.record({ kind: is('readResponse'), answers: many(readAnswer) }),
  fc.record({ kind: fc.constantFrom('write' as const, 'unconfirmedWrite' as const), variables: many(variable), values: many(dataArbitrary) }), // prettier-ignore
  fc.record({ kind: is('writeResponse'), answers: many(writeAnswer) }),
  fc.record({ kind: is('report'), time: bytesArbitrary(16), variables: many(variable), values: many(dataArbitrary) }),
);

const descriptor = fc.record({ classId: u16, ln: exactly(6).map(toHex), id: u8 });
const selection = fc.record({ selector: u8, parameters: dataArbitrary });
const specification = fc.oneof(
  fc.record({ service: fc.constantFrom('get' as const, 'set' as const, 'action' as const), target: descriptor }),
  fc.record({ service: fc.constantFrom('get' as const, 'set' as const), target: descriptor, selection }),
);
const time = fc.oneof(exactly(12), fc.constant(new Uint8Array(0)));

export const accessArbitrary: fc.Arbitrary<AccessRequest | AccessResponse> = fc.oneof(
  fc.record({ kind: is('accessRequest'), longInvoke: u32, time, specifications: many(specification), data: many(dataArbitrary) }), // prettier-ignore
  fc.record(
    {
      kind: is('accessResponse'),
      longInvoke: u32,
      time,
      specifications: many(specification),
      data: many(dataArbitrary),
      results: many(fc.record({ service: fc.constantFrom('get' as const, 'set' as const, 'action' as const), result: u8 })), // prettier-ignore
    },
    { requiredKeys: ['kind', 'longInvoke', 'time', 'data', 'results'] },
  ),
);

const keyInfo: fc.Arbitrary<KeyInfo> = fc.oneof(
  fc.record({ is: is('identified'), keyId: u8 }),
  fc.record({ is: is('wrapped'), kekId: u8, wrapped: bytesArbitrary(40) }),
  fc.record({ is: is('agreed'), parameters: bytesArbitrary(20), ciphered: bytesArbitrary(40) }),
);
const header = { transaction: bytesArbitrary(9), originator: exactly(8), recipient: exactly(8), time, other: bytesArbitrary(6) }; // prettier-ignore

export const generalArbitrary: fc.Arbitrary<GeneralCiphering | GeneralSigning> = fc.oneof(
  fc.record(
    { kind: is('generalCiphering'), ...header, keyInfo, content: bytesArbitrary(80) },
    { requiredKeys: ['kind', 'transaction', 'originator', 'recipient', 'time', 'other', 'content'] },
  ),
  fc.record({ kind: is('generalSigning'), ...header, content: fc.constant(Uint8Array.from([0xc0, 2, 0xc1, 0, 0, 0, 1])), signature: exactly(64) }), // prettier-ignore
);
