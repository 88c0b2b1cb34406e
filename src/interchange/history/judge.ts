import type { Installation } from '../../installation/installation.ts';
import { GAS_EVENTS, type History, type HistoryEvent } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import { maskedId, type Refuse } from '../record/refusal.ts';
import { Remarks } from './remarks.ts';
import {
  ATTEMPTS,
  contradiction,
  EVENT_ROWS,
  settle,
  type AttemptRow,
  type Conflict,
  type EventRow,
  type Origin,
} from './rows.ts';

/** All rows of one installation_id. */
export interface Group {
  readonly id: string;
  readonly installations: readonly (Origin & { readonly installation: Installation })[];
  readonly attempts: readonly AttemptRow[];
  readonly events: readonly EventRow[];
}

/** The events of a DMC. Rows that contradict each other have been refused already. */
export interface DmcHistory {
  readonly events: readonly HistoryEvent[];
  readonly contradictory: boolean;
}

/** The names of the files of each record, for refusals. */
export interface FileNames {
  readonly installations: readonly string[];
  readonly attempts: readonly string[];
  readonly events: readonly string[];
}

/** Counts of what was done with the rows. The command prints them at the end. */
export interface JoinCounts {
  installations: number;
  attempts: number;
  events: number;
  /** The equal rows beyond the first. */
  duplicates: number;
  /** The rows later than the as-of, which are ignored. */
  afterAsOf: number;
  /** The installations without a verdict, because one of their rows contradicts another. */
  undecided: number;
  /** Accepted values that look like a slip. */
  readonly remarks: Remarks;
}

export function noCounts(): JoinCounts {
  return {
    installations: 0, attempts: 0, events: 0, duplicates: 0, afterAsOf: 0, undecided: 0, remarks: new Remarks(),
  }; // prettier-ignore
}

/** The inputs of `judge` other than the rows of an installation. */
export interface Judgement {
  readonly asOf: Instant;
  readonly files: FileNames;
  readonly dmcs: ReadonlyMap<string, DmcHistory>;
  readonly refuse: Refuse;
  readonly counts: JoinCounts;
  /** Receives the number of rows read since the last call. */
  readonly progress: (rows: number) => void;
}

const UNKNOWN = 'an installation_id that stands in installations (and was not refused there)';

/**
 * The history of a group, or undefined if there is none to decide. That is so if the installation is not known (its
 * rows are refused) or a row contradicts another (both are refused). Rows after the as-of are left out and counted.
 */
export function judge(group: Group, { asOf, files, dmcs, refuse, counts }: Judgement): History | undefined {
  const refuseIn = (names: readonly string[], { file, ...row }: Conflict): void =>
    refuse({ file: names[file] as string, ...row });
  const [first, ...others] = group.installations;
  if (!first) {
    const unknown = { found: `${maskedId(group.id)}, an installation that is not there`, expected: UNKNOWN };
    for (const { file, line } of group.attempts) {
      refuseIn(files.attempts, { file, line, column: 'installation_id', ...unknown });
    }
    for (const { file, line } of group.events) refuseIn(files.events, { file, line, column: 'subject', ...unknown });
    return undefined;
  }

  counts.installations += 1;
  let contradictory = false;
  const other = others.find((row) => !sameInstallation(row.installation, first.installation));
  if (other) {
    contradictory = true;
    for (const row of group.installations) {
      const against = row === first ? other : first;
      const found = `${maskedId(group.id)} again, unlike ${files.installations[against.file]}:${against.line}`;
      refuseIn(files.installations, contradiction(row, 'installation_id', found));
    }
  } else {
    counts.duplicates += others.length;
  }

  const { installation } = first;
  const attempts = settle(group.attempts, ATTEMPTS, (at) => `${files.attempts[at.file]}:${at.line}`);
  const own = group.events.filter((row) => {
    if (installation.gas !== null || contradictory || !GAS_EVENTS.includes(row.event)) return true;
    const found = `${row.event} of ${maskedId(group.id)}, which has no GSME`;
    const expected = 'gas events of installations with an mprn alone';
    refuseIn(files.events, { file: row.file, line: row.line, column: 'subject+event', found, expected });
    return false;
  });
  const events = settle(own, EVENT_ROWS, (at) => `${files.events[at.file]}:${at.line}`);
  for (const conflict of attempts.conflicts) refuseIn(files.attempts, conflict);
  for (const conflict of events.conflicts) refuseIn(files.events, conflict);
  const dmc = installation.dmc === '' ? undefined : dmcs.get(installation.dmc);
  contradictory ||= attempts.conflicts.length > 0 || events.conflicts.length > 0 || (dmc?.contradictory ?? false);

  const attemptsThen = attempts.rows.filter((row) => row.at <= asOf);
  const eventsThen = events.rows.filter((row) => row.at <= asOf);
  counts.attempts += attempts.rows.length;
  counts.events += events.rows.length;
  counts.duplicates += attempts.duplicates + events.duplicates;
  counts.afterAsOf += attempts.rows.length - attemptsThen.length + events.rows.length - eventsThen.length;
  if (contradictory) {
    counts.undecided += 1;
    return undefined;
  }
  counts.remarks.add({ installation, attempts: attemptsThen, events: eventsThen });
  return { installation, attempts: attemptsThen, events: dmc ? [...eventsThen, ...dmc.events] : eventsThen };
}

/** One reader built both, so their columns are in the same order. */
function sameInstallation(a: Installation, b: Installation): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
