// The law behind every record of a watch: whatever fails on the lab's own side, no attempt has the cause `device` unless the device
// caused it. One journal covers a week in which our side fails in another way each day, and a Monday on which the hub really is
// silent, so that the law is not kept by blaming nobody. Carriers, broker and drivers are real; only the clock is the test's.
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { DAY, instant } from '../../../../src/time.ts';
import { lockDevices } from '../../../../devices/rig/bench/attachedPeers.ts';
import { LedgerStore } from '../../../../devices/rig/bench/ledgerStore.ts';
import { fileStorage, type JournalStorage } from '../../../../devices/rig/watch/journalStorage.ts';
import { watchHistory } from '../../../../devices/rig/watch/watchHistory.ts';
import { readWatch, watchRig, type WatchRigOptions, type WatchRun } from '../../../../devices/rig/watch/watchRig.ts';
import { wallTimers, type Timers } from '../../../../devices/transport/timers.ts';
import { aedesBroker } from '../../transport/brokers.ts';
import { AWAKE, emulated, FAULTY_DRIVER, rigBench } from '../bench.ts';

/** The disk under the journal: while it is full, every addition fails as the file system would fail it. */
const disk = { isFull: false };
function openStorage(path: string): JournalStorage {
  const storage = fileStorage(path);
  return {
    ...storage,
    append(bytes) {
      if (disk.isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      storage.append(bytes);
    },
  };
}

const bench = rigBench();
afterAll(bench.stop);
const ended: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** Real time that the test sets forward and back. */
function labClock(): Timers & { set(text: string): void } {
  const wall = wallTimers();
  let ahead = 0;
  return {
    nowMilliseconds: () => wall.nowMilliseconds() + ahead,
    after: wall.after,
    set: (text) => void (ahead = instant(text) * 1000 - wall.nowMilliseconds()),
  };
}

/** One way in which our side fails; `onFrame` is called for each frame of the day's attempt. */
interface Way {
  readonly hub: string;
  readonly onFrame?: (count: number) => void;
}

const EVERY_DAY = 'weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]';

test('a week in which our side fails in every way holds no attempt with cause device that the device did not cause', async () => {
  const folder = mkdtempSync(join(bench.folder, 'week-'));
  const clock = labClock();
  clock.set('2022-01-10T00:00:01Z');
  const common = { folder, ledgerFolder: join(folder, 'ledgers'), stateFolder: join(folder, 'state'), version: 'test' };
  const setupOf = (hub: string, name = 'lab') =>
    bench.setup(
      `name: ${name}\ndevices: { chf: { answerSeconds: 1, ${hub} } }\nwatch: { contact: { tries: 1 }, attempt: { ${EVERY_DAY} } }\n`,
    );
  const notes: string[] = [];
  const look = async (at: string, { hub, onFrame }: Way): Promise<WatchRun> => {
    clock.set(at);
    let frames = 0;
    const recordingOf: WatchRigOptions['recordingOf'] = () => ({ lines: () => void onFrame?.((frames += 1)) });
    return await watchRig(setupOf(hub), {
      ...common,
      timers: clock,
      openStorage,
      once: true,
      signal: new AbortController().signal,
      onNote: (note) => void notes.push(note),
      recordingOf,
    });
  };
  /** The daily contact at 01:00 UTC and the attempt at 10:00 in London. */
  const day = async (date: string, way: Way): Promise<void> => {
    await look(`${date}T01:00:01Z`, way);
    await look(`${date}T10:00:01Z`, way);
  };

  const broker = await aedesBroker();
  const onBus = await emulated(AWAKE, { timers: clock, mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow: false } }); // prettier-ignore
  const onNetwork = await emulated(AWAKE, { timers: clock });
  ended.push(
    () => onBus.close(),
    () => onNetwork.close(),
  );
  const tcp = `tcp: '127.0.0.1:${onNetwork.port}'`;
  const mqtt = `mqtt: { url: '${broker.url}', rig: SMBC00000001 }`;
  const driver = (mode: string): string =>
    `driver: { command: ${FAULTY_DRIVER}, endpoint: hub, answerSeconds: 1, settings: { mode: ${mode} } }`;

  // The watch begins on Monday, after the day's contact would have been due.
  await look('2022-01-10T00:00:01Z', { hub: tcp });
  await day('2022-01-10', { hub: "serial: '/dev/tty-not-there'" });
  // The broker still carries the contact of Tuesday, and goes away in the middle of its attempt.
  let stopped: Promise<void> | undefined;
  await day('2022-01-11', { hub: mqtt, onFrame: (count) => void (count === 2 && (stopped = broker.stop())) });
  expect(stopped).toBeDefined();
  await stopped;
  await look('2022-01-12T01:00:01Z', { hub: mqtt });
  await look('2022-01-12T10:00:01Z', { hub: driver('babbles') });
  await look('2022-01-13T01:00:01Z', { hub: driver('misdates') });
  await look('2022-01-13T10:00:01Z', { hub: driver('hangs') });
  await day('2022-01-14', { hub: driver('dies') });

  // On Saturday another rig file works on the same hub.
  const other = new LedgerStore(join(folder, 'other'), common);
  await lockDevices(other, setupOf(tcp, 'other'), { timers: clock, waitSeconds: 0 });
  await day('2022-01-15', { hub: tcp });
  other.release();

  // Sunday: a clock that is a year ahead records nothing, one that is a year behind is refused, and then the disk is full.
  const before = readFileSync(join(folder, 'watch.jsonl'), 'utf8');
  await look('2023-01-16T10:00:01Z', { hub: tcp });
  expect(readFileSync(join(folder, 'watch.jsonl'), 'utf8')).toBe(before);
  await expect(look('2021-01-16T10:00:01Z', { hub: tcp })).rejects.toThrow('expected a clock that goes forward');
  await look('2022-01-16T01:00:01Z', { hub: tcp });
  const isFilled = look('2022-01-16T10:00:01Z', { hub: tcp, onFrame: (count) => void (count === 2 && (disk.isFull = true)) }); // prettier-ignore
  await expect(isFilled).rejects.toThrow('cannot be written on (ENOSPC)');
  disk.isFull = false;

  // The Monday after: the hub answers at night, and hangs up for good before its attempt.
  await look('2022-01-17T01:00:01Z', { hub: tcp });
  await onNetwork.close();
  await look('2022-01-17T10:00:01Z', { hub: tcp });

  const state = readWatch(setupOf(tcp), folder);
  const start = instant('2022-01-10T10:00:00Z');
  expect(watchHistory(state).attempts.map(({ at, cause }) => [(at - start) / DAY, cause])).toEqual([
    [0, 'system'],
    [1, 'system'],
    [2, 'system'],
    [3, 'system'],
    [4, 'system'],
    [5, 'system'],
    [6, 'system'],
    [7, 'device'],
  ]);
  // Each attempt met the failure that the test planned for it, and not another one.
  const reasons = [/tty-not-there/, /^mqtt:/, /not JSON/, /no answer .* within 1 s/, /ended with code 7/];
  const later = [/one rig at a time/, /broke off/, /no link to it could be opened/];
  for (const [i, reason] of [...reasons, ...later].entries()) {
    const settled = state.settled[i]!;
    const steps = 'steps' in settled ? settled.steps : [];
    expect(settled.why ?? steps.at(-1)?.why).toMatch(reason);
  }
  // Contacts likewise: no night on which our side failed is a silence of the hub.
  const results = state.tries.map(({ result }) => result);
  expect(results).toEqual(['ours', 'answered', 'ours', 'ours', 'ours', 'ours', 'answered', 'answered']);
});
