// The Master Key held, missing and wrong are three things on the wire; and without it no message changes a key. Unit: one device.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import { concat } from '../../../devices/dlms/encoding/bytes.ts';
import { DlmsClient } from '../../../devices/dlms/client/client.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { array, enumerated, octets, structure } from '../../../devices/dlms/encoding/values.ts';
import { rotateAll } from '../../../devices/headend/dcc.ts';
import { KEY_TRANSFER } from '../../../devices/headend/objects.ts';
import { observeRotation } from '../../../devices/headend/observe.ts';
import { connect, converse, disconnect, type Outcome, type Procedure } from '../../../devices/headend/procedure.ts';
import { rotate } from '../../../devices/headend/rotate.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { SMSO_TITLE } from '../../../devices/rig/bench/parties.ts';
import { dataArbitrary } from '../dlms/arbitraries.ts';
import { ledgerKeys, sameKeys, stage, type Stage } from './stage.ts';

const WRONG = new Uint8Array(16).fill(9);
const KEY = new Uint8Array(16).fill(0x42);
const OTHER = new Uint8Array(16).fill(0x43);

describe('the Master Key', () => {
  test('nothing is sent if the Master Key is missing', () => {
    const made = stage({ masterKey: undefined });
    expect(made.rotate(3)).toEqual({ kind: 'masterKeyMissing' });
    expect(made.frames).toEqual([]);
    expect(made.calls).toBe(0);
    expect(made.peer.ledger.rows).toHaveLength(2);
    expect(() => observeRotation({ kind: 'masterKeyMissing' })).toThrow('before its Master Key');
  });

  test('a wrong Master Key makes the device answer with an ACTION failure, and nothing is installed', () => {
    const made = stage({ masterKey: WRONG });
    const before = made.device.keyring.keys;
    const rotated = made.rotate(3);
    expect(rotated).toMatchObject({ kind: 'refused', result: 250 });
    expect(observeRotation(rotated)).toBe('wrongKey');
    expect(made.device.keyring.keys).toBe(before);
    expect(made.calls).toBe(1);
    expect(made.peer.ledger.rows.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'WITHDRAWN']);
    expect(sameKeys(ledgerKeys(made.peer), before)).toBe(true);
  });

  test('the same ledger rotates once the right Master Key is obtained', () => {
    const made = stage({ masterKey: WRONG });
    made.rotate();
    made.peer.ledger.obtainMasterKey(LAB_KEYS.kek);
    expect(made.rotate()).toEqual({ kind: 'rotated' });
    expect(sameKeys(ledgerKeys(made.peer), made.device.keyring.keys)).toBe(true);
    expect(made.peer.ledger.rows.map(({ type, state }) => `${type} ${state}`)).toEqual([
      'gak EXPIRED',
      'guek EXPIRED',
      'gak WITHDRAWN',
      'gak ACTIVE',
      'guek ACTIVE',
    ]);
  });

  test('the right Master Key needs two associations, and the second proves what the first installed', () => {
    const made = stage();
    expect(made.rotate()).toEqual({ kind: 'rotated' });
    expect(made.calls).toBe(2);
    expect(observeRotation({ kind: 'rotated' })).toBe('answered');
  });
});

test('a device has one rotation at a time, and a second call sends nothing', () => {
  const made = stage();
  const crash = made.begin();
  const frames = made.frames.length;
  const second = made.do(
    (function* () {
      return yield* rotate(made.peer, { keySource: made.keySource, tries: 1 });
    })(),
  );
  expect(second).toEqual({ kind: 'inFlight' });
  expect(observeRotation(second)).toBe('systemFault');
  expect(frames).toBeGreaterThan(0);
  crash();
});

test('the first device that does not end well ends the rotation of the home', () => {
  const made = stage({ masterKey: WRONG });
  const other = stage();
  expect(made.do(rotateAll([made.peer, other.peer], { keySource: made.keySource, anew: true })).kind).toBe('refused');
  expect(other.peer.ledger.rows).toHaveLength(2);
});

/** Sends one method call to the security setup in an association that proved its keys, under any title. */
function* call(made: Stage, parameter: Data, from = 1): Procedure<Outcome<unknown>> {
  let counter = from;
  const client = new DlmsClient({
    authentication: 'gmac',
    security: { systemTitle: SMSO_TITLE, keys: made.device.keyring.keys, nextCounter: () => counter++ },
  });
  yield* connect(made.peer.call);
  const associated = yield* converse(client.associate());
  const outcome = associated.ok ? yield* converse(client.action(KEY_TRANSFER, parameter)) : associated;
  yield* disconnect();
  return outcome;
}

const item = (keyId: number, wrapped: Uint8Array) => ({ keyId, wrapped });
const wrapped = (key: Uint8Array, kek: Uint8Array = LAB_KEYS.kek): Uint8Array => wrapKey(kek, key);

describe('no change to any key by', () => {
  const REFUSED: readonly (readonly [string, Data])[] = [
    ['a wrong KEK', keyTransferParameter([item(0, wrapped(KEY, WRONG))])],
    ['a key_id that does not exist', keyTransferParameter([item(4, wrapped(KEY))])],
    ['a wrap of 23 bytes', keyTransferParameter([item(0, wrapped(KEY).subarray(1))])],
    ['a wrap of 25 bytes', keyTransferParameter([item(0, concat(wrapped(KEY), new Uint8Array(1)))])],
    ['a wrap of a longer key', keyTransferParameter([item(0, wrapped(concat(KEY, KEY)))])],
    ['a key_id twice', keyTransferParameter([item(0, wrapped(KEY)), item(0, wrapped(OTHER))])],
    ['an empty array', array([])],
    [
      'a good item before one that does not unwrap',
      keyTransferParameter([item(0, wrapped(KEY)), item(2, wrapped(KEY, WRONG))]),
    ],
    [
      'a good item after one that does not unwrap',
      keyTransferParameter([item(2, wrapped(KEY, WRONG)), item(0, wrapped(KEY))]),
    ],
    ['an item outside an array', structure(enumerated(0), octets(wrapped(KEY)))],
    ['an item with a member too many', array([structure(enumerated(0), octets(wrapped(KEY)), enumerated(0))])],
  ];
  test.each(REFUSED)('no key is changed by %s', (_, parameter) => {
    const made = stage();
    const before = made.device.keyring.keys;
    expect(made.do(call(made, parameter))).toMatchObject({ ok: false, error: { kind: 'result' } });
    expect(made.device.keyring.keys).toBe(before);
    expect(made.rotate()).toEqual({ kind: 'rotated' });
  });

  test('the check of unchanged keys can fail: the same call with valid inputs changes one', () => {
    const made = stage();
    const before = made.device.keyring.keys;
    expect(made.do(call(made, keyTransferParameter([item(0, wrapped(KEY))]))).ok).toBe(true);
    expect(made.device.keyring.keys).not.toBe(before);
    expect(made.device.keyring.keys.guek).toEqual(KEY);
  });
});

describe('without the KEK no sequence of messages changes any key', () => {
  const random = fc.uint8Array({ minLength: 0, maxLength: 40 });
  const wraps = fc.oneof(
    random,
    fc.uint8Array({ minLength: 24, maxLength: 24 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((kek) => wrapped(KEY, kek)),
  );
  const transfers = fc
    .array(fc.record({ keyId: fc.nat(255), wrapped: wraps }), { maxLength: 4 })
    .map((items) => keyTransferParameter(items));

  test('no sequence of transfers by a holder of the GUEK and the GAK changes a key without the KEK', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(transfers, dataArbitrary), { minLength: 1, maxLength: 5 }), (messages) => {
        const made = stage();
        const before = made.device.keyring.keys;
        messages.forEach((message, i) => made.do(call(made, message, 1 + 1000 * i)));
        expect(made.device.keyring.keys).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  test('no replay of recorded frames, in any order and with damage, changes a key without the KEK', () => {
    const recorded = stage();
    recorded.rotate();
    const said = recorded.frames.filter(({ direction }) => direction === 'c2s').map(({ bytes }) => bytes);
    const replayed = fc.array(
      fc.record({ frame: fc.nat(said.length - 1), at: fc.nat(200), mask: fc.constantFrom(0, 0, 1, 0xff) }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(replayed, (frames) => {
        const made = stage();
        made.rotate();
        const before = made.device.keyring.keys;
        made.home.dial(made.peer.call, (channel) => {
          for (const { frame, at, mask } of frames) {
            const bytes = new Uint8Array(said[frame]!);
            if (at < bytes.length) bytes[at]! ^= mask;
            channel!.write(bytes);
          }
        });
        made.timers.runUntilQuiet();
        expect(made.device.keyring.keys).toBe(before);
      }),
      { numRuns: 100 },
    );
  });
});
