/**
 * A world for watches: virtual time, a clock on the wall that may be set, a link that dies and heals, a disk, and processes that
 * may die at any moment, also in the middle of a write. What really happened is kept beside, to hold the journal against.
 */
import { instant, type Instant } from '../../../../src/time.ts';
import { Journal, JournalError } from '../../../../devices/rig/watch/journal.ts';
import type { JournalStorage } from '../../../../devices/rig/watch/journalStorage.ts';
import type { Evidence, WatchState } from '../../../../devices/rig/watch/watchState.ts';
import { takeUp } from '../../../../devices/rig/watch/takeUp.ts';
import { Watch, type WatchEnd } from '../../../../devices/rig/watch/watch.ts';
import type { AttemptMade, ContactMade, WatchProbe } from '../../../../devices/rig/watch/watchProbe.ts';
import { watchSchema, type WatchDocument } from '../../../../devices/rig/file/watchSchema.ts';
import { virtualTimers, type Timers } from '../../../../devices/transport/timers.ts';
import { home } from '../../../differential/rigPlans.ts';

/** How a write may be the last thing that a process does. */
export type Death = 'before' | 'torn' | 'after';

/** The bytes on the disk, and the writes that a process will not survive. */
class Disk {
  bytes = Buffer.alloc(0);
  writes = 0;
  /** What each write left there, by the world's own time. */
  readonly log: { readonly at: number; readonly text: string }[] = [];
  /** Dies at the n-th write. */
  fatal: { readonly at: number; readonly how: Death } | undefined;

  storage(isDead: () => boolean, die: () => void, time = (): number => 0): JournalStorage {
    return {
      name: 'watch.jsonl',
      read: () => Uint8Array.from(this.bytes),
      append: (bytes) => {
        if (isDead()) throw new Error('a dead process writes');
        this.writes += 1;
        const { fatal } = this;
        const isFatal = fatal?.at === this.writes;
        const torn = Math.max(1, Math.floor(bytes.length * 0.6));
        const kept = isFatal ? { before: 0, torn, after: bytes.length }[fatal.how] : bytes.length;
        const left = bytes.subarray(0, kept);
        this.bytes = Buffer.concat([this.bytes, left]);
        this.log.push({ at: time(), text: Buffer.from(left).toString() });
        if (!isFatal) return;
        this.fatal = undefined;
        die();
        throw new Error('the process died');
      },
      keep: (length) => {
        this.bytes = this.bytes.subarray(0, length);
      },
    };
  }
}

export interface Call {
  readonly kind: 'contact' | 'attempt';
  /** By the wall's clock. */
  readonly begunAt: Instant;
  /** Of an attempt. */
  readonly slot?: Instant;
  readonly wasThere?: boolean;
  readonly known?: Partial<Record<'wan' | 'han', Instant>>;
  readonly result: 'up' | 'down' | 'ours';
  isCompleted: boolean;
}

/** A stretch in which a process was up and the clock ran as it should, by the clock on the wall. */
export interface Stretch {
  readonly from: number;
  to: number;
  /** When it ended, in the world's own time; Infinity while it lasts. */
  endedAt: number;
}

interface Process {
  isDead: boolean;
  readonly abort: AbortController;
  readonly watch: Watch;
  readonly run: Promise<WatchEnd | 'died'>;
  end?: WatchEnd | 'died';
}

const PROBE_SECONDS = { contact: 5, attempt: 40 } as const;

export interface WorldOptions {
  readonly start: string;
  readonly watch?: object;
  readonly napSeconds?: number;
  /** Somebody looks so soon after a death, and starts it again. Left out: nobody does. */
  readonly restartSeconds?: number;
}

export class World {
  readonly disk = new Disk();
  readonly calls: Call[] = [];
  readonly stretches: Stretch[] = [];
  readonly document: WatchDocument;
  isLinkUp = true;
  /** Something of ours is broken. */
  isTroubled = false;
  process: Process | undefined;
  private readonly base;
  private aheadSeconds = 0;
  private readonly napSeconds: number;
  private readonly restartSeconds: number | undefined;

  constructor({ start, watch = {}, napSeconds = 1800, restartSeconds }: WorldOptions) {
    this.restartSeconds = restartSeconds;
    this.document = watchSchema.parse(watch);
    this.base = virtualTimers(instant(start) * 1000);
    this.napSeconds = napSeconds;
  }

  /** The world's own time, seconds. */
  get time(): number {
    return this.base.nowMilliseconds() / 1000;
  }

  /** What the clock on the wall says. */
  get wall(): number {
    return this.time + this.aheadSeconds;
  }

  get isUp(): boolean {
    return this.process !== undefined && !this.process.isDead && this.process.end === undefined;
  }

  /** What the disk says. */
  journal(): Journal {
    return new Journal(
      this.disk.storage(
        () => true,
        () => undefined,
      ),
    );
  }

  async pass(seconds: number): Promise<void> {
    await this.base.settle({ untilMilliseconds: (this.time + seconds) * 1000 });
    this.reap();
  }

  start(once = false): void {
    if (this.isUp) return;
    const process: { isDead: boolean } = { isDead: false };
    const timers: Timers = {
      nowMilliseconds: () => this.wall * 1000,
      after: (delay, action) => this.base.after(delay, () => void (process.isDead || action())),
    };
    this.stretches.push({ from: this.wall, to: Infinity, endedAt: Infinity });
    const die = (): void => {
      process.isDead = true;
      this.endStretch();
      if (this.restartSeconds !== undefined) this.base.after(this.restartSeconds * 1000, () => this.start());
    };
    const abort = new AbortController();
    try {
      const journal = new Journal(
        this.disk.storage(
          () => process.isDead,
          die,
          () => this.time,
        ),
      );
      const now = Math.floor(this.wall);
      const installation = home('IOC', true);
      const state: WatchState = takeUp(journal, {
        rig: 'lab',
        installation,
        watch: this.document,
        version: 'test',
        now,
      });
      const watch = new Watch({
        timers,
        journal,
        state,
        signal: abort.signal,
        napSeconds: this.napSeconds,
        once,
        probe: this.probe(process),
      });
      const run = watch.run().catch((error: unknown) => {
        if (!process.isDead || !(error instanceof JournalError)) throw error;
        return 'died' as const;
      });
      const live: Process = Object.assign(process, { abort, watch, run });
      void run.then((end) => {
        live.end = end;
        if (!live.isDead) this.endStretch();
      });
      this.process = live;
    } catch (error) {
      if (!process.isDead) throw error;
    }
  }

  /** Between one thing and the next, or in the middle of a probe. */
  kill(): void {
    if (!this.isUp) return;
    (this.process as Process).isDead = true;
    this.endStretch();
  }

  async stop(): Promise<WatchEnd | 'died' | undefined> {
    this.process?.abort.abort();
    await this.pass(0);
    return this.process?.end;
  }

  /** Somebody sets the clock, or the machine wakes from sleep. */
  jump(seconds: number): void {
    const isRunning = this.isUp;
    if (isRunning) this.endStretch();
    this.aheadSeconds += seconds;
    if (isRunning) this.stretches.push({ from: this.wall, to: Infinity, endedAt: Infinity });
  }

  learn(evidence: Evidence): void {
    if (this.isUp) this.process?.watch.learn(evidence);
  }

  private endStretch(): void {
    const last = this.stretches.at(-1);
    if (!last || last.endedAt !== Infinity) return;
    last.to = this.wall;
    last.endedAt = this.time;
  }

  private reap(): void {
    if (this.process?.isDead) this.process = undefined;
  }

  private probe(process: { readonly isDead: boolean }): WatchProbe {
    const made = async (call: Omit<Call, 'result' | 'isCompleted'>, signal: AbortSignal): Promise<Call | undefined> => {
      const result = this.isTroubled ? 'ours' : this.isLinkUp ? 'up' : 'down';
      const one: Call = { ...call, result, isCompleted: false };
      this.calls.push(one);
      await new Promise<void>((resolve) => {
        const stop = (): void => resolve();
        this.base.after(PROBE_SECONDS[call.kind] * 1000, () => {
          signal.removeEventListener('abort', stop);
          resolve();
        });
        signal.addEventListener('abort', stop, { once: true });
      });
      if (signal.aborted || process.isDead) return process.isDead ? new Promise(() => undefined) : undefined;
      one.isCompleted = true;
      return one;
    };
    return {
      contact: async (begunAt, signal): Promise<ContactMade | undefined> => {
        const call = await made({ kind: 'contact', begunAt }, signal);
        if (!call) return undefined;
        const result = ({ up: 'answered', down: 'silent', ours: 'ours' } as const)[call.result];
        const evidence: Evidence[] =
          result === 'answered' ? [{ link: 'wan', at: begunAt, source: 'hub', bearing: 'judged' }] : [];
        return { result, evidence };
      },
      attempt: async ({ at, wasThere, known }, signal): Promise<AttemptMade | undefined> => {
        const begunAt = Math.floor(this.wall);
        const call = await made({ kind: 'attempt', begunAt, slot: at, known, wasThere: wasThere(7 * 86_400) }, signal);
        if (!call) return undefined;
        if (call.result === 'up') return { is: 'passed', why: 'it only reads', steps: [], evidence: [] };
        if (call.result === 'ours')
          return { is: 'attempt', outcome: 'SYN-SY09', cause: 'system', steps: [], evidence: [] };
        return { is: 'attempt', outcome: 'MA112', cause: 'device', steps: [], evidence: [] };
      },
    };
  }
}
