import {
  ATTEMPT_KINDS,
  CAUSES,
  EVENTS,
  keyOfEvent,
  type Attempt,
  type History,
  type HistoryEvent,
} from '../../migration/history.ts';
import { formatInstant, type Instant } from '../../time.ts';

/** The origin of a row, for the texts of refusals: the file's position in its list, and the line or row. */
export interface Origin {
  readonly file: number;
  readonly line: number;
}

/** Rows of one key that do not agree, or one row that another file rules out. */
export interface Conflict extends Origin {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

export interface AttemptRow extends Origin, Attempt {}
export interface EventRow extends Origin, HistoryEvent {}

export function attemptRow(
  origin: Origin,
  at: Instant,
  kind: number,
  outcome: string,
  cause: number,
  table510: number,
): AttemptRow {
  return {
    file: origin.file,
    line: origin.line,
    at,
    kind: ATTEMPT_KINDS[kind] as Attempt['kind'],
    outcome,
    cause: CAUSES[cause] as Attempt['cause'],
    table510: table510 === 1,
  };
}

export function eventRow(origin: Origin, at: Instant, event: number, value: string): EventRow {
  return { file: origin.file, line: origin.line, at, event: EVENTS[event] as HistoryEvent['event'], value };
}

/** A history without the positions of its rows in the files. */
export function withoutOrigins({ installation, attempts, events }: History): History {
  return {
    installation,
    attempts: attempts.map(({ at, kind, outcome, cause, table510 }) => ({ at, kind, outcome, cause, table510 })),
    events: events.map(({ at, event, value }) => ({ at, event, value })),
  };
}

/** The way in which rows of a record are keyed and compared. */
export interface Keyed<R> {
  readonly keyColumns: string;
  key(row: R): string;
  /** The first column in which two rows of the same key differ; undefined if they are equal. */
  difference(a: R, b: R): string | undefined;
}

export const ATTEMPTS: Keyed<AttemptRow> = {
  keyColumns: 'installation_id+at+kind',
  key: (row) => row.kind,
  difference: (a, b) => {
    if (a.outcome !== b.outcome) return 'outcome';
    if (a.cause !== b.cause) return 'cause';
    return a.table510 === b.table510 ? undefined : 'table_5_10';
  },
};

export const EVENT_ROWS: Keyed<EventRow> = {
  keyColumns: 'subject+at+event',
  key: (row) => keyOfEvent(row.event),
  difference: (a, b) => {
    if (a.event !== b.event) return 'event';
    return a.value === b.value ? undefined : 'value';
  },
};

export interface Settled<R> {
  /** The rows, each key once, in order of time. Of equal rows the first is kept. */
  readonly rows: readonly R[];
  /** Every row that differs from another row of the same key. */
  readonly conflicts: readonly Conflict[];
  /** The number of equal rows beyond the first of each key. */
  readonly duplicates: number;
}

/**
 * Combines the rows of one subject: equal rows become one, and rows that contradict each other are removed. `place`
 * describes the place of a row, for the texts.
 */
export function settle<R extends Origin & { readonly at: Instant }>(
  rows: readonly R[],
  keyed: Keyed<R>,
  place: (origin: Origin) => string,
): Settled<R> {
  if (rows.length < 2) return { rows, conflicts: [], duplicates: 0 };
  const sorted = [...rows].sort((a, b) => a.at - b.at || a.file - b.file || a.line - b.line);
  const kept: R[] = [];
  const conflicts: Conflict[] = [];
  let duplicates = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    while (to < sorted.length && sorted[to]?.at === sorted[from]?.at) to += 1;
    if (to === from + 1) kept.push(sorted[from] as R);
    else duplicates += settleInstant(sorted.slice(from, to), keyed, place, kept, conflicts);
    from = to;
  }
  return { rows: kept, conflicts, duplicates };
}

function settleInstant<R extends Origin & { readonly at: Instant }>(
  rows: readonly R[],
  keyed: Keyed<R>,
  place: (origin: Origin) => string,
  kept: R[],
  conflicts: Conflict[],
): number {
  const byKey = new Map<string, R[]>();
  for (const row of rows) {
    const key = keyed.key(row);
    const same = byKey.get(key);
    if (same) same.push(row);
    else byKey.set(key, [row]);
  }
  let duplicates = 0;
  for (const [first, ...others] of byKey.values()) {
    if (!first) continue;
    const other = others.find((row) => keyed.difference(first, row) !== undefined);
    if (!other) {
      kept.push(first);
      duplicates += others.length;
      continue;
    }
    const column = keyed.difference(first, other) as string;
    for (const row of [first, ...others]) {
      const against = place(row === first ? other : first);
      const found = `another ${column} at ${formatInstant(row.at)} than ${against}`;
      conflicts.push(contradiction(row, keyed.keyColumns, found));
    }
  }
  return duplicates;
}

/** The conflict of a row that contradicts another row of its key. */
export function contradiction(row: Origin, column: string, found: string): Conflict {
  const expected = 'rows of the same key to agree; the installation gets no verdict';
  return { file: row.file, line: row.line, column, found, expected };
}
