/**
 * Watches the installation of a rig file. One folder holds the journal and the lock. Probes go to every place that the
 * file names, and some sources add evidence unasked.
 */
import { join } from 'node:path';
import { makeFolders } from '../../../src/interchange/makeFolders.ts';
import { DAY, formatInstant, instant, type Instant } from '../../../src/time.ts';
import type { DriverEvent } from '../../hardware/driverProtocol.ts';
import { GLOW, type MeterPoints } from '../../mqtt/glowEvidence.ts';
import { CLOCK_AHEAD_SECONDS_MAX } from '../../mqtt/contact.ts';
import type { SerialPackage } from '../../transport/serialPackage.ts';
import { wallTimers, type Timers } from '../../transport/timers.ts';
import type { Home } from '../bench/home.ts';
import { placeText } from '../file/places.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';
import { homeOf, knownOf } from '../run/runAttached.ts';
import { benchSource, glowSource, type Source, type SourceOptions } from './brokerSource.ts';
import { deviceProbe, type ProbeRecording } from './deviceProbe.ts';
import { DriverPool } from './driverPool.ts';
import { Journal, JournalError } from './journal.ts';
import { fileStorage, type JournalStorage } from './journalStorage.ts';
import { takeLock } from '../bench/processLock.ts';
import type { WatchState } from './watchState.ts';
import { forgetDoubt, isClockConfirmed, isClockDoubted, refuseClockBehind, refuseCutJournal } from './journalDoubts.ts';
import { stateOf, takeUp } from './takeUp.ts';
import { Watch, type WatchEnd, type WatchOptions } from './watch.ts';
import { USUAL_WATCH, type WatchDocument } from '../file/watchSchema.ts';

/** Name of the journal in the folder of a watch. */
export const JOURNAL_FILE = 'watch.jsonl';
const LOCK_FILE = 'watch.lock';

/** Options of a watch: its folder, its stop signal and its callbacks. */
export interface WatchRigOptions extends Pick<WatchOptions, 'signal' | 'once' | 'napSeconds'> {
  /** The folder of the journal, and of the lock while the watch runs. */
  readonly folder: string;
  /** Folder of the ledgers, unless the rig file names one. */
  readonly ledgerFolder: string;
  /** Folder in which devices are known by address and title across rig files. Default: each rig stands alone. */
  readonly stateFolder?: string;
  readonly version: string;
  /** Called with notes for the user, without payload and secrets. The same note is given once. */
  readonly onNote: (note: string) => void;
  /** Called once with the state at the start, before anything is done. */
  readonly onTakenUp?: (state: WatchState, tornBytes: number) => void;
  readonly onRecord?: (record: Parameters<NonNullable<WatchOptions['onRecord']>>[0], state: WatchState) => void;
  /** Returns the recording that receives the frames of an attempt. */
  readonly recordingOf?: (at: Instant) => ProbeRecording;
  /** The source of time. Default: real time. */
  readonly timers?: Timers;
  readonly loadSerial?: () => Promise<SerialPackage>;
  /** Opens the storage of the journal. Default: the file itself. Tests supply a disk that fails. */
  readonly openStorage?: (path: string) => JournalStorage;
  /**
   * The emulated devices in memory. Tests supply them to keep them beyond the watch. Default: the watch makes its own.
   */
  readonly home?: Home;
}

/** The end of a watch, and its final state. */
export interface WatchRun {
  readonly end: WatchEnd;
  readonly state: WatchState;
}

/** Returns the watch section of a rig file, or the usual one if there is none. */
export function watchOf({ document }: Pick<RigSetup, 'document'>): WatchDocument {
  return document.watch ?? USUAL_WATCH;
}

/** The reason why a rig file cannot be watched; undefined if it can. */
export function whyNotWatched({ document }: Pick<RigSetup, 'document'>): string | undefined {
  const { schedule, outages, faults } = document;
  if (schedule.clock === 'nominal')
    return 'schedule.clock: a watch lives at the time of the wall, expected nothing or wall';
  if (outages.length + faults.length > 0)
    return 'outages and faults are of a planned run: a watch meets the world as it is';
  return undefined;
}

/** Reads the state from a folder's journal without writing. Throws a JournalError. */
export function readWatch(setup: RigSetup, folder: string): WatchState {
  const path = join(folder, JOURNAL_FILE);
  const journal = new Journal(fileStorage(path));
  refuseCutJournal(folder, journal, path);
  const state = stateOf(journal, setup.installation);
  if (!state.begun)
    throw new JournalError(`${folder}: there is no watch here (${JOURNAL_FILE}), expected the --out of one`);
  return state;
}

/** Runs a watch. Rejects with a JournalError for a problem that the user can mend. */
export async function watchRig(setup: RigSetup, options: WatchRigOptions): Promise<WatchRun> {
  const { folder } = options;
  const timers = options.timers ?? wallTimers();
  makeFolders(folder);
  const lock = takeLock(join(folder, LOCK_FILE));
  if ('heldBy' in lock) {
    throw new JournalError(
      `${join(folder, LOCK_FILE)}: process ${lock.heldBy} watches here already; one watch at a time writes a journal`,
    );
  }
  // Timers do not keep the process alive, and a watch sleeps most of the time.
  const hold = setInterval(() => undefined, 1 << 30);
  try {
    const path = join(folder, JOURNAL_FILE);
    const journal = new Journal((options.openStorage ?? fileStorage)(path));
    refuseCutJournal(folder, journal, path);
    const { tornBytes } = journal;
    const { installation } = setup;
    const { name: rig } = setup.document;
    const now = Math.floor(timers.nowMilliseconds() / 1000);
    const watch = watchOf(setup);
    const before = stateOf(journal, installation);
    refuseClockBehind(before, now);
    const isDoubted = isClockDoubted(before, now);
    if (!isDoubted) forgetDoubt(folder);
    else if (options.once && !isClockConfirmed(folder, now)) {
      const days = Math.floor((now - before.lastAt) / DAY);
      options.onNote(
        `the clock stands at ${formatInstant(now)}, ${days} days after the last sign of life (${formatInstant(before.lastAt)}): nothing is recorded before another start finds the same`,
      );
      return { end: { end: 'idle' }, state: before };
    }
    const state = takeUp(journal, { rig, installation, watch, version: options.version, now });
    options.onTakenUp?.(state, tornBytes);
    const end = await runOver(setup, {
      ...options,
      timers,
      journal,
      state,
      isDoubted,
      onNote: onceEach(options.onNote),
    });
    return { end, state };
  } finally {
    clearInterval(hold);
    lock.release();
  }
}

interface TakenUp extends Omit<WatchRigOptions, 'timers'> {
  readonly timers: Timers;
  readonly journal: Journal;
  readonly state: WatchState;
  /** True if the clock is far after the last sign of life. */
  readonly isDoubted: boolean;
}

async function runOver(setup: RigSetup, options: TakenUp): Promise<WatchEnd> {
  const { timers, state, onNote, onRecord, once, signal, napSeconds } = options;
  const known = knownOf(setup);
  const pool = new DriverPool({ setup, timers, onNote, onEvent: (device, event) => reported(device, event) });
  const home = options.home ?? homeOf(setup, { timers, wakes: () => false });
  const probe = deviceProbe({
    setup,
    timers,
    home,
    onNote,
    ledgerFolder: options.ledgerFolder,
    stateFolder: options.stateFolder,
    migrate: watchOf(setup).migrate,
    recordingOf: options.recordingOf ?? (() => ({})),
    endpoints: { driverOf: pool.driverOf, ...(options.loadSerial && { loadSerial: options.loadSerial }) },
  });
  const watch = new Watch({
    timers,
    journal: options.journal,
    state,
    probe,
    signal,
    known,
    isKnownBefore: known.wan !== undefined,
    isDoubtful: options.isDoubted && !once,
    ...(once !== undefined && { once }),
    ...(napSeconds !== undefined && { napSeconds }),
    ...(onRecord && { onRecord: (record) => onRecord(record, state) }),
  });
  function reported(device: string, event: DriverEvent): void {
    if (event.event !== 'contact') return;
    const at = instant(event.at);
    const { place } = setup.devices.find(({ name }) => name === device) as DeviceSetup;
    if (at > timers.nowMilliseconds() / 1000 + CLOCK_AHEAD_SECONDS_MAX) {
      onNote(`the driver of the ${device} dates a contact ahead of this clock: it is no evidence`);
      return;
    }
    watch.learn({ link: event.link, at, source: `${placeText(place)}#observed`, bearing: 'sign' });
  }
  const sources = openSources(setup, { timers, onNote, watch, state });
  const look = (): void => sources.forEach(({ source }) => source.look());
  pool.listen();
  try {
    if (once) {
      await heardOf(sources, { timers, signal });
      look();
    }
    return await watch.run();
  } finally {
    await Promise.all(sources.map(({ source }) => source.close()));
    await pool.close();
  }
}

interface Listened {
  readonly source: Source;
  readonly heard: Promise<void>;
}

function openSources(
  setup: RigSetup,
  options: Pick<SourceOptions, 'timers' | 'onNote'> & { readonly watch: Watch; readonly state: WatchState },
): readonly Listened[] {
  const { timers, onNote, watch, state } = options;
  const { glow, bench } = watchOf(setup);
  const listened = (open: (of: SourceOptions) => Source): Listened => {
    let onSign: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => (onSign = resolve));
    const onEvidence: SourceOptions['onEvidence'] = (evidence) => watch.learn(evidence);
    return { heard, source: open({ timers, onNote, onEvidence, onSign: () => onSign() }) };
  };
  const all: Listened[] = [];
  if (glow) {
    const lastDated = Object.fromEntries(
      [...state.sources()].flatMap((source) => {
        const at = source.startsWith(GLOW) ? state.lastDated(source) : undefined;
        return at === undefined ? [] : [[source.slice(GLOW.length), at] as const];
      }),
    );
    const onBegin = (cad: string, at: Instant): void => watch.begin(`${GLOW}${cad}`, at);
    all.push(listened((of) => glowSource(glow, { ...of, lastDated, onBegin, points: pointsOf(setup) })));
  }
  if (bench) all.push(listened((of) => benchSource(bench, of)));
  return all;
}

/** Returns the meter points that the rig file names. Synthetic ones say nothing about a real CAD. */
function pointsOf({ document }: RigSetup): MeterPoints {
  const { electricity, gas } = document.installation;
  const mprn = gas === false ? undefined : gas.mprn;
  return { ...(electricity.mpan !== undefined && { mpan: electricity.mpan }), ...(mprn !== undefined && { mprn }) };
}

/** Seconds that a watch listens before it acts if it runs once. A CAD speaks every six seconds. */
const LISTEN_SECONDS = 15;

/** Waits until each source has spoken, or for {@link LISTEN_SECONDS}. Used by a watch that runs once. */
async function heardOf(
  sources: readonly Listened[],
  { timers, signal }: { readonly timers: Timers; readonly signal: AbortSignal },
): Promise<void> {
  if (sources.length === 0) return;
  const late = new Promise<void>((resolve) => {
    timers.after(LISTEN_SECONDS * 1000, resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([Promise.all(sources.map(({ heard }) => heard)), late]);
}

/** Passes each note on once, because repetitions over weeks would hide the others. */
function onceEach(tell: (note: string) => void): (note: string) => void {
  const told = new Set<string>();
  return (note) => {
    if (told.has(note)) return;
    if (told.size >= NOTES_MAX) told.clear();
    told.add(note);
    tell(note);
  };
}

const NOTES_MAX = 1000;
