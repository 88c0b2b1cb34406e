// The journalled key install under a power cut at every numbered point. The store stands for flash: what is assigned is
// kept. What real flash does to a half-written word is not modelled.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyName, KEY_NAMES, type KeySet, Keyring, installSteps } from '../../../devices/cosem/deviceKeyring.ts';
import { equalBytes, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { bench, CLIENT_TITLE, keyTransfer, NOW } from '../dlms/harness.ts';

const LDN = { classId: 1, ln: '00002A0000FF', id: 2 };
const freshKey = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
const ALL_FRESH: Readonly<Record<KeyName, Uint8Array>> = {
  guek: freshKey(0x61),
  gbek: freshKey(0x62),
  gak: freshKey(0x63),
  kek: freshKey(0x64),
};
/** Every set of keys that one call can carry. */
const SUBSETS = Array.from({ length: 15 }, (_, i) => KEY_NAMES.filter((_name, bit) => ((i + 1) >> bit) & 1));
const pick = (names: readonly KeyName[]): Partial<KeySet> =>
  Object.fromEntries(names.map((name) => [name, ALL_FRESH[name]]));

describe.each(SUBSETS.map((names) => [names.join('+'), names] as const))('installing %s', (_, names) => {
  const items = names.map((name) => ({ name, key: ALL_FRESH[name] }));

  test('a cut at each point leaves all old before the commit, all new after', () => {
    const steps = installSteps(items);
    expect(steps.length).toBe(names.length + 4);
    steps.forEach((step, i) => {
      const store = new Keyring(LAB_KEYS);
      for (let n = 0; n < 9; n++) store.reserveCounter();
      store.acceptCounter('AA', 41);
      const seen: string[] = [];
      const cut = store.install(items, (point, name) => {
        seen.push(name);
        return point === i + 1;
      });
      expect(cut).toBe('cut');
      expect(seen).toEqual(steps.slice(0, i + 1));
      // The power may go again while recovering; recovering is repeatable.
      store.recover();
      store.recover();
      const isNew = i >= steps.indexOf('journal committed');
      expect(store.keys).toEqual(isNew ? { ...LAB_KEYS, ...pick(names) } : LAB_KEYS);
      const isReset = isNew && names.includes('guek');
      expect([step, store.nextCounter, store.acceptedCounter('AA')]).toEqual([step, ...(isReset ? [1, -1] : [10, 41])]);
    });
  });

  test('over the wire: after the cut and the restart, exactly one of old and new keys associates', () => {
    const points = installSteps(items).length;
    for (let point = 1; point <= points + 1; point++) {
      const device = labDevice('esme', 1, { powerCut: (at) => at === point });
      const made = bench(device);
      expect(made.run(made.client.associate())).toMatchObject({ ok: true });
      const answer = made.run(made.client.action(...keyTransfer(pick(names))));
      if (point <= points) expect(answer).toBeUndefined();
      else expect(answer).toMatchObject({ ok: true });
      expect(made.run(made.client.get(LDN)) === undefined).toBe(point <= points);
      device.restart();
      device.options = {};
      const fresh = { ...LAB_KEYS, ...pick(names) };
      const isChanged = names.includes('guek') || names.includes('gak');
      const opens = [LAB_KEYS, fresh].map((keys) => {
        const other = bench(device, { security: { keys }, counter: made.counter });
        return other.run(other.client.associate())?.ok === true;
      });
      if (isChanged) expect(opens).toEqual(point < 2 ? [true, false] : [false, true]);
      else expect(opens).toEqual([true, true]);
    }
  });
});

test('no counter of an old key is ever used twice, whenever the power goes', () => {
  const used = new Set<string>();
  const spend = (store: Keyring): void => {
    const use = `${toHex(store.keys.guek)} ${store.reserveCounter()}`;
    expect(used.has(use)).toBe(false);
    used.add(use);
  };
  const store = new Keyring(LAB_KEYS);
  for (let round = 1; round <= 60; round++) {
    spend(store);
    spend(store);
    // Three keys in turn, the present one among them: a key that returns goes on where it stopped.
    const items = [{ name: 'guek' as const, key: freshKey(round % 5 === 0 ? 1 : round % 3) }];
    store.install(items, (point) => point === 1 + (round % 6));
    store.recover();
    spend(store);
  }
  expect(used.size).toBe(180);
});

test('a key that comes back still refuses what it refused before it went', () => {
  const store = new Keyring(LAB_KEYS);
  store.acceptCounter('AA', 41);
  store.install([{ name: 'guek', key: freshKey(1) }], undefined);
  expect(store.acceptedCounter('AA')).toBe(-1);
  store.acceptCounter('AA', 7);
  store.install([{ name: 'guek', key: LAB_KEYS.guek }], undefined);
  expect(store.acceptedCounter('AA')).toBe(41);
  store.install([{ name: 'guek', key: LAB_KEYS.guek }], undefined);
  expect(store.acceptedCounter('AA')).toBe(41);
});

describe('a transfer that is refused', () => {
  const [guek] = [ALL_FRESH.guek];
  const store = (): Keyring => new Keyring(LAB_KEYS);
  const wrapped = wrapKey(LAB_KEYS.kek, guek);
  const cases = [
    ['nothing', []],
    ['an unknown key_id', [{ keyId: 4, wrapped }]],
    ['a negative key_id', [{ keyId: -1, wrapped }]],
    ['a wrong KEK', [{ keyId: 0, wrapped: wrapKey(freshKey(9), guek) }]],
    ['23 bytes', [{ keyId: 0, wrapped: wrapped.subarray(0, 23) }]],
    ['25 bytes', [{ keyId: 0, wrapped: new Uint8Array([...wrapped, 0]) }]],
    ['a key of 32 bytes', [{ keyId: 0, wrapped: wrapKey(LAB_KEYS.kek, new Uint8Array(32)) }]],
    ['the same key_id twice', [0, 0].map((keyId) => ({ keyId, wrapped }))],
    [
      'one good and one bad item',
      [
        { keyId: 0, wrapped },
        { keyId: 2, wrapped: freshKey(1) },
      ],
    ],
  ] as const;
  test.each(cases)('%s: unwraps to an error that names no byte of a key', (_, items) => {
    const result = store().unwrapAll(items);
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : result.error).not.toMatch(/[0-9A-Fa-f]{8}/);
  });
});

test('the KEK is replaced like any key, and then the old one wraps nothing', () => {
  const device = labDevice('esme', 1);
  const made = bench(device);
  made.run(made.client.associate());
  expect(made.run(made.client.action(...keyTransfer({ kek: ALL_FRESH.kek })))).toMatchObject({ ok: true });
  expect(made.run(made.client.action(...keyTransfer({ guek: ALL_FRESH.guek })))).toMatchObject({ ok: false });
  expect(made.run(made.client.action(...keyTransfer({ guek: ALL_FRESH.guek }, ALL_FRESH.kek)))).toMatchObject({
    ok: true,
  });
});

test('without the KEK no sequence of transfers changes any key', () => {
  const device = labDevice('esme', 1);
  const made = bench(device);
  made.run(made.client.associate());
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const wrong = key.filter((kek) => !equalBytes(kek, LAB_KEYS.kek));
  const keys = fc.dictionary(fc.constantFrom(...KEY_NAMES), key, { minKeys: 1 });
  fc.assert(
    fc.property(wrong, keys, (kek, wanted) => {
      expect(made.run(made.client.action(...keyTransfer(wanted, kek)))).toMatchObject({ ok: false });
      expect(device.keyring.keys).toEqual(LAB_KEYS);
    }),
    { numRuns: 200 },
  );
});

test('keys appear in no text form of a device, a client or an error', () => {
  const device = labDevice('esme', 1);
  const made = bench(device);
  made.run(made.client.associate());
  const failed = made.run(made.client.action(...keyTransfer({ guek: freshKey(1) }, freshKey(2))));
  const texts = [JSON.stringify(device.keyring), JSON.stringify(made.client.security), JSON.stringify(failed)];
  for (const text of texts) {
    for (const key of Object.values(LAB_KEYS)) {
      expect(text.toUpperCase()).not.toContain(toHex(key));
      expect(text).not.toContain([...key].join(','));
    }
  }
  expect(device.keyring.acceptedCounter(toHex(CLIENT_TITLE))).toBeGreaterThan(0);
  expect(NOW).toBeGreaterThan(0);
});
