/** Profiles: what they change is seen on the wire; what is wrong is told with its place, and never with a key. */
import { describe, expect, test } from 'vitest';
import { filesOf } from '../../../src/document/files.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import { fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { loadProfile } from '../../../devices/emulate/loadProfile.ts';
import { labProfile, type Profile } from '../../../devices/emulate/profile.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { bench, keyTransfer, NOW } from '../dlms/harness.ts';

const KEY = 'A0A1A2A3A4A5A6A7A8A9AAABACADAEAF';

function load(files: Readonly<Record<string, string>>): ReturnType<typeof loadProfile> {
  return loadProfile({ path: 'p.yaml', files: filesOf(files) });
}

function profile(text: string, more: Readonly<Record<string, string>> = {}): Profile {
  const loaded = load({ 'p.yaml': text, ...more });
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  return loaded.profile;
}

function problems(text: string, more: Readonly<Record<string, string>> = {}): string {
  const loaded = load({ 'p.yaml': text, ...more });
  return loaded.ok ? '' : formatProblems(loaded.problems);
}

const timers = virtualTimers(NOW * 1000);
const unitOf = (of: Profile, device: 'esme' | 'installation' = 'esme') =>
  makeUnit({ profile: of, device, number: of.number, timers, onPowerCut: () => undefined });

describe('what a profile changes', () => {
  test('an empty map is the lab', () => {
    const empty = profile('name: lab');
    const plain = ({ kinds, ...rest }: Profile): unknown => [rest, Object.values(kinds).map(({ keys }) => keys)];
    expect(plain(empty)).toEqual(plain(labProfile()));
    expect(empty.usesLabKeys).toBe(true);
  });

  test('titles, keys in place or in a file, values, objects more and less', () => {
    const changed = profile(
      `name: rack
esme:
  systemTitle: '4142434445464748'
  keys: { guek: '${KEY}', gak: { file: keys/gak.hex } }
  values: [{ object: 1.0.1.8.0.255, attribute: 2, type: uint32, value: 123456 }]
  objects:
    - { class: data, object: 0.0.96.50.0.255, type: text, value: 'hello', writable: true }
    - { class: register, object: 1.0.21.7.0.255, type: int32, value: -5, scaler: 1, unit: 27 }
  without: [0.0.96.3.10.255]
`,
      { 'keys/gak.hex': `${KEY}\n` },
    );
    expect(changed.usesLabKeys).toBe(false);
    const { device } = unitOf(changed).devices[0]!;
    expect(toHex(device.systemTitle)).toBe('4142434445464748');
    const key = fromHex(KEY);
    const made = bench(device, { security: { keys: { ...LAB_KEYS, guek: key, gak: key } } });
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
    const get = (classId: number, ln: string, id = 2) => made.run(made.client.get({ classId, ln, id }));
    expect(get(3, '0100010800FF')).toMatchObject({ value: { value: 123456 } });
    expect(get(3, '0100150700FF')).toMatchObject({ value: { type: 'doubleLong', value: -5 } });
    expect(get(70, '000060030AFF')).toMatchObject({ ok: false, error: { result: 4 } });
    const name = { classId: 1, ln: '0000603200FF', id: 2 };
    expect(made.run(made.client.set(name, { type: 'octetString', value: fromHex('41') }))).toMatchObject({ ok: true });
    expect(get(1, '0000603200FF')).toMatchObject({ value: { value: fromHex('41') } });
  });

  test('client SAPs and secrets of its own', () => {
    const changed = profile(
      `clients:
  - { sap: 2, role: reader, authentication: lls, secret: { file: secret } }`,
      { secret: 'open sesame\n' },
    );
    const { device } = unitOf(changed).devices[0]!;
    expect(device.client(2)).toMatchObject({ mechanism: 1, secret: new Uint8Array(Buffer.from('open sesame')) });
    expect(device.client(16)).toBeUndefined();
  });

  test('a GSME that never sleeps, a HAN that is down, and what extends another', () => {
    const files = { 'base.yaml': 'sleep: { wakeSeconds: 60, awakeSeconds: 60 }\nlinks: { han: { esme: down } }' };
    const home = unitOf(profile('extends: base.yaml\nnumber: 7', files), 'installation');
    expect(home.number).toBe(7);
    for (let at = NOW; at < NOW + 120; at += 7) expect(home.installation!.route(3, at)?.readyAt).toBe(at);
    expect(home.installation!.route(2, NOW)).toBeUndefined();
  });

  test('the power goes once in a key install, and comes back with all old or all new', () => {
    const { device } = unitOf(profile('powerCut: { installPoint: 3, backAfterSeconds: 5 }')).devices[0]!;
    const made = bench(device);
    made.run(made.client.associate());
    expect(made.run(made.client.action(...keyTransfer({ guek: fromHex(KEY) })))).toBeUndefined();
    expect(device.powered).toBe(false);
    timers.runUntilQuiet();
    expect(device.powered).toBe(true);
    expect(toHex(device.keys().guek)).toBe(KEY);
  });
});

describe('what is wrong with a profile', () => {
  test.each([
    ['nmae: x', 'p.yaml:1:1 › nmae: found an unknown name', 'Did you mean `name`?'],
    ['device: hub', 'p.yaml:1:9 › device: found "hub", expected one of chf, esme, gsme, installation', ''],
    ["esme: { systemTitle: '12' }", 'p.yaml:1:22 › esme.systemTitle: found "12"', ''],
    [
      'esme: { values: [{ object: 1.0.99.0.0.255, attribute: 2, type: uint8, value: 1 }] }',
      'an object that the esme has',
      '',
    ],
    [
      'esme: { values: [{ object: 1.0.1.8.0.255, attribute: 2, type: uint8, value: 300 }] }',
      'a whole number from 0 to 255 (uint8)',
      '',
    ],
    ['esme: { objects: [{ class: data, object: 1.0.1.8.0.255, type: uint8, value: 3 }] }', 'does not have yet', ''],
    [
      'clients: [{ sap: 3, role: reader, authentication: lls }]',
      'p.yaml:1:11 › clients[0].secret: found nothing, expected a secret',
      '',
    ],
    [
      "esme: { systemTitle: '4142434445464748' }\ngsme: { systemTitle: '4142434445464748' }",
      'gsme.systemTitle',
      'a title of its own',
    ],
    ['faults: [{ fault: drop, frame: 0 }]', 'faults[0].frame: found 0, expected a whole number from 1', ''],
    ['keys: { guek: { file: none } }', 'p.yaml:1:23 › keys.guek.file: found a file that cannot be read (ENOENT)', ''],
  ])('%s', (text, first, second) => {
    const told = problems(text);
    expect(told).toContain(first);
    expect(told).toContain(second);
  });

  test('a key or a secret is never shown, whatever is wrong with it', () => {
    const wrong = [
      `keys: { guek: '${KEY}AB' }`,
      `keys: { guek: ${'1'.repeat(32)} }`,
      `esme: { keys: { guk: '${KEY}' } }`,
      `esme: { keys: { gak: ['${KEY}'] } }`,
      `clients: [{ sap: 3, role: reader, authentication: none, secret: '${KEY}' }]`,
      `clients: [{ sap: 3, role: reader, authentication: lls, secret: ${'1'.repeat(32)} }]`,
      `optical: { password: ${'1'.repeat(32)} }`,
      'keys: { guek: { file: k } }',
    ];
    for (const text of wrong) {
      const told = problems(text, { k: `${KEY}00` });
      expect(told).not.toBe('');
      expect(told).not.toContain(KEY.slice(0, 12));
      expect(told).not.toMatch(/1111|e\+31/);
    }
  });
});
