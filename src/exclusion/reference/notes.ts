import type { Instant } from '../../time.ts';
import { BEGINNING_OF_TIME, isFailure, knownAt, type Records } from './state.ts';
import { NOTE_KINDS, type Note } from '../verdict.ts';

const KINDS = Object.keys(NOTE_KINDS);

/**
 * Rows that an evaluation ignores, by time; at one instant they are in the order of NOTE_KINDS. A readmit closes a
 * stretch of the history and includes the rows of its own instant. Each stretch has its own migration and its own
 * notes.
 */
export function notesOf(records: Records, contradictory: readonly Note[]): readonly Note[] {
  const notes = [...afterMigration(records), ...strangers(records), ...contradictory];
  return notes.sort((a, b) => a.at - b.at || KINDS.indexOf(a.note) - KINDS.indexOf(b.note));
}

/**
 * Attempts of either kind after the migration of their stretch. An attempt at the very instant of the migration is not
 * after it.
 */
function afterMigration({ attempts, events }: Records): Note[] {
  const readmits = events.filter(({ event }) => event === 'readmit').map(({ at }) => at);
  const notes: Note[] = [];
  let from = BEGINNING_OF_TIME;
  for (const to of [...readmits, Infinity]) {
    const stretch = attempts.filter(({ at }) => at > from && at <= to);
    const migration = stretch.find(({ kind, outcome }) => kind === 'migration' && !isFailure(outcome));
    if (migration !== undefined) {
      for (const { at } of stretch) if (at > migration.at) notes.push({ at, note: 'afterMigration' });
    }
    from = to;
  }
  return notes;
}

/** Instructions by anyone but the gas supplier of that instant. An empty supplier name matches nobody. */
function strangers(records: Records): Note[] {
  const notes: Note[] = [];
  for (const { at, event, value } of records.events) {
    if (event !== 'supplier-gsme-exclusion') continue;
    if (isStranger(records, at, value)) notes.push({ at, note: 'stranger' });
  }
  return notes;
}

export function isStranger(records: Records, at: Instant, instructing: string): boolean {
  const supplier = knownAt(records, at).state.gas?.supplier ?? '';
  return supplier === '' || supplier !== instructing;
}
