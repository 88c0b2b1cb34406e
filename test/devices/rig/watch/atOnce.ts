/** A watch at the wall's time and the pace of a test: until what is on record is enough. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { RigSetup } from '../../../../devices/rig/file/rigSetup.ts';
import type { JournalRecord, RecordOf } from '../../../../devices/rig/watch/journalRecord.ts';
import type { Settled, TryMade, WatchState } from '../../../../devices/rig/watch/watchState.ts';
import { watchRig, type WatchRigOptions, type WatchRun } from '../../../../devices/rig/watch/watchRig.ts';
import type { FrameRecord } from '../../../../devices/transport/tap.ts';

export interface Watched extends WatchRun {
  readonly folder: string;
  readonly notes: readonly string[];
  readonly records: readonly JournalRecord[];
  readonly frames: readonly FrameRecord[];
}

/** A second from one probe to the next. */
export const QUICK = 'contact: { everySeconds: 1, tries: 1 }, attempt: { everySeconds: 1 }';
/** A contact, and then an attempt. */
export const HALTING = 'contact: { everySeconds: 2, tries: 1 }, attempt: { everySeconds: 2 }';

export async function watched(
  setup: RigSetup,
  isEnough: (state: WatchState) => boolean,
  options: Partial<WatchRigOptions> & { readonly under: string },
): Promise<Watched> {
  const { under, ...rest } = options;
  const folder = rest.folder ?? mkdtempSync(join(under, 'watch-'));
  const abort = new AbortController();
  const notes: string[] = [];
  const records: JournalRecord[] = [];
  const frames: FrameRecord[] = [];
  const run = await watchRig(setup, {
    folder,
    ledgerFolder: join(folder, 'ledgers'),
    version: 'test',
    signal: abort.signal,
    napSeconds: 1,
    recordingOf: () => ({ lines: (line) => void frames.push(JSON.parse(line) as FrameRecord) }),
    onNote: (note) => void notes.push(note),
    ...rest,
    onRecord: (record, state) => {
      records.push(record);
      rest.onRecord?.(record, state);
      if (isEnough(state)) abort.abort();
    },
  });
  return { ...run, folder, notes, records, frames };
}

export function of<Is extends JournalRecord['is']>({ records }: Pick<Watched, 'records'>, is: Is): RecordOf<Is>[] {
  return records.filter((record): record is RecordOf<Is> => record.is === is);
}

/** At such a pace a busy machine is late for some: those are missed, and prove nothing here. */
export function made({ settled }: WatchState): readonly Exclude<Settled, { is: 'missed' }>[] {
  return settled.filter((one) => one.is !== 'missed');
}

export function tried({ tries }: WatchState): readonly TryMade[] {
  return tries.filter(({ result }) => result !== 'missed');
}
