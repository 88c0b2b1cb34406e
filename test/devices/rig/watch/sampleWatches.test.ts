// The sample watches do what they say, against the emulator that they name. Addresses, and the pace, are those of the test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulation } from '../../../../devices/emulate/emulate.ts';
import type { RigSetup } from '../../../../devices/rig/file/rigSetup.ts';
import { wallTimers, type Timers } from '../../../../devices/transport/timers.ts';
import { aedesBroker, type Broker } from '../../transport/brokers.ts';
import { AWAKE, emulated, rigBench } from '../bench.ts';
import { made, tried, watched } from './atOnce.ts';

const bench = rigBench();
const under = bench.folder;
const RIGS = new URL('../../../../scenarios/rigs/', import.meta.url).pathname;

let broker: Broker;
let home: (Emulation & { port: number }) | undefined;
beforeAll(async () => void (broker = await aedesBroker()));
afterEach(async () => {
  await home?.close();
  home = undefined;
});
afterAll(async () => {
  await broker.stop();
  bench.stop();
});

/** The clock of the wall, and no patience: what is due in a minute comes in a tenth of a second. */
const impatient: Timers = { ...wallTimers(), after: (delay, action) => wallTimers().after(delay / 600, action) };

/** A sample with the addresses of the test. What it extends is merged here, because that too names an address. */
function sample(name: string, port = home?.port ?? 1): RigSetup {
  const text = readFileSync(join(RIGS, name), 'utf8');
  const place = `devices: { chf: { tcp: '127.0.0.1:${port}', framing: wrapper, answerSeconds: 5 } }\n`;
  const moved = text.replaceAll('mqtt://127.0.0.1:1883', broker.url).replace(/^extends: (\S+)$/m, `extends: ${RIGS}$1`);
  return bench.setup(`${moved}\n${place}`);
}

test('watch-migrate.yaml migrates a home that is on its list, and ends', async () => {
  home = await emulated(AWAKE);
  const run = await watched(sample('watch-migrate.yaml'), () => false, { under });
  expect(run.end).toEqual({ end: 'over', why: 'the attempt migrated the installation' });
  expect(made(run.state).at(-1)).toMatchObject({ outcome: 'ok', cause: 'device' });
});

test('watch-cron.yaml: each start does what is due, ends, and goes on in the same journal', async () => {
  home = await emulated(AWAKE);
  const setup = sample('watch-cron.yaml');
  const first = await watched(setup, () => false, { under, once: true });
  expect(first.end).toEqual({ end: 'idle' });
  const second = await watched(setup, () => false, { under, once: true, folder: first.folder });
  expect([second.end, second.state.starts, second.state.settled.length]).toEqual([{ end: 'idle' }, 2, 0]);
});

test('watch-glow.yaml hears the CAD beside the hub', async () => {
  const run = await watched(
    sample('watch-glow.yaml', await both(true)),
    ({ evidence, tries }) => tries.length > 0 && evidence.some(({ source }) => source === 'glow:02534D000001'),
    { under },
  );
  expect(tried(run.state).some(({ result }) => result === 'answered')).toBe(true);
  expect(run.state.evidence.filter(({ source }) => source.startsWith('glow:')).every(({ bearing }) => bearing === 'sign')).toBe(true); // prettier-ignore
});

test('watch-bench.yaml hears what the devices report on the bus', async () => {
  const run = await watched(
    sample('watch-bench.yaml', await both(false)),
    ({ evidence, tries }) => tries.length > 0 && evidence.some(({ source }) => source.startsWith('mqtt:lab/')),
    { under },
  );
  expect(run.state.evidence.some(({ source }) => source.startsWith('mqtt:lab/'))).toBe(true);
});

/** The emulator of a sample: over TCP and at the broker. */
async function both(glow: boolean): Promise<number> {
  home = await emulated(
    { sleep: { wakeSeconds: 1, awakeSeconds: 1 } },
    {
      mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow },
      tcp: { host: '127.0.0.1', port: 0, framing: 'wrapper' },
      timers: impatient,
    },
  );
  const port = home.servedAt.map(({ address }) => /127\.0\.0\.1:(\d+)$/.exec(address)?.[1]).find(Boolean);
  return Number(port);
}
