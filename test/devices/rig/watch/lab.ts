/** A lab for watches: real devices on the wire, in memory and in virtual time; the world outlives the processes that watch it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant, type Instant } from '../../../../src/time.ts';
import { CLEAR } from '../../../../devices/link/condition.ts';
import { LAB_SLEEP } from '../../../../devices/personas/gsme.ts';
import { Home } from '../../../../devices/rig/bench/home.ts';
import type { RigSetup } from '../../../../devices/rig/file/rigSetup.ts';
import type { JournalRecord } from '../../../../devices/rig/watch/journalRecord.ts';
import type { WatchState } from '../../../../devices/rig/watch/watchState.ts';
import { watchRig, type WatchRun } from '../../../../devices/rig/watch/watchRig.ts';
import { virtualTimers, type VirtualTimers } from '../../../../devices/transport/timers.ts';

export interface Lab {
  readonly timers: VirtualTimers;
  readonly home: Home;
  readonly folder: string;
  readonly notes: string[];
  readonly records: JournalRecord[];
  /** Frames of attempts, as they are logged. */
  readonly frames: string[];
  state: WatchState;
  /** Lets the world go on until an instant. */
  until(text: string): Promise<void>;
  wan(isUp: boolean): void;
  /** The gas meter is heard at its wakes, or not. */
  han(isUp: boolean): void;
  start(once?: boolean): Promise<void>;
  stop(): Promise<WatchRun>;
  /** Resolves when the watch is over by itself. */
  readonly run: Promise<WatchRun>;
}

export function labOf(setup: RigSetup, start: string): Lab & { close(): void } {
  const timers = virtualTimers(instant(start) * 1000);
  const folder = mkdtempSync(join(tmpdir(), 'smb-watch-'));
  const silent: { from: Instant; to: Instant }[] = [];
  const now = (): Instant => timers.nowMilliseconds() / 1000;
  const home = new Home({
    timers,
    number: setup.document.installation.number,
    gas: setup.installation.gas !== null,
    framing: 'wrapper',
    sleep: LAB_SLEEP,
    hanContactAt: (at) => !silent.some(({ from, to }) => at >= from && at < to),
  });
  let abort = new AbortController();
  let run: Promise<WatchRun> | undefined;
  const lab: Lab = {
    timers,
    home,
    folder,
    notes: [],
    records: [],
    frames: [],
    state: undefined as unknown as WatchState,
    until: async (text) => void (await timers.settle({ untilMilliseconds: instant(text) * 1000 })),
    wan: (reachable) => home.setLink({ ...CLEAR, reachable }),
    han(isUp) {
      const last = silent.at(-1);
      if (!isUp) silent.push({ from: now(), to: Infinity });
      else if (last) last.to = now();
    },
    async start(once = false) {
      abort = new AbortController();
      run = watchRig(setup, {
        folder,
        timers,
        home,
        once,
        ledgerFolder: join(folder, 'ledgers'),
        version: 'test',
        signal: abort.signal,
        napSeconds: 3600,
        onNote: (note) => lab.notes.push(note),
        onTakenUp: (state) => (lab.state = state),
        onRecord: (record) => lab.records.push(record),
        recordingOf: () => ({ lines: (line) => void lab.frames.push(line) }),
      });
      await timers.settle({ untilMilliseconds: timers.nowMilliseconds() });
    },
    async stop() {
      abort.abort();
      await timers.settle({ untilMilliseconds: timers.nowMilliseconds() });
      return await run!;
    },
    get run() {
      return run!;
    },
  };
  return Object.assign(lab, { close: () => rmSync(folder, { recursive: true, force: true }) });
}
