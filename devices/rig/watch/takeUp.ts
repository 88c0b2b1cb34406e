/** Begins a watch or resumes one: checks the installation and records the schedule. */
import { createHash } from 'node:crypto';
import type { Installation } from '../../../src/installation/installation.ts';
import { formatInstant, INSTANT_MAX, INSTANT_MIN, parseInstant, type Instant } from '../../../src/time.ts';
import { JournalError, type Journal } from './journal.ts';
import type { JournalRecord } from './journalRecord.ts';
import { WatchState } from './watchState.ts';
import { scheduleSchema, type Schedule, type WatchDocument } from '../file/watchSchema.ts';

export interface TakingUp {
  readonly rig: string;
  readonly installation: Installation;
  readonly watch: WatchDocument;
  readonly version: string;
  readonly now: Instant;
}

/**
 * Records what has changed since the last start. Throws a JournalError if the journal belongs to another installation.
 */
export function takeUp(journal: Journal, { rig, installation, watch, version, now }: TakingUp): WatchState {
  if (now < INSTANT_MIN || now > INSTANT_MAX) {
    throw new JournalError(
      `the clock of this machine stands at ${new Date(now * 1000).toISOString()}; expected 2012 to 2037\n  Set it: a watch writes the time into everything.`,
    );
  }
  const state = stateOf(journal, installation);
  const t = formatInstant(now);
  const records: JournalRecord[] = [];
  if (!state.begun) {
    const { installationId } = installation;
    records.push({ is: 'begun', t, format: 1, rig, installation: installationId, record: recordHash(installation) });
  }
  const schedule = scheduleOf(watch);
  // A watch that has ended stays ended until its schedule changes.
  if (!isSame(state.pieces.at(-1)?.schedule, schedule)) {
    const from = Math.max(now, parseInstant(schedule.from ?? '') ?? now);
    records.push({ is: 'schedule', t, from: formatInstant(from), schedule });
  }
  records.push({ is: 'up', t, version });
  journal.mend();
  journal.append(...records);
  for (const record of records) state.apply(record);
  return state;
}

/**
 * Builds the state from a journal without writing. Throws a JournalError if the journal belongs to another
 * installation.
 */
export function stateOf(journal: Journal, installation: Installation): WatchState {
  const state = new WatchState(journal.records);
  const { begun } = state;
  if (begun && (begun.installation !== installation.installationId || begun.record !== recordHash(installation))) {
    throw new JournalError(
      `the journal is of installation ${begun.installation} as the rig file ${begun.rig} had it, and the rig file now says otherwise\n  Put its installation section back (what changes later are events), or name another directory.`,
    );
  }
  return state;
}

/** Returns the part of a watch section that the journal keeps. */
function scheduleOf(watch: WatchDocument): Schedule {
  const { contact, attempt, lateSeconds, from, until, stopAtPass } = watch;
  return scheduleSchema.parse({ contact, attempt, lateSeconds, from, until, stopAtPass });
}

function isSame(a: Schedule | undefined, b: Schedule): boolean {
  return a !== undefined && JSON.stringify(scheduleSchema.parse(a)) === JSON.stringify(b);
}

/** Hashes the whole row of the installation, so that the journal holds no meter point. */
function recordHash(installation: Installation): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, item]) => [key, sorted(item)]),
        )
      : value;
  return createHash('sha256')
    .update(JSON.stringify(sorted(installation)))
    .digest('hex')
    .slice(0, 16);
}
