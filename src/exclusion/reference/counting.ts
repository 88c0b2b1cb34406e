import type { Attempt } from '../../migration/history.ts';
import { inForceInstant, type RuleSet } from '../../rules/ruleset.ts';
import { isoWeek, WEEK, type Instant } from '../../time.ts';
import type { Clause, Counting } from '../../clauses/clause.ts';
import { isFailure, type Known } from './state.ts';

/** The reasons why an attempt of a clause's kind does not count towards the clause. */
export const INELIGIBLE_REASONS = {
  readmitted: 'at or before the readmit',
  system: 'caused on the system side',
  cos: 'before the latest change of supplier',
  beforeInForce: 'before the clause is in force',
  notAFailure: 'not a failure',
  otherOutcome: 'another outcome than the clause counts',
  ownCategory: 'a code that has a category of its own',
  table510: 'in Table 5.10',
  cleared: 'before a completed preparation',
  reset: 'before an attempt with another outcome',
} as const;
export type WhyNot = keyof typeof INELIGIBLE_REASONS;

/** A counting clause, with the readings of the rule set applied. */
export interface CountingRow {
  readonly clause: Clause;
  readonly counting: Counting;
  readonly readings: RuleSet['readings'];
  /**
   * Attempts before this instant do not count (reading `beforeInForce`). It is infinite for a clause that is never in
   * force.
   */
  readonly countsFrom: Instant;
  /** Outcomes that are removed from `anyFailure` because another clause counts them (reading `fiveCounts`). */
  readonly taken: ReadonlySet<string>;
  readonly byWeek: boolean;
}

export interface JudgedAttempt {
  readonly attempt: Attempt;
  /** The reason why the attempt does not count; null if it counts. */
  readonly whyNot: WhyNot | null;
}

/** One counted unit: a week, or a single attempt if the clause has no week rule. */
export interface Unit {
  /** The ISO week, numbered as `isoWeek` does; null if weeks are not ISO weeks. */
  readonly week: number | null;
  /** The earliest counted attempt. The verdict names it as evidence. */
  readonly evidence: Instant;
  /** All attempts of the unit that count, in time order. */
  readonly attempts: readonly Instant[];
}

export interface Count {
  /** Every attempt of the clause's kind, in time order, with its judgement. */
  readonly judged: readonly JudgedAttempt[];
  readonly units: readonly Unit[];
}

export function countingRow(clause: Clause, counting: Counting, rules: RuleSet): CountingRow {
  const { readings } = rules;
  const taken = new Set<string>();
  if (counting.outcomes === 'anyFailure' && readings.fiveCounts === 'otherThanMA112AndGT01') {
    for (const { shows } of rules.clauses) {
      if (shows.type !== 'count' || shows.kind !== 'migration') continue;
      if (shows.outcomes !== 'anyFailure') for (const outcome of shows.outcomes) taken.add(outcome);
    }
  }
  return {
    clause,
    counting,
    readings,
    countsFrom: readings.beforeInForce === 'count' ? -Infinity : (inForceInstant(clause) ?? Infinity),
    taken,
    byWeek:
      counting.separation === 'week' || (counting.kind === 'instruction' && readings.instructionSpacing === 'week'),
  };
}

/** Counts by definition, from the records up to `known.at` alone. */
export function countAt(row: CountingRow, known: Known): Count {
  const ofKind = known.attempts.filter((attempt) => attempt.kind === row.counting.kind);
  const since = runBegins(row, ofKind);
  const judged = ofKind.map((attempt) => ({ attempt, whyNot: judge(row, known, attempt, since) }));
  return { judged, units: unitsOf(row, judged) };
}

/**
 * The reason to ignore an attempt whatever its outcome; null if there is none. An attempt without such a reason is
 * eligible, and under `weekCode: last` the last eligible attempt decides its week.
 */
function ineligible(row: CountingRow, known: Known, attempt: Attempt): WhyNot | null {
  const { at, cause } = attempt;
  if (at <= known.state.readmittedAt) return 'readmitted';
  if (cause === 'system' && row.readings.systemAttempts === 'ignored') return 'system';
  if (row.readings.cosRestarts === 'yes' && at < known.state.cosAt) return 'cos';
  return at < row.countsFrom ? 'beforeInForce' : null;
}

/** The reason why the clause does not count an outcome; null if it does. Table 5.10 is checked elsewhere. */
function outcomeBar(row: CountingRow, outcome: string): WhyNot | null {
  if (!isFailure(outcome)) return 'notAFailure';
  if (row.taken.has(outcome)) return 'ownCategory';
  const { outcomes } = row.counting;
  return outcomes === 'anyFailure' || outcomes.includes(outcome) ? null : 'otherOutcome';
}

interface Run {
  readonly at: Instant;
  readonly why: WhyNot;
}

/**
 * The attempt after which the current run begins, or null: the last completed preparation, or the last device-caused
 * migration attempt with another outcome. An attempt in Table 5.10 does not restart a clause that leaves Table 5.10
 * aside, whatever its code: an attempt that a clause does not look at cannot end its run (our choice, see
 * src/README.md). The restarting attempt need not be eligible itself, because the reason that bars it also bars all
 * attempts before it.
 */
function runBegins(row: CountingRow, ofKind: readonly Attempt[]): Run | null {
  const { kind, exceptTable510 } = row.counting;
  const preparation = kind === 'instruction' && row.readings.preparationClears === 'yes';
  const reset = kind === 'migration' && row.readings.reset === 'otherOutcome';
  let run: Run | null = null;
  for (const { at, outcome, cause, table510 } of ofKind) {
    if (preparation && !isFailure(outcome)) run = { at, why: 'cleared' };
    if (!reset || cause !== 'device' || (exceptTable510 && table510)) continue;
    if (outcomeBar(row, outcome) !== null) run = { at, why: 'reset' };
  }
  return run;
}

function judge(row: CountingRow, known: Known, attempt: Attempt, since: Run | null): WhyNot | null {
  const bar = ineligible(row, known, attempt) ?? outcomeBar(row, attempt.outcome);
  if (bar !== null) return bar;
  if (row.counting.exceptTable510 && attempt.table510) return 'table510';
  return since !== null && attempt.at <= since.at ? since.why : null;
}

const INELIGIBLE: ReadonlySet<WhyNot> = new Set<WhyNot>(['readmitted', 'system', 'cos', 'beforeInForce']);

/** Groups the attempts that count into separate weeks, or into single attempts. */
export function unitsOf(row: CountingRow, judged: readonly JudgedAttempt[]): readonly Unit[] {
  const counted = judged.filter(({ whyNot }) => whyNot === null).map(({ attempt }) => attempt.at);
  if (!row.byWeek) return counted.map((at) => ({ week: null, evidence: at, attempts: [at] }));
  return row.readings.separateWeeks === 'sevenDays' ? sevenDaysApart(counted) : isoWeeks(row, judged);
}

function sevenDaysApart(counted: readonly Instant[]): readonly Unit[] {
  const units: { week: null; evidence: Instant; attempts: Instant[] }[] = [];
  for (const at of counted) {
    const last = units.at(-1);
    if (last === undefined || at - last.evidence >= WEEK) units.push({ week: null, evidence: at, attempts: [at] });
    else last.attempts.push(at);
  }
  return units;
}

function isoWeeks(row: CountingRow, judged: readonly JudgedAttempt[]): readonly Unit[] {
  const weeks = new Map<number, Instant[]>();
  const lastCounts = new Map<number, boolean>();
  for (const { attempt, whyNot } of judged) {
    const week = isoWeek(attempt.at);
    if (whyNot === null || !INELIGIBLE.has(whyNot)) lastCounts.set(week, whyNot === null);
    if (whyNot !== null) continue;
    const attempts = weeks.get(week);
    if (attempts === undefined) weeks.set(week, [attempt.at]);
    else attempts.push(attempt.at);
  }
  const units: Unit[] = [];
  for (const [week, attempts] of weeks) {
    if (row.readings.weekCode === 'last' && lastCounts.get(week) !== true) continue;
    units.push({ week, evidence: attempts[0] as Instant, attempts });
  }
  return units;
}

/**
 * The migration attempt that closes 18.7 under `attemptCloses187: yes`: one that is eligible to count. Null if there is
 * none.
 */
export function migrationAttempted(row: CountingRow, known: Known): Attempt | null {
  return (
    known.attempts.find((attempt) => attempt.kind === 'migration' && ineligible(row, known, attempt) === null) ?? null
  );
}
