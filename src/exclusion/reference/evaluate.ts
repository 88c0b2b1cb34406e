import type { History } from '../../migration/history.ts';
import { expiryInstant, type RuleSet } from '../../rules/ruleset.ts';
import type { Instant } from '../../time.ts';
import type { ClauseRow } from './holding.ts';
import { notesOf } from './notes.ts';
import { reportedOf, type Held } from './reported.ts';
import { timelineOf, type Moment, type Timeline } from './timeline.ts';
import type { Evaluation, Span, Verdict } from '../verdict.ts';

/**
 * The reference evaluation: what a rule set says of one history as of an instant (src/docs/meaning.md). It works by
 * definition and not by increments: every category is evaluated at the instant of every row, each time from the records
 * up to that instant alone. Rows may come in any order, and exact duplicates count as one. The reader must refuse
 * contradictory rows (this is asserted). Verdicts are in the order of CATEGORIES, and notes are sorted by time.
 */
export function evaluate(history: History, rules: RuleSet, asOf: Instant): Evaluation {
  const timeline = timelineOf(history, rules, asOf);
  return {
    verdicts: verdictsOf(timeline, rules, asOf),
    notes: notesOf(timeline.records, timeline.contradictory),
  };
}

/**
 * The half-open stretches in which categories hold, up to the as-of. `to` is null while a stretch lasts. They are
 * sorted in the order of CATEGORIES, then by time. A stretch counts whether or not the clause is in force.
 */
export function spansOf(history: History, rules: RuleSet, asOf: Instant): readonly Span[] {
  return timelineOf(history, rules, asOf).spans;
}

export function verdictsOf(timeline: Timeline, rules: RuleSet, asOf: Instant): readonly Verdict[] {
  const held = heldOf(timeline);
  const reported = reportedOf(held, rules);
  return held.map(({ row, stretch }) => ({
    category: row.clause.category,
    clause: row.clause.clause,
    excludes: row.clause.excludes,
    metAt: stretch.since,
    effectiveFrom: effectiveFrom(row, stretch.since, rules, asOf),
    counted: stretch.finding.count === null ? null : stretch.finding.count.units.length,
    evidence: stretch.finding.evidence,
    reported: row.clause.category === reported?.category,
  }));
}

/** The categories that hold at the as-of, or, if a moment of the timeline is given, those that held at that moment. */
export function heldOf(
  { rows, lasting: now }: Timeline,
  { lasting }: Pick<Moment, 'lasting'> = { lasting: now },
): readonly Held[] {
  return rows.flatMap((row, i) => {
    const stretch = lasting[i];
    return stretch ? [{ row, stretch }] : [];
  });
}

/**
 * The instant from which an exclusion takes effect: the later of the instant it was met and the instant the clause came
 * into force. Null if that is after the as-of, on or after the expiry, or never.
 */
function effectiveFrom(row: ClauseRow, metAt: Instant, rules: RuleSet, asOf: Instant): Instant | null {
  if (row.inForceAt === null) return null;
  const from = Math.max(metAt, row.inForceAt);
  return from <= asOf && from < expiryInstant(rules) ? from : null;
}
