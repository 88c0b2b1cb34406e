/** Arbitrary values of everything that the protocol cores encode. */
import fc from 'fast-check';
import type { Aare, Aarq } from '../../../devices/dlms/apdu/acse.ts';
import type { ActionResult, GetResult, ServiceRequest, ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import {
  type HdlcAddress,
  type HdlcFrame,
  serverAddress,
  shortAddress,
} from '../../../devices/dlms/framing/hdlcFrame.ts';

export const bytesArbitrary = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);

const number = (type: string, min: number, max: number): fc.Arbitrary<Data> =>
  fc.record({ type: fc.constant(type), value: fc.integer({ min, max }) }) as fc.Arbitrary<Data>;

export const dataArbitrary: fc.Arbitrary<Data> = fc.letrec<{ data: Data }>((tie) => ({
  data: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<Data>({ type: 'null' }),
    fc.constant<Data>({ type: 'dontCare' }),
    fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
    number('doubleLong', -0x80000000, 0x7fffffff),
    number('doubleLongUnsigned', 0, 0xffffffff),
    number('integer', -128, 127),
    number('long', -0x8000, 0x7fff),
    number('unsigned', 0, 255),
    number('longUnsigned', 0, 0xffff),
    number('enum', 0, 255),
    number('bcd', -128, 127),
    number('deltaLongUnsigned', 0, 0xffff),
    fc.record({ type: fc.constant('float32' as const), value: fc.float({ noNaN: true }) }),
    fc.record({ type: fc.constant('float64' as const), value: fc.double({ noNaN: true }) }),
    fc.record({ type: fc.constant('long64' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ type: fc.constant('long64Unsigned' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    fc.record({ type: fc.constantFrom('octetString', 'visibleString', 'utf8String'), value: bytesArbitrary(200) }),
    fc.record({ type: fc.constant('dateTime' as const), value: exactly(12) }),
    fc.record({ type: fc.constant('date' as const), value: exactly(5) }),
    fc.record({ type: fc.constant('time' as const), value: exactly(4) }),
    fc
      .nat(300)
      .chain((bits) => exactly(Math.ceil(bits / 8)).map((value): Data => ({ type: 'bitString', bits, value }))),
    fc.record({ type: fc.constantFrom('array', 'structure'), value: fc.array(tie('data'), { maxLength: 5 }) }),
  ),
})).data;

const descriptor = fc.record({ classId: u16, ln: exactly(6).map(toHex), id: u8 });
const attribute = fc.record(
  { attribute: descriptor, selection: fc.record({ selector: u8, parameters: dataArbitrary }) },
  { requiredKeys: ['attribute'] },
);
const block = fc.record({ last: fc.boolean(), number: u32, raw: bytesArbitrary(150) });
const pairs = <A, B>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>): fc.Arbitrary<[A, B][]> =>
  fc.array(fc.tuple(a, b), { maxLength: 4 });
const kind = <K extends string>(...kinds: K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);

export const requestArbitrary: fc.Arbitrary<ServiceRequest> = fc.oneof(
  fc.record({ kind: kind('getNormal'), invoke: u8, request: attribute }),
  fc.record({ kind: kind('getNext', 'actionNext'), invoke: u8, number: u32 }),
  fc.record({ kind: kind('getList'), invoke: u8, requests: fc.array(attribute, { maxLength: 4 }) }),
  fc.record({ kind: kind('setNormal'), invoke: u8, request: attribute, value: dataArbitrary }),
  fc.record({ kind: kind('setFirst'), invoke: u8, request: attribute, block }),
  fc.record({ kind: kind('setBlock', 'actionBlock'), invoke: u8, block }),
  fc.tuple(u8, pairs(attribute, dataArbitrary)).map(([invoke, items]) => ({
    kind: 'setList' as const,
    invoke,
    requests: items.map(([a]) => a),
    values: items.map(([, b]) => b),
  })),
  fc.record({ kind: kind('setListFirst'), invoke: u8, requests: fc.array(attribute, { maxLength: 4 }), block }),
  fc.record(
    { kind: kind('actionNormal'), invoke: u8, method: descriptor, parameter: dataArbitrary },
    { requiredKeys: ['kind', 'invoke', 'method'] },
  ),
  fc.tuple(u8, pairs(descriptor, dataArbitrary)).map(([invoke, items]) => ({
    kind: 'actionList' as const,
    invoke,
    methods: items.map(([a]) => a),
    parameters: items.map(([, b]) => b),
  })),
  fc.record({ kind: kind('actionFirst'), invoke: u8, method: descriptor, block }),
  fc.record({ kind: kind('actionListFirst'), invoke: u8, methods: fc.array(descriptor, { maxLength: 4 }), block }),
);

const getResult: fc.Arbitrary<GetResult> = fc.oneof(
  dataArbitrary.map((data) => ({ ok: true as const, data })),
  u8.map((result) => ({ ok: false as const, result })),
);
const actionResult: fc.Arbitrary<ActionResult> = fc.oneof(
  u8.map((result) => ({ result })),
  fc.tuple(u8, getResult).map(([result, data]) => ({ result, data })),
);
const many = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 5 });

export const responseArbitrary: fc.Arbitrary<ServiceResponse> = fc.oneof(
  fc.record({ kind: kind('getNormal'), invoke: u8, result: getResult }),
  fc.record({ kind: kind('getBlock', 'actionBlock'), invoke: u8, block }),
  fc.record({ kind: kind('getBlockError'), invoke: u8, number: u32, result: u8 }),
  fc.record({ kind: kind('getList'), invoke: u8, results: many(getResult) }),
  fc.record({ kind: kind('setNormal'), invoke: u8, result: u8 }),
  fc.record({ kind: kind('setBlock', 'actionNext'), invoke: u8, number: u32 }),
  fc.record({ kind: kind('setLast'), invoke: u8, result: u8, number: u32 }),
  fc.record({ kind: kind('setLastList'), invoke: u8, results: many(u8), number: u32 }),
  fc.record({ kind: kind('setList'), invoke: u8, results: many(u8) }),
  fc.record({ kind: kind('actionNormal'), invoke: u8, result: actionResult }),
  fc.record({ kind: kind('actionList'), invoke: u8, results: many(actionResult) }),
  fc.record({ kind: kind('exception'), stateError: u8, serviceError: fc.constantFrom(1, 2, 3, 4, 5) }),
  fc.record({ kind: kind('exception'), stateError: u8, serviceError: fc.constant(6), expectedCounter: u32 }),
  fc.record({ kind: kind('serviceError'), service: u8, category: u8, code: u8 }),
);

export const aarqArbitrary: fc.Arbitrary<Aarq> = fc.oneof(
  fc.record(
    {
      protocolVersion1: fc.boolean(),
      context: fc.integer({ min: 1, max: 4 }),
      callingTitle: exactly(8),
      mechanism: fc.constant(0),
      userInformation: bytesArbitrary(80),
    },
    { requiredKeys: ['context', 'mechanism', 'userInformation'] },
  ),
  fc.record(
    {
      context: fc.integer({ min: 1, max: 4 }),
      callingTitle: exactly(8),
      mechanism: fc.integer({ min: 1, max: 7 }),
      authenticationValue: bytesArbitrary(64),
      userInformation: bytesArbitrary(80),
    },
    { requiredKeys: ['context', 'mechanism', 'authenticationValue', 'userInformation'] },
  ),
);

export const aareArbitrary: fc.Arbitrary<Aare> = fc.oneof(
  fc.record(
    {
      context: fc.integer({ min: 1, max: 4 }),
      result: fc.nat(2),
      diagnostic: fc.nat(14),
      byProvider: fc.constant(true),
      userInformation: bytesArbitrary(60),
    },
    { requiredKeys: ['context', 'result', 'diagnostic'] },
  ),
  fc.record({
    context: fc.integer({ min: 1, max: 4 }),
    result: fc.nat(2),
    diagnostic: fc.nat(14),
    respondingTitle: exactly(8),
    mechanism: fc.integer({ min: 1, max: 7 }),
    authenticationValue: bytesArbitrary(64),
    userInformation: bytesArbitrary(60),
  }),
);

const address: fc.Arbitrary<HdlcAddress> = fc.oneof(
  fc.nat(127).map(shortAddress),
  fc.tuple(fc.nat(127), fc.nat(127)).map(([upper, lower]) => serverAddress(upper, lower, 2)),
  fc.tuple(fc.nat(0x3fff), fc.nat(0x3fff)).map(([upper, lower]) => serverAddress(upper, lower, 4)),
);

export const frameArbitrary: fc.Arbitrary<HdlcFrame> = fc.record({
  destination: address,
  source: address,
  control: u8,
  segmented: fc.boolean(),
  information: fc.uint8Array({ maxLength: 200 }),
});
