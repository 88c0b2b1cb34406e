import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, formatInstant, HOUR, instant } from '../../../src/time.ts';
import type { Contact } from '../../../devices/mqtt/contact.ts';
import { connectBroker } from '../../../devices/mqtt/connection.ts';
import {
  findStrayCads,
  GLOW_INTERVAL_SECONDS,
  glowMessages,
  ingestGlow,
  publishGlow,
} from '../../../devices/mqtt/glow.ts';
import type { GlowSnapshot } from '../../../devices/mqtt/glow.ts';
import { gasMeterFromGlow, GLOW_WATCH_EMPTY, observeGlow } from '../../../devices/mqtt/glowEvidence.ts';
import { decodeGlow } from '../../../devices/mqtt/glowMessage.ts';
import type { GlowMessage } from '../../../devices/mqtt/glowMessage.ts';
import { aedesBroker } from '../transport/brokers.ts';
import type { Broker } from '../transport/brokers.ts';
import { turn, until } from '../transport/transportLaws.ts';
import { seedNumber } from '../../seed.ts';

const RUNS = Number(process.env['SMB_FUZZ_RUNS'] ?? 3000);
const SEED = seedNumber(import.meta.filename, 20_220_611);
console.log(`Glow fuzz: seed ${SEED}, ${RUNS} runs`);

const CAD = '1234567890AB';
const bytes = (text: string): Uint8Array => Buffer.from(text);
const START = instant('2022-06-11T20:00:00Z');

/** As published by a real CAD (megakid/ha_hildebrand_glow_ihd_mqtt), numbers and all. */
const STATE =
  '{"software":"v1.8.12","timestamp":"2022-06-11T20:54:53Z","hardware":"GLOW-IHD-01-1v4-SMETS2","ethmac":"1234567890AB","smetsversion":"SMETS2","eui":"12:34:56:78:91:23:45","zigbee":"1.2.5","han":{"rssi":-75,"status":"joined","lqi":100}}';
const GAS =
  '{"gasmeter":{"timestamp":"2022-06-11T20:53:52Z","energy":{"export":{"cumulative":0.000,"units":"kWh"},"import":{"cumulative":17940.852,"day":11.128,"week":104.749,"month":217.122,"units":"kWh","mprn":"1234","supplier":"---","price":{"unitrate":0.07320,"standingcharge":0.17850}}},"power":{"value":0.000,"units":"kW"}}}';

function decoded(topic: string, payload: string): GlowMessage {
  const result = decodeGlow(topic, bytes(payload));
  if (result?.ok !== true) throw new Error(`not decoded: ${result?.reason ?? 'foreign topic'}`);
  return result.value;
}

function gas(at: number | undefined, more: Partial<GlowMessage> = {}): GlowMessage {
  return { kind: 'gasmeter', cad: CAD, at, cumulativeKwh: 1, meterPoint: undefined, ...more } as GlowMessage;
}

/** Folds messages received at given instants into contacts. */
function contactsOf(messages: readonly (readonly [GlowMessage, number])[]): { contacts: Contact[]; notes: string[] } {
  let watch = GLOW_WATCH_EMPTY;
  const contacts: Contact[] = [];
  const notes: string[] = [];
  for (const [message, receivedAt] of messages) {
    const seen = observeGlow(watch, message, { receivedAt, installationOf: () => '80113' });
    watch = seen.watch;
    contacts.push(...seen.contacts);
    if (seen.note !== undefined) notes.push(seen.note);
  }
  return { contacts, notes };
}

describe('Glow messages', () => {
  test('real ones are read', () => {
    expect(decoded(`glow/${CAD}/STATE`, STATE)).toEqual({
      kind: 'state',
      cad: CAD,
      at: instant('2022-06-11T20:54:53Z'),
      hanJoined: true,
      rssi: -75,
      lqi: 100,
    });
    expect(decoded(`glow/${CAD}/SENSOR/gasmeter`, GAS)).toEqual({
      kind: 'gasmeter',
      cad: CAD,
      at: instant('2022-06-11T20:53:52Z'),
      cumulativeKwh: 17_940.852,
      meterPoint: undefined,
    });
  });

  test('what a CAD says after it lost its hub is no reading', () => {
    const lost = GAS.replace('17940.852', '0').replace('"1234"', '"not available"').replace('2022-06-11', '1970-01-01');
    expect(decoded(`glow/${CAD}/SENSOR/gasmeter`, lost)).toMatchObject({
      at: undefined,
      cumulativeKwh: undefined,
      meterPoint: undefined,
    });
  });

  test('the cloud form is read as ZigBee attributes and dates nothing', () => {
    const cloud =
      '{"gasMtr":{"0702":{"03":{"01":"00000001","02":"000003E8"},"00":{"00":"0000019A0B0D"}}},"pan":{"status":"joined"}}';
    expect(decoded('SMART/HILD/00CAFE', cloud)).toEqual({
      kind: 'cloud',
      cad: '00CAFE',
      hanJoined: true,
      gasCumulative: 0x019a0b0d / 1000,
    });
  });

  test('other topics are nobody’s business, and bad payloads are refused without repeating them', () => {
    expect(decodeGlow('glow/x/SENSOR/watermeter', bytes('{}'))).toBeUndefined();
    expect(decodeGlow('homeassistant/sensor/x/config', bytes('{}'))).toBeUndefined();
    for (const payload of ['', 'secret', '[]', '{"gasmeter":3}', '{}', 'null']) {
      const result = decodeGlow(`glow/${CAD}/SENSOR/gasmeter`, bytes(payload));
      expect(result?.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain('secret');
    }
  });

  test('what is published is read back', () => {
    const snapshot: GlowSnapshot = {
      mac: CAD,
      at: START + 60,
      han: { joined: true, rssi: -60, lqi: 200 },
      electricity: { at: START + 54, cumulativeKwh: 6613.4051, powerKw: 0.951, meterPoint: '1012345678903' },
      gas: { at: START, cumulativeKwh: 17_940.852 },
    };
    const [state, electricity, gasMeter] = glowMessages(snapshot).map(({ topic, payload }) => decoded(topic, payload));
    expect(state).toMatchObject({ kind: 'state', at: START + 60, hanJoined: true, rssi: -60, lqi: 200 });
    expect(electricity).toMatchObject({ at: START + 54, cumulativeKwh: 6613.405, meterPoint: '1012345678903' });
    expect(gasMeter).toMatchObject({ kind: 'gasmeter', at: START, cumulativeKwh: 17_940.852, meterPoint: undefined });
    expect(() => glowMessages({ ...snapshot, mac: 'x/#' })).toThrow(RangeError);
  });
});

describe('Glow as evidence', () => {
  test('only an advancing gas timestamp is a contact, dated by the data and not by the message', () => {
    const { contacts } = contactsOf([
      [gas(START), START + GLOW_INTERVAL_SECONDS],
      [gas(START), START + 2 * GLOW_INTERVAL_SECONDS],
      [gas(START), START + 1700],
      [gas(START + 1800), START + 1806],
      [gas(START + 1800), START + 1812],
    ]);
    expect(contacts).toEqual([{ installation_id: '80113', at: START + 1800, link: 'han', source: `glow:${CAD}` }]);
  });

  test('no use is not silence: the reading stands still while the timestamp advances', () => {
    const messages = [0, 1800, 3600].map((t) => [gas(START + t, { cumulativeKwh: 5 }), START + t + 6] as const);
    expect(contactsOf(messages).contacts).toHaveLength(2);
  });

  test('a joined CAD, the electricity meter and the cloud form say nothing of the gas meter', () => {
    const others: GlowMessage[] = [
      { kind: 'state', cad: CAD, at: START + 600, hanJoined: true, rssi: -50, lqi: 255 },
      { kind: 'electricitymeter', cad: CAD, at: START + 600, cumulativeKwh: 2, meterPoint: undefined },
      { kind: 'cloud', cad: CAD, hanJoined: true, gasCumulative: 7 },
    ];
    const messages = [gas(START), ...others].map((message) => [message, START + 700] as const);
    expect(contactsOf(messages)).toEqual({ contacts: [], notes: [] });
  });

  test('data from the future, from the past or without a date is noted and is no evidence', () => {
    const { contacts, notes } = contactsOf([
      [gas(START), START],
      [gas(START + DAY), START + 60],
      [gas(START - 60), START + 60],
      [gas(undefined), START + 60],
      [gas(START + 1800), START + 1800],
    ]);
    expect(contacts.map((contact) => contact.at)).toEqual([START + 1800]);
    expect(notes.map((note) => note.split(' ').at(-1))).toEqual(['future', 'time', 'dated']);
  });

  test('an advancing timestamp without a reading above 0 is no evidence: a CAD says so after it has lost its hub', () => {
    const { contacts, notes } = contactsOf([
      [gas(START), START + 6],
      [gas(START + 1800, { cumulativeKwh: undefined }), START + 1806],
      [gas(START + 3600, { cumulativeKwh: undefined }), START + 3606],
    ]);
    expect(contacts).toEqual([]);
    expect(notes[0]).toContain('no reading above 0');
    const back = contactsOf([
      [gas(START), START + 6],
      [gas(START + 1800, { cumulativeKwh: undefined }), START + 1806],
      [gas(START + 3600), START + 3606],
    ]);
    expect(back.contacts.map(({ at }) => at)).toEqual([START + 3600]);
  });

  test.each(['0', '0.000', 'null', '-1'])('a cumulative of %s in a real message is no evidence', (cumulative) => {
    const message = (t: string, reading: string): GlowMessage =>
      decoded(
        `glow/${CAD}/SENSOR/gasmeter`,
        GAS.replace('2022-06-11T20:53:52Z', t).replace(
          '"import":{"cumulative":17940.852',
          `"import":{"cumulative":${reading}`,
        ),
      );
    const later = instant('2022-06-11T22:00:00Z');
    const messages = [message('2022-06-11T20:53:52Z', '17940.852'), message('2022-06-11T21:23:52Z', cumulative)];
    expect(contactsOf(messages.map((one) => [one, later] as const)).contacts).toEqual([]);
    const good = [messages[0]!, message('2022-06-11T21:23:52Z', '17940.852')];
    expect(contactsOf(good.map((one) => [one, later] as const)).contacts).toHaveLength(1);
  });

  describe('a CAD of another home', () => {
    const known = { mpan: '1012345678903', mprn: '1234567' };
    const fold = (messages: readonly GlowMessage[], points = known): ReturnType<typeof contactsOf> => {
      let watch = GLOW_WATCH_EMPTY;
      const all: ReturnType<typeof contactsOf> = { contacts: [], notes: [] };
      for (const message of messages) {
        const seen = observeGlow(watch, message, { receivedAt: START + DAY, installationOf: () => '80113', pointsOf: () => points }); // prettier-ignore
        watch = seen.watch;
        all.contacts.push(...seen.contacts);
        if (seen.note !== undefined) all.notes.push(seen.note);
      }
      return all;
    };
    const electricity = (meterPoint: string | undefined): GlowMessage => ({ kind: 'electricitymeter', cad: CAD, at: START, cumulativeKwh: 2, meterPoint }); // prettier-ignore

    test('another MPRN is no evidence, and the note holds no meter point', () => {
      const { contacts, notes } = fold([
        gas(START, { meterPoint: '7654321' }),
        gas(START + 1800, { meterPoint: '7654321' }),
      ]);
      expect(contacts).toEqual([]);
      expect(new Set(notes).size).toBe(1);
      expect(notes[0]).toContain('another MPRN');
      expect(notes[0]).not.toMatch(/7654321|1234567(?!890AB)/);
    });

    test('another MPAN takes the gas evidence of the same CAD with it, until it names the right one', () => {
      const before = fold([electricity('1099999999999'), gas(START), gas(START + 1800)]);
      expect([before.contacts, before.notes[0]]).toEqual([[], expect.stringContaining('another MPAN')]);
      const after = fold([electricity('1099999999999'), electricity(known.mpan), gas(START), gas(START + 1800)]);
      expect(after.contacts).toHaveLength(1);
    });

    test('the same MPRN with leading zeros, or one that either side does not know, is believed', () => {
      const advance = (meterPoint: string | undefined): readonly GlowMessage[] =>
        [0, 1800].map((t) => gas(START + t, { meterPoint }));
      expect(fold(advance('0001234567')).contacts).toHaveLength(1);
      expect(fold(advance(undefined)).contacts).toHaveLength(1);
      expect(fold(advance('7654321'), { mpan: '', mprn: undefined as never }).contacts).toHaveLength(1);
    });
  });

  test.each([
    ['2022-06-11T20:53:52+00:00', '2022-06-11T20:53:52Z'],
    ['2022-06-11T21:53:52+01:00', '2022-06-11T20:53:52Z'],
    ['2022-06-11T20:53:52.000Z', '2022-06-11T20:53:52Z'],
    ['2022-06-11 19:23:52.5-0130', '2022-06-11T20:53:52Z'],
  ])('a date is read with its offset: %s', (written, meant) => {
    const message = decoded(`glow/${CAD}/SENSOR/gasmeter`, GAS.replace('2022-06-11T20:53:52Z', written));
    expect(message).toMatchObject({ at: instant(meant) });
  });

  test.each([
    ['"11/06/2022 20:53"', 'in no form that is understood'],
    ['"2022-06-11T20:53:52"', 'in no form that is understood'],
    ['"2022-02-31T20:53:52Z"', 'in no form that is understood'],
    ['"1970-01-01T00:00:05Z"', 'before 2012'],
    ['""', 'is not dated'],
    ['17', 'is not dated'],
  ])('a date %s is told apart from none: it %s', (written, words) => {
    const message = decoded(`glow/${CAD}/SENSOR/gasmeter`, GAS.replace('"2022-06-11T20:53:52Z"', written));
    const { contacts, notes } = contactsOf([[message, START]]);
    expect([contacts, notes[0]]).toEqual([[], expect.stringContaining(words)]);
  });

  test('silence is unknown, never a failed check', () => {
    const contacts: Contact[] = [{ installation_id: '1', at: START, link: 'han', source: 'glow:x' }];
    const ask = (installation: string, at: number): string =>
      gasMeterFromGlow(contacts, { installation, at, windowSeconds: 72 * HOUR });
    expect(ask('1', START + 72 * HOUR)).toBe('heard');
    expect(ask('1', START + 72 * HOUR + 1)).toBe('unknown');
    expect(ask('1', START - 1)).toBe('unknown');
    expect(ask('2', START)).toBe('unknown');
  });

  test('contacts strictly advance, are never later than the clock allows, and a restart repeats none', () => {
    const step = fc.tuple(fc.integer({ min: -7200, max: 7200 }), fc.integer({ min: 0, max: 3600 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat({ max: 40 }), (steps, restartAt) => {
        let watch = GLOW_WATCH_EMPTY;
        let now = START;
        const seen: Contact[] = [];
        steps.forEach(([shift, wait], i) => {
          now += wait;
          if (i === restartAt) watch = JSON.parse(JSON.stringify(watch)) as typeof watch;
          const result = observeGlow(watch, gas(now + shift), { receivedAt: now, installationOf: () => '1' });
          watch = result.watch;
          for (const contact of result.contacts) {
            expect(contact.at).toBeLessThanOrEqual(now + 300);
            expect(contact.at).toBeGreaterThan(seen.at(-1)?.at ?? 0);
            seen.push(contact);
          }
        });
      }),
      { seed: SEED },
    );
  });
});

describe('Glow under hostile payloads', () => {
  const topic = fc.constantFrom(`glow/${CAD}/STATE`, `glow/${CAD}/SENSOR/gasmeter`, 'SMART/HILD/1', 'glow/', 'x');
  const mangled = fc
    .tuple(
      fc.constantFrom(STATE, GAS),
      fc.array(fc.tuple(fc.nat({ max: 600 }), fc.nat({ max: 255 })), { maxLength: 6 }),
    )
    .map(([text, changes]) => {
      const copy = Uint8Array.from(Buffer.from(text));
      for (const [at, octet] of changes) copy[at % copy.length] = octet;
      return copy;
    });
  const json = fc
    .jsonValue()
    .map((value) => bytes(JSON.stringify({ gasmeter: value, han: value, gasMtr: value, pan: value })));
  const payload = fc.oneof(mangled, fc.uint8Array({ maxLength: 300 }), json);

  test('nothing throws, and what is decoded holds only finite numbers and known instants', () => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(topic, payload, (where, octets) => {
        const result = decodeGlow(where, octets);
        const kind = result === undefined ? 'foreign' : result.ok ? result.value.kind : 'refused';
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (result?.ok !== true) return;
        for (const value of Object.values(result.value)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
        observeGlow(GLOW_WATCH_EMPTY, result.value, { receivedAt: START, installationOf: (cad) => cad });
      }),
      { seed: SEED, numRuns: RUNS },
    );
    console.log(`Glow fuzz: outcomes ${JSON.stringify(Object.fromEntries(kinds))}`);
    for (const kind of ['gasmeter', 'state', 'refused', 'foreign']) expect(kinds.has(kind)).toBe(true);
  });

  test('an endless payload is refused before it is parsed', () => {
    const huge = new Uint8Array(200_000).fill(0x5b);
    expect(decodeGlow(`glow/${CAD}/STATE`, huge)).toEqual({ ok: false, reason: 'more than 131072 bytes' });
  });
});

describe('Glow over a broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await aedesBroker();
  });
  afterAll(() => broker.stop());

  test('an emulated CAD is ingested like a real one', async () => {
    const publisher = await connectBroker({ url: broker.url, credentials: {} });
    const reader = await connectBroker({ url: broker.url, credentials: {} });
    const contacts: Contact[] = [];
    const notes: string[] = [];
    let now = START;
    const ingest = await ingestGlow(reader, {
      installationOf: (cad) => (cad === CAD ? '80113' : undefined),
      now: () => now,
      onContact: (contact) => contacts.push(contact),
      onNote: (note) => notes.push(note),
    });
    const han = { joined: true, rssi: -60, lqi: 200 };
    for (const mirrored of [0, 0, 1800, 1800, 3600]) {
      now += 1800;
      publishGlow(publisher, { mac: CAD, at: now, han, gas: { at: START + mirrored, cumulativeKwh: 3 } });
      publishGlow(publisher, { mac: 'FFFFFFFFFFFF', at: now, han, gas: { at: now, cumulativeKwh: 3 } });
    }
    publisher.post(`glow/${CAD}/SENSOR/gasmeter`, 'not JSON');
    await until(turn, () => notes.length >= 1);
    expect(contacts.map((contact) => formatInstant(contact.at))).toEqual([
      '2022-06-11T20:30:00Z',
      '2022-06-11T21:00:00Z',
    ]);
    expect(ingest.watch.gasDated).toEqual({ [CAD]: START + 3600 });
    expect(notes).toEqual([
      `glow ${CAD}: a message on glow/${CAD}/SENSOR/gasmeter was not understood: not JSON in UTF-8`,
    ]);
    await publisher.close();
    await reader.close();
  });

  test('a CAD that publishes under another prefix is found, and its topic is named', async () => {
    const publisher = await connectBroker({ url: broker.url, credentials: {} });
    const reader = await connectBroker({ url: broker.url, credentials: {} });
    const strays: string[] = [];
    await findStrayCads(reader, { cads: [CAD], onStray: (_, topic) => strays.push(topic) });
    publisher.post(`glow/${CAD}/SENSOR/gasmeter`, GAS);
    publisher.post(`home/${CAD}/SENSOR/gasmeter`, GAS);
    publisher.post(`bridge/glow/${CAD}/SENSOR/gasmeter`, GAS);
    await until(turn, () => strays.length >= 2);
    expect(strays).toEqual([`home/${CAD}/SENSOR/gasmeter`, `bridge/glow/${CAD}/SENSOR/gasmeter`]);
    await publisher.close();
    await reader.close();
  });
});
