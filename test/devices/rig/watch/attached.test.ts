// A watch over attached devices: what it reads, what it never writes, and whose fault a silence is. The emulator and the brokers
// are in this process, carriers are real; cadences are of seconds, and no test waits for a time, only for what is on record.
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Emulation } from '../../../../devices/emulate/emulate.ts';
import { familyCodes } from '../../../../src/migration/errorCodes.ts';
import { instant } from '../../../../src/time.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { LedgerStore } from '../../../../devices/rig/bench/ledgerStore.ts';
import { aedesBroker } from '../../transport/brokers.ts';
import { ALLOWED, AWAKE, emulated, rigBench, writes } from '../bench.ts';
import { HALTING, made, of, QUICK, tried, watched } from './atOnce.ts';

const bench = rigBench();
afterAll(bench.stop);
let home: (Emulation & { port: number }) | undefined;
afterEach(() => home?.close());
const under = bench.folder;
/** Tries are spread over `answerSeconds`, so a test that waits for silence keeps it short. */
const tcp = (port: number): string => `devices: { chf: { tcp: '127.0.0.1:${port}', answerSeconds: 1 } }`;
const rig = (place: string, watch = QUICK, more = ''): string => `name: lab\n${place}\nwatch: { ${watch} }\n${more}`;

describe('an emulated home over TCP', () => {
  test('an emulated home over TCP is never written, and attempts that find nothing wrong are in no record', async () => {
    home = await emulated(AWAKE);
    const run = await watched(bench.setup(rig(tcp(home.port), HALTING, ALLOWED)), (state) => made(state).length >= 2, {
      under,
    });
    expect(made(run.state).map(({ is }) => is)).toEqual(['passed', 'passed']);
    expect(writes(run)).toEqual([]);
    for (const { device } of home.units[0]!.devices) expect(device.keyring.keys).toEqual(LAB_KEYS);
    const source = `tcp:127.0.0.1:${home.port}`;
    const evidence = new Set(run.state.evidence.map((one) => `${one.link} ${one.source} ${one.bearing}`));
    expect(evidence).toEqual(
      new Set([
        `wan ${source} judged`,
        `han ${source} judged`,
        `wan ${source}#registered record`,
        `han ${source}#mirror record`,
      ]),
    );
  });

  test('an emulated home that goes away fails because devices do not answer, not for old contacts', async () => {
    home = await emulated(AWAKE);
    const setup = bench.setup(rig(tcp(home.port), HALTING));
    const { folder } = await watched(setup, (state) => made(state).length >= 1, { under });
    await home.close();
    const run = await watched(setup, (state) => made(state).length >= 2, { under, folder });
    expect(made(run.state).map(({ is }) => is)).toEqual(expect.arrayContaining(['passed', 'attempt']));
    expect(made(run.state).at(-1)).toMatchObject({
      is: 'attempt',
      outcome: familyCodes('deviceOther')[0],
      cause: 'device',
    });
    expect(tried(run.state).at(-1)).toMatchObject({ result: 'silent' });
    const last = made(run.state).at(-1)!;
    expect(last).toMatchObject({
      steps: expect.arrayContaining([
        expect.objectContaining({ step: 'wanRecent', why: expect.stringContaining('within the window') as unknown }),
      ]) as unknown,
    });
    // A step that passes by what is on record has heard nobody.
    const wan = run.state.evidence.filter(({ link, bearing }) => link === 'wan' && bearing === 'judged');
    expect(Math.max(...wan.map(({ at }) => at))).toBeLessThan(instant(last.at));
  });

  test("an emulated home whose gas meter is not heard fails by the hub's own answer", async () => {
    home = await emulated({ ...AWAKE, links: { han: { gsme: 'down' } } });
    const run = await watched(bench.setup(rig(tcp(home.port))), (state) => made(state).length >= 1, { under });
    expect(made(run.state)[0]).toMatchObject({ is: 'attempt', outcome: 'GT01', cause: 'device' });
    expect(made(run.state)[0]).toMatchObject({
      steps: expect.arrayContaining([expect.objectContaining({ step: 'hanRecent', observation: 'stale' })]) as unknown,
    });
  });

  test('an emulated home that answers to other keys is no failure of the device: it cannot be judged', async () => {
    home = await emulated({ ...AWAKE, keys: { guek: '00112233445566778899AABBCCDDEEFF' } });
    const run = await watched(bench.setup(rig(tcp(home.port))), (state) => made(state).length >= 1, { under });
    expect(made(run.state)[0]).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('not to the keys held') as unknown,
    });
    expect(tried(run.state)[0]).toMatchObject({ result: 'answered' });
  });

  test('an emulated home migrates if the file and the list allow it, and the watch then ends for good', async () => {
    home = await emulated(AWAKE);
    const setup = bench.setup(rig(tcp(home.port), `${HALTING}, migrate: true`, ALLOWED));
    const run = await watched(setup, () => false, { under });
    expect(run.end).toEqual({ end: 'over', why: 'the attempt migrated the installation' });
    expect(made(run.state)).toMatchObject([{ is: 'attempt', outcome: 'ok', cause: 'device' }]);
    for (const { device } of home.units[0]!.devices) expect(device.keyring.keys).not.toEqual(LAB_KEYS);
    const again = await watched(setup, () => false, { under, folder: run.folder });
    expect(again.end).toEqual(run.end);
    expect(made(again.state)).toHaveLength(1);
  });
});

describe('trouble of our own says nothing of the device', () => {
  test.each([
    [
      'a serial port that is not there',
      "devices: { chf: { serial: '/dev/tty-not-there', answerSeconds: 1 } }",
      /serial:\/dev\/tty-not-there/,
    ],
    [
      'a broker that is not there',
      "devices: { chf: { mqtt: { url: 'mqtt://127.0.0.1:1', rig: hub }, answerSeconds: 1 } }",
      /mqtt:127\.0\.0\.1:1/,
    ],
    [
      'a driver that does not start',
      "devices: { chf: { driver: { command: ['/not/there'] } } }",
      /could not be started/,
    ],
  ])('trouble of our own says nothing about the device: %s', async (_, place, why) => {
    const run = await watched(bench.setup(rig(place)), (state) => made(state).length > 0 && tried(state).length > 0, {
      under,
    });
    expect(made(run.state)[0]).toMatchObject({ is: 'attempt', cause: 'system' });
    expect(tried(run.state)[0]).toMatchObject({ result: 'ours' });
    expect(tried(run.state)[0]!.why).toMatch(why);
  });

  test('a device that does not answer on a working broker is silent itself', async () => {
    const broker = await aedesBroker();
    const place = `devices: { chf: { mqtt: { url: '${broker.url}', rig: hub, announced: false }, answerSeconds: 0.2 } }`;
    const run = await watched(bench.setup(rig(place)), (state) => made(state).length > 0 && tried(state).length > 0, {
      under,
    });
    expect(made(run.state)[0]).toMatchObject({ outcome: 'MA112', cause: 'device' });
    expect(tried(run.state)[0]).toMatchObject({ result: 'silent' });
    await broker.stop();
  });

  test('a broker that goes away in the middle of an attempt says nothing about the device', async () => {
    const broker = await aedesBroker();
    home = await emulated(AWAKE, { mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow: false } });
    const place = `devices: { chf: { mqtt: { url: '${broker.url}', rig: SMBC00000001 }, answerSeconds: 5 } }`;
    let frames = 0;
    let stopped: Promise<void> | undefined;
    const run = await watched(bench.setup(rig(place, HALTING)), (state) => made(state).length > 0, {
      under,
      recordingOf: () => ({ lines: () => void ((frames += 1) === 8 && (stopped = broker.stop())) }),
    });
    expect(made(run.state)[0]).toMatchObject({ is: 'attempt', cause: 'system' });
    expect(frames).toBeGreaterThanOrEqual(8);
    await stopped;
  });

  test('keys that another rig is using say nothing about the device', async () => {
    home = await emulated(AWAKE);
    const store = new LedgerStore(join(under, 'taken'));
    store.lock('chf');
    const run = await watched(bench.setup(rig(tcp(home.port))), (state) => made(state).length > 0, {
      under,
      ledgerFolder: join(under, 'taken'),
    });
    store.release();
    expect(made(run.state)[0]).toMatchObject({
      is: 'attempt',
      cause: 'system',
      why: expect.stringContaining('one rig at a time') as unknown,
    });
    expect(of(run, 'try').filter(({ result }) => result !== 'missed')[0]).toMatchObject({ result: 'ours' });
  });
});
