import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatInstant, instant } from '../../../src/time.ts';
import { benchDevice, watchBench } from '../../../devices/mqtt/bench.ts';
import type { BenchEvent } from '../../../devices/mqtt/bench.ts';
import { connectBroker, topicMatches } from '../../../devices/mqtt/connection.ts';
import { brokerUrl, MQTT_ENVIRONMENT, mqttCredentials } from '../../../devices/mqtt/credentials.ts';
import { observeLink } from '../../../devices/mqtt/linkEvidence.ts';
import type { LinkWatch } from '../../../devices/mqtt/linkEvidence.ts';
import type { Birth, Link } from '../../../devices/mqtt/messages.ts';
import { deviceTopics, parseDeviceTopic } from '../../../devices/mqtt/topics.ts';
import { aedesBroker } from '../transport/brokers.ts';
import type { Broker } from '../transport/brokers.ts';
import { turn, until } from '../transport/transportLaws.ts';

const START = instant('2022-01-10T08:00:00Z');
const address = { bench: 'lab', installation: '80113', device: 'chf' };
const birth: Birth = { v: 1, boot: 7, t: formatInstant(START), kind: 'CHF', source: 'emulated', cap: ['dlms', 'glow'] };
const link = (boot: number, seq: number, wan?: number): Link => ({
  boot,
  seq,
  t: formatInstant(START),
  wan: { up: true, ...(wan !== undefined && { lastContact: formatInstant(wan) }) },
});

describe('devices of the bench over a broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await aedesBroker();
  });
  afterAll(() => broker.stop());

  test('birth, links and the end are seen, with the device’s time beside ours', async () => {
    const watcher = await connectBroker({ url: broker.url, credentials: {} });
    const events: BenchEvent[] = [];
    await watchBench(watcher, { bench: 'lab', now: () => START + 9, onEvent: (event) => events.push(event) });
    const device = await benchDevice({ url: broker.url, credentials: {}, address, birth });
    device.report({ t: formatInstant(START), wan: { up: true, lastContact: formatInstant(START - 60), csq: 14 } });
    await until(turn, () => events.length >= 3);
    expect(events.map((event) => event.kind)).toEqual(['birth', 'status', 'link']);
    expect(events[2]).toMatchObject({
      receivedAt: START + 9,
      link: { boot: 7, seq: 1, t: '2022-01-10T08:00:00Z' },
      contacts: [{ installation_id: '80113', at: START - 60, link: 'wan', source: 'mqtt:lab/80113/chf' }],
    });
    broker.sever();
    await until(turn, () => device.connection.unsentMessages === 0 && events.length >= 3);
    await watcher.close();
    await device.close();
  });

  test('a device that dies without a word is offline for late comers: the will', async () => {
    const device = await benchDevice({
      url: broker.url,
      credentials: {},
      address: { ...address, device: 'will' },
      birth,
    });
    let ended = false;
    device.connection.onEnd(() => (ended = true));
    broker.sever();
    await until(turn, () => ended);
    const late = await connectBroker({ url: broker.url, credentials: {} });
    const states: string[] = [];
    await watchBench(late, {
      now: () => START,
      onEvent: (event) => {
        if (event.kind === 'status' && event.address.device === 'will') states.push(event.status.state);
      },
    });
    await until(turn, () => states.length > 0 && states.at(-1) === 'offline');
    await late.close();
    await device.close();
  });

  test('messages that are not understood are told without their content', async () => {
    const connection = await connectBroker({ url: broker.url, credentials: {} });
    const events: BenchEvent[] = [];
    await watchBench(connection, { bench: 'odd', now: () => START, onEvent: (event) => events.push(event) });
    connection.post('smb/v1/odd/1/chf/link', '{"boot":"hunter2"}');
    connection.post('smb/v1/odd/1/chf/birth', 'hunter2');
    await until(turn, () => events.length >= 2);
    expect(events.map((event) => event.kind)).toEqual(['odd', 'odd']);
    expect(JSON.stringify(events)).not.toContain('hunter2');
    await connection.close();
  });

  test('a birth that is none is refused before anything is published', async () => {
    const wrong = { ...birth, sysTitle: 'xyz' };
    await expect(benchDevice({ url: broker.url, credentials: {}, address, birth: wrong })).rejects.toThrow('sysTitle');
  });
});

describe('link reports as evidence', () => {
  test('repeats and late reports are dropped, gaps counted, a new boot begins anew', () => {
    const feed = [
      link(1, 1, START),
      link(1, 1, START),
      link(1, 4, START + 60),
      link(1, 3, START + 30),
      link(2, 1, START + 90),
    ];
    let watch: LinkWatch | undefined;
    const seen = feed.map((report) => {
      const result = observeLink(watch, report, { address, receivedAt: START + 100 });
      watch = result.watch;
      return [result.contacts.map((contact) => contact.at - START), result.missing];
    });
    expect(seen).toEqual([
      [[0], 0],
      [[], 0],
      [[60], 2],
      [[], 0],
      [[90], 0],
    ]);
  });

  test('a contact in the future is noted and is none; what is known is kept', () => {
    const first = observeLink(undefined, link(1, 1, START), { address, receivedAt: START });
    const ahead = observeLink(first.watch, link(1, 2, START + 3600), { address, receivedAt: START });
    expect([ahead.contacts, ahead.watch.wan]).toEqual([[], START]);
    expect(ahead.note).toContain('future');
  });

  test('shuffled and repeated reports never yield a contact twice', () => {
    const reports = fc.array(
      fc.record({ boot: fc.nat({ max: 3 }), seq: fc.nat({ max: 9 }), wan: fc.nat({ max: 50 }) }),
    );
    fc.assert(
      fc.property(reports, (feed) => {
        let watch: LinkWatch | undefined;
        const ats: number[] = [];
        for (const { boot, seq, wan } of feed) {
          const result = observeLink(watch, link(boot, seq, START + wan), { address, receivedAt: START + 60 });
          watch = result.watch;
          ats.push(...result.contacts.map((contact) => contact.at));
        }
        expect(ats).toEqual([...new Set(ats)].sort((a, b) => a - b));
      }),
      { seed: 21 },
    );
  });
});

describe('topics and credentials', () => {
  test('topics are read back and names that would break them are refused', () => {
    const topics = deviceTopics(address);
    expect(parseDeviceTopic(topics.link)).toEqual({ address, kind: 'link' });
    for (const device of ['a/b', '+', '#', '', 'x'.repeat(65)]) {
      expect(() => deviceTopics({ ...address, device })).toThrow('cannot stand in a topic');
    }
    expect(parseDeviceTopic('smb/v1/lab/1/chf/cmd')).toBeUndefined();
  });

  test('filters match as MQTT has them', () => {
    expect(topicMatches('a/+/c', 'a/b/c')).toBe(true);
    expect(topicMatches('a/#', 'a')).toBe(true);
    expect(topicMatches('a/+', 'a')).toBe(false);
    expect(topicMatches('a/+', 'a/b/c')).toBe(false);
  });

  test('credentials come from the environment and from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'smb-cred-'));
    const file = join(folder, 'password');
    writeFileSync(file, 'hunter2\n');
    expect(mqttCredentials({ [MQTT_ENVIRONMENT.username]: 'rack', [MQTT_ENVIRONMENT.passwordFile]: file })).toEqual({
      username: 'rack',
      password: 'hunter2',
    });
    expect(mqttCredentials({})).toEqual({});
    expect(() => mqttCredentials({ SMB_MQTT_CA_FILE: join(folder, 'none') })).toThrow(/SMB_MQTT_CA_FILE.*ENOENT/);
    rmSync(folder, { recursive: true });
  });

  test('a URL is checked without repeating what should not be in it', () => {
    expect(brokerUrl('mqtts://broker.lab:8883')).toBe('mqtts://broker.lab:8883');
    expect(() => brokerUrl('mqtt://me:hunter2@x')).toThrow(/^(?!.*hunter2).*SMB_MQTT_USER/);
    expect(() => brokerUrl('http://x')).toThrow('is not one of');
    expect(() => brokerUrl('hunter2')).toThrow(/^(?!.*hunter2)/);
  });
});
