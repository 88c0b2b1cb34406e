// Who tells a watch of contacts, and what may be made of it: a driver by its device's own dates, a CAD in Glow form, reports on
// the bus of a bench. What comes by itself can show a contact, never that there was none.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { syntheticMprn } from '../../../../src/installation/identifiers.ts';
import { DAY, formatInstant, HOUR } from '../../../../src/time.ts';
import type { Emulation } from '../../../../devices/emulate/emulate.ts';
import { connectBroker } from '../../../../devices/mqtt/connection.ts';
import { glowMessages, type GlowSnapshot } from '../../../../devices/mqtt/glow.ts';
import { EvidenceBuffer } from '../../../../devices/rig/watch/evidenceBuffer.ts';
import { WatchState, type Evidence } from '../../../../devices/rig/watch/watchState.ts';
import { wallTimers, type Timers } from '../../../../devices/transport/timers.ts';
import { aedesBroker, type Broker } from '../../transport/brokers.ts';
import { emulated, rigBench } from '../bench.ts';
import { made, of, QUICK, tried, watched, type Watched } from './atOnce.ts';

const bench = rigBench();
afterAll(bench.stop);
const under = bench.folder;
const DRIVER = fileURLToPath(new URL('./watchDriver.mjs', import.meta.url));
const now = (): number => Math.floor(Date.now() / 1000);
const ago = (seconds: number): string => formatInstant(now() - seconds);

let drivers = 0;
/** A hub behind a driver, and what it is to say. */
function driven(told: object, watch = QUICK) {
  const file = join(under, `driver${(drivers += 1)}.json`);
  const tell = (what: object): void => writeFileSync(file, JSON.stringify(what));
  tell(told);
  const command = [process.execPath, DRIVER, file].map((word) => `'${word}'`).join(', ');
  const place = `devices: { chf: { driver: { command: [${command}], endpoint: hub7 } } }`;
  return { tell, setup: bench.setup(`name: lab\n${place}\nwatch: { ${watch} }\n`) };
}
const ALL = ['probe', 'lastContact', 'observe'];
const first = (state: WatchState): boolean => made(state).length > 0;

// Concurrent, as they wait for a cadence of seconds: each has a driver and a watch of its own.
describe.concurrent('a driver', () => {
  test("a driver is judged by its device's own dates, which are recorded", async () => {
    const [wan, han] = [ago(2 * DAY), ago(HOUR)];
    const run = await watched(driven({ capabilities: ALL, lastContact: { wan, han } }).setup, first, { under });
    expect(made(run.state)[0]).toMatchObject({
      is: 'passed',
      why: 'a watch that only reads ends here (watch.migrate: false)',
    });
    const evidence = run.state.evidence.map(({ link, at, source, bearing }) => [
      link,
      formatInstant(at),
      source,
      bearing,
    ]);
    expect(evidence).toEqual(
      expect.arrayContaining([
        ['wan', wan, 'driver:hub7', 'judged'],
        ['han', han, 'driver:hub7', 'judged'],
      ]),
    );
    expect(evidence).toHaveLength(2);
  });

  test.each([
    ['the WAN', { wan: 8 * DAY, han: HOUR }, 'MA112'],
    ['the gas meter', { wan: HOUR, han: 80 * HOUR }, 'GT01'],
  ])(
    'a driver that dates %s beyond its window has shown a failure, although the driver was present',
    async (_, ages, outcome) => {
      const lastContact = { wan: ago(ages.wan), han: ago(ages.han) };
      const run = await watched(driven({ capabilities: ALL, lastContact }).setup, first, { under });
      expect(made(run.state)[0]).toMatchObject({ is: 'attempt', outcome, cause: 'device' });
      expect(tried(run.state).every(({ result }) => result === 'answered')).toBe(true);
    },
  );

  test('a driver is asked anew at each attempt, and only its latest answer counts', async () => {
    const { setup, tell } = driven({ capabilities: ALL, lastContact: { wan: ago(8 * DAY), han: ago(HOUR) } });
    const run = await watched(setup, (state) => made(state).at(-1)?.is === 'passed', {
      under,
      onRecord: (record) => {
        if (record.is === 'attempt') tell({ capabilities: ALL, lastContact: { wan: ago(HOUR), han: ago(HOUR) } });
      },
    });
    expect(
      made(run.state)
        .map(({ is }) => is)
        .slice(0, 1),
    ).toEqual(['attempt']);
    expect(made(run.state).at(-1)!.is).toBe('passed');
  });

  test('a driver that dies during a question is our trouble, is restarted, and the next attempt is judged', async () => {
    const lastContact = { wan: ago(HOUR), han: ago(HOUR) };
    const { setup, tell } = driven({ capabilities: ALL, lastContact, dies: true });
    const run = await watched(setup, (state) => made(state).at(-1)?.is === 'passed', {
      under,
      onRecord: (record) => {
        if (record.is === 'attempt') tell({ capabilities: ALL, lastContact });
      },
    });
    expect(made(run.state)[0]).toMatchObject({ is: 'attempt', cause: 'system' });
    expect(tried(run.state)[0]).toMatchObject({ result: 'ours' });
    expect(run.notes.join('\n')).toContain('ended with code 7');
  });

  test('reports that a driver sends by itself are evidence, and its silence is not', async () => {
    const events = [
      { event: 'contact', link: 'wan', at: ago(60) },
      { event: 'contact', link: 'han', at: ago(90) },
      { event: 'contact', link: 'han', at: formatInstant(now() + DAY) },
    ];
    const { setup } = driven({ capabilities: ['probe', 'observe'], events });
    const run = await watched(setup, (state) => state.evidence.length === 2 && made(state).at(-1)?.is === 'passed', {
      under,
    });
    expect(run.state.evidence.map(({ source, bearing }) => [source, bearing])).toEqual([
      ['driver:hub7#observed', 'sign'],
      ['driver:hub7#observed', 'sign'],
    ]);
    expect(run.notes.join('\n')).toContain('ahead of this clock');
  });

  test('a driver whose reports are old shows nothing, and the attempt is neither judged nor recorded', async () => {
    const events = [
      { event: 'contact', link: 'wan', at: ago(60) },
      { event: 'contact', link: 'han', at: ago(90 * DAY) },
    ];
    const { setup } = driven({ capabilities: ['probe', 'observe'], events });
    const run = await watched(setup, (state) => state.evidence.length === 2 && made(state).length > 2, { under });
    expect(made(run.state).at(-1)).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('when the HAN last carried something') as unknown,
    });
    expect(made(run.state).some(({ is }) => is === 'attempt')).toBe(false);
  });
});

describe('on a broker', () => {
  let broker: Broker;
  let home: (Emulation & { port: number }) | undefined;
  beforeAll(async () => void (broker = await aedesBroker()));
  afterEach(() => home?.close());
  afterAll(() => broker.stop());

  /** The clock of the wall, and no patience: what is due in a minute comes in a tenth of a second. */
  const impatient: Timers = { ...wallTimers(), after: (delay, action) => wallTimers().after(delay / 600, action) };
  const CAD = '02534D000001';

  test('advancing gas-meter dates of an emulated CAD become contacts once each, even across a restart', async () => {
    home = await emulated(
      { sleep: { wakeSeconds: 1, awakeSeconds: 1 } },
      { mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow: true }, timers: impatient },
    );
    const glow = `${QUICK}, glow: { url: '${broker.url}', cads: ['${CAD}'] }`;
    const setup = bench.setup(
      `name: lab\ndevices: { chf: { tcp: '127.0.0.1:1', answerSeconds: 1 } }\nwatch: { ${glow} }\n`,
    );
    const heard = ({ evidence }: WatchState): boolean => evidence.some(({ source }) => source === `glow:${CAD}`);
    const run = await watched(setup, heard, { under });
    expect(of(run, 'seen').map(({ source }) => source)).toEqual([`glow:${CAD}`]);
    const before = run.state.evidence.filter(({ source }) => source === `glow:${CAD}`);
    expect(before.every(({ link, bearing }) => link === 'han' && bearing === 'sign')).toBe(true);
    // Its first date is where the count begins, and no contact.
    expect(before[0]!.at).toBeGreaterThan(Date.parse(of(run, 'seen')[0]!.at) / 1000);
    const again = await watched(setup, ({ evidence }) => evidence.length > before.length, {
      under,
      folder: run.folder,
      once: false,
    });
    const all = again.state.evidence.map(({ at, source }) => `${source} ${at}`);
    expect(new Set(all).size).toBe(all.length);
    expect(of(again, 'seen')).toEqual([]);
    const csv = readFileSync(join(run.folder, 'watch.jsonl'), 'utf8');
    expect(csv.split('"is":"seen"').length).toBe(2);
  });

  test('a date that advanced while nobody watched is a contact at the first message afterwards', async () => {
    const connection = await connectBroker({ url: broker.url });
    const glow = `contact: { everySeconds: 3600, tries: 1 }, attempt: { everySeconds: 3600 }, glow: { url: '${broker.url}', cads: ['${CAD}'] }`;
    const setup = bench.setup(
      `name: lab\ndevices: { chf: { tcp: '127.0.0.1:1', answerSeconds: 1 } }\nwatch: { ${glow} }\n`,
    );
    const [before, after] = [now() - 2 * HOUR, now() - HOUR];
    const publish = async (at: number): Promise<void> => {
      const han = { joined: true, rssi: -60, lqi: 200 };
      for (const { topic, payload } of glowMessages({ mac: CAD, at: now(), han, gas: { at, cumulativeKwh: 12 } }))
        await connection.publish(topic, payload);
    };
    // Nothing is retained: it is said again until somebody listens.
    const saying = async (at: number, folder?: string): Promise<Watched> => {
      // What is under way when the connection is closed is lost, and nobody waits for it.
      const timer = setInterval(() => void publish(at).catch(() => undefined), 50);
      try {
        return await watched(setup, (state) => state.lastDated(`glow:${CAD}`) === at, {
          under,
          ...(folder !== undefined && { folder }),
        });
      } finally {
        clearInterval(timer);
      }
    };
    const { folder } = await saying(before);
    const run = await saying(after, folder);
    expect(run.state.evidence.filter(({ source }) => source === `glow:${CAD}`)).toEqual([
      { link: 'han', at: after, source: `glow:${CAD}`, bearing: 'sign' },
    ]);
    await connection.close();
  });

  const QUIET = 'contact: { everySeconds: 1, tries: 1 }, attempt: { everySeconds: 3600 }';
  const unreachable = "devices: { chf: { tcp: '127.0.0.1:1', answerSeconds: 1 } }";
  const han = { joined: true, rssi: -60, lqi: 200 };

  test('a CAD that is never heard is reported, with who speaks instead and where it publishes', async () => {
    const connection = await connectBroker({ url: broker.url });
    const setup = bench.setup(
      `name: lab\n${unreachable}\nwatch: { ${QUIET}, glow: { url: '${broker.url}', cads: ['AAAAAAAAAAAA', 'CCCCCCCCCCCC'] } }\n`,
    );
    const timer = setInterval(() => {
      for (const { topic, payload } of glowMessages({ mac: 'BBBBBBBBBBBB', at: now(), han }))
        connection.post(topic, payload);
      connection.post('home/AAAAAAAAAAAA/SENSOR/gasmeter', '{}');
    }, 20);
    const notes: string[] = [];
    const isTold = (): boolean => notes.filter((note) => note.includes('has not been heard')).length >= 2;
    await watched(setup, isTold, { under, timers: impatient, onNote: (note) => void notes.push(note) });
    clearInterval(timer);
    await connection.close();
    const told = notes.filter((note) => note.includes('has not been heard')).sort();
    expect(told[0]).toContain('CAD AAAAAAAAAAAA has not been heard');
    expect(told[0]).toContain('it publishes on home/AAAAAAAAAAAA/SENSOR/gasmeter');
    expect(told[1]).toContain('CAD CCCCCCCCCCCC has not been heard');
    expect(told[1]).toContain('others do: BBBBBBBBBBBB');
  });

  test('a CAD whose MPRN differs from the rig file is no evidence, and that is said once', async () => {
    const connection = await connectBroker({ url: broker.url });
    const MPRN = String(syntheticMprn(7));
    const watchedWith = async (mprn: string): Promise<Watched> => {
      const setup = bench.setup(
        `name: lab\ninstallation: { gas: { mprn: '${mprn}' } }\n${unreachable}\nwatch: { ${QUIET}, glow: { url: '${broker.url}', cads: ['${CAD}'] } }\n`,
      );
      let at = now() - HOUR;
      const timer = setInterval(() => {
        at += 1;
        const gas = { at, cumulativeKwh: 12, meterPoint: MPRN };
        for (const { topic, payload } of glowMessages({ mac: CAD, at: now(), han, gas }))
          connection.post(topic, payload);
      }, 20);
      const notes: string[] = [];
      const isTold = ({ evidence }: WatchState): boolean =>
        evidence.length > 0 || notes.some((note) => note.includes('another MPRN'));
      const run = await watched(setup, isTold, { under, onNote: (note) => void notes.push(note) });
      clearInterval(timer);
      return { ...run, notes };
    };
    const other = await watchedWith(String(syntheticMprn(8)));
    expect(other.state.evidence).toEqual([]);
    expect(other.notes.filter((note) => note.includes('another MPRN'))).toHaveLength(1);
    const own = await watchedWith(MPRN);
    expect(own.state.evidence.some(({ source }) => source === `glow:${CAD}`)).toBe(true);
    await connection.close();
  });

  /** A hub whose driver tells of the WAN alone, and a CAD beside it. */
  async function withCad(gasAges: readonly number[]) {
    const connection = await connectBroker({ url: broker.url });
    const events = [{ event: 'contact', link: 'wan', at: ago(60) }];
    const { setup } = driven(
      { capabilities: ['probe', 'observe'], events },
      `${QUICK}, glow: { url: '${broker.url}', cads: ['${CAD}'] }`,
    );
    const started = now();
    const snapshot = (age: number): GlowSnapshot => ({
      mac: CAD,
      at: started,
      han: { joined: true, rssi: -60, lqi: 200 },
      gas: { at: started - age, cumulativeKwh: 12 },
    });
    let sent = 0;
    const publish = async (): Promise<void> => {
      const age = gasAges[Math.min(sent, gasAges.length - 1)]!;
      for (const { topic, payload } of glowMessages(snapshot(age))) await connection.publish(topic, payload);
    };
    // An attempt that begins after both are known.
    let known: number | undefined;
    const isEnough = (state: WatchState): boolean => {
      if (new Set(state.evidence.map(({ link }) => link)).size === 2) known ??= made(state).length;
      return known !== undefined && made(state).length > known + 1;
    };
    const run = await watched(setup, isEnough, {
      under,
      onRecord: (record) => {
        if (record.is !== 'try') return;
        void publish();
        sent += 1;
      },
    });
    await connection.close();
    return run;
  }

  test('Glow beside a hub that cannot report its gas meter is enough if it was heard within the window', async () => {
    const run = await withCad([2 * HOUR, HOUR]);
    expect(made(run.state).at(-1)).toMatchObject({ is: 'passed' });
    expect(run.state.evidence.map(({ source }) => source)).toContain(`glow:${CAD}`);
  });

  test('a CAD that was heard long ago is no failed check, because it may be at fault itself', async () => {
    const run = await withCad([90 * HOUR, 80 * HOUR]);
    expect(run.state.evidence.map(({ source }) => source)).toContain(`glow:${CAD}`);
    expect(made(run.state).at(-1)).toMatchObject({ is: 'unknown' });
    expect(made(run.state).some(({ is }) => is === 'attempt')).toBe(false);
  });

  test("link reports on the bus of a bench are contacts by the device's own dates", async () => {
    home = await emulated(
      { sleep: { wakeSeconds: 1, awakeSeconds: 1 } },
      { mqtt: { url: broker.url, bench: 'rack', framing: 'wrapper', glow: false }, timers: impatient },
    );
    const watch = `${QUICK}, bench: { url: '${broker.url}', bench: rack, unit: SMBC00000001 }`;
    const setup = bench.setup(
      `name: lab\ndevices: { chf: { tcp: '127.0.0.1:1', answerSeconds: 1 } }\nwatch: { ${watch} }\n`,
    );
    const links = ({ evidence }: WatchState): string[] => [
      ...new Set(evidence.map(({ link, source, bearing }) => `${link} ${source} ${bearing}`)),
    ];
    const run = await watched(setup, (state) => links(state).length === 2, { under });
    expect(links(run.state).sort()).toEqual([
      'han mqtt:rack/SMBC00000001/chf sign',
      'wan mqtt:rack/SMBC00000001/chf sign',
    ]);
    expect(run.notes.join('\n')).toContain('SMBC00000001/chf is online');
  });

  test('a broker that is down is reported once and tried again, and the probes continue', async () => {
    const gone = await aedesBroker();
    await gone.stop();
    const glow = `${QUICK}, glow: { url: '${gone.url}', cads: ['${CAD}'] }`;
    const setup = bench.setup(
      `name: lab\ndevices: { chf: { tcp: '127.0.0.1:1', answerSeconds: 1 } }\nwatch: { ${glow} }\n`,
    );
    const run = await watched(setup, (state) => made(state).length > 0, { under });
    expect(run.notes.filter((note) => note.includes('tried again every 60 s'))).toHaveLength(1);
  });
});

describe('evidence', () => {
  const one = (at: number, more: Partial<Evidence> = {}): Evidence => ({
    link: 'han',
    at,
    source: 'glow:1',
    bearing: 'sign',
    ...more,
  });

  test('evidence is written at most every half hour per source and link, and before anything rests on it', () => {
    const buffer = new EvidenceBuffer(new WatchState());
    expect(buffer.take(one(1000))).toEqual([one(1000)]);
    expect(buffer.take(one(1000))).toEqual([]);
    expect(buffer.take(one(1600))).toEqual([]);
    expect(buffer.take(one(2000))).toEqual([]);
    expect(buffer.take(one(1900))).toEqual([]);
    expect(buffer.take(one(1600, { link: 'wan' }))).toEqual([one(1600, { link: 'wan' })]);
    expect(buffer.flush()).toEqual([one(2000)]);
    expect(buffer.flush()).toEqual([]);
    expect(buffer.take(one(3800))).toEqual([one(3800)]);
    expect(buffer.take(one(900))).toEqual([]);
  });

  test('evidence of a mirror is recorded, and no check rests on it: a fresh mirror is not a live HAN', () => {
    const t = '2022-01-10T00:00:00Z';
    const record = (at: string, bearing: Evidence['bearing'], source: string) =>
      ({ is: 'evidence', t, link: 'han', at, source, bearing }) as const;
    const state = new WatchState([
      record('2022-01-01T00:00:00Z', 'judged', 'hub'),
      record('2022-01-09T00:00:00Z', 'record', 'hub#mirror'),
    ]);
    expect(formatInstant(state.lastHeard('han')!)).toBe('2022-01-01T00:00:00Z');
    expect(state.lastHeard('wan')).toBeUndefined();
    expect(state.evidence).toHaveLength(2);
  });
});
