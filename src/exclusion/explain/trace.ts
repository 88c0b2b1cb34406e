import type { Cohort } from '../../installation/cohort.ts';
import type { Attempt, History, HistoryEvent } from '../../migration/history.ts';
import { expiryInstant, type RuleSet } from '../../rules/ruleset.ts';
import { SOURCES, type Source } from '../../regulation/sources.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { CATEGORY_ROWS } from '../../clauses/categories.ts';
import { CATEGORIES, type Clause, type ExclusionCategory } from '../../clauses/clause.ts';
import { countAt, type Count, type Unit } from '../reference/counting.ts';
import { heldOf, verdictsOf } from '../reference/evaluate.ts';
import { instructedAt, needed, type ClauseRow } from '../reference/holding.ts';
import { missingOf } from './missing.ts';
import { isStranger, notesOf } from '../reference/notes.ts';
import { reportedOf, type Reported } from '../reference/reported.ts';
import { routeOf, scopeBars, type Route, type ScopeBar } from '../reference/scope.ts';
import { knownAt, knownWithout, type Known, type State } from '../reference/state.ts';
import { timelineOf, type Stretch, type Timeline } from '../reference/timeline.ts';
import type { Note, Verdict } from '../verdict.ts';
import { barWords, WHY_WORDS } from './reasonWords.ts';

/** A row that a clause examined. */
export interface TracedRow {
  readonly record: Attempt | HistoryEvent;
  readonly counted: boolean;
  /** The reason why the row counts or does not count, in words. */
  readonly why: string;
}

/** The steps by which one clause came to its answer. */
export interface ClauseTrace {
  readonly category: ExclusionCategory;
  readonly clause: Clause;
  /** The titles of the clause's sources. */
  readonly citations: readonly string[];
  /** Doubts about those sources, and conflicts within them, in words. */
  readonly doubts: readonly string[];
  readonly inScope: boolean;
  readonly bars: readonly { readonly bar: ScopeBar; readonly why: string }[];
  /** The route of 18.6 that applies; null for other clauses. */
  readonly route: Route | null;
  readonly rows: readonly TracedRow[];
  /**
   * The weeks (or single attempts) that were counted. If the category holds, they are those that its verdict rests on.
   */
  readonly units: readonly Unit[];
  /**
   * The number of weeks or attempts that were counted; the next field is the number needed. Both are null for a
   * standing clause.
   */
  readonly have: number | null;
  readonly need: number | null;
  readonly holds: boolean;
  /** The row of the `verdicts` record; null if the category does not hold. */
  readonly verdict: Verdict | null;
  /** The reason why the category holds; empty if it does not hold. */
  readonly metBecause: string;
  readonly effectiveBecause: string;
  readonly reportedBecause: string;
  /**
   * The instant from which this category is the one that is reported; null if it is not reported. It is never before
   * the instant at which the category was met.
   */
  readonly reportedFrom: Instant | null;
  /** The missing conditions, in words; empty if the category holds. */
  readonly missing: string;
}

/** Everything that an explanation of one history needs, as plain data. */
export interface Trace {
  readonly installationId: string;
  readonly cohort: Cohort;
  readonly rules: string;
  readonly asOf: Instant;
  readonly state: State;
  /** The migration that ended the history, since the latest readmit; null if there is none. */
  readonly migration: Attempt | null;
  /** The clauses, in the order of CATEGORIES. */
  readonly clauses: readonly ClauseTrace[];
  readonly notes: readonly Note[];
}

/** Evaluates a history as `evaluate` does and records the reasons. The verdicts are the same rows. */
export function trace(history: History, rules: RuleSet, asOf: Instant): Trace {
  const timeline = timelineOf(history, rules, asOf);
  const { records, known, rows } = timeline;
  const verdicts = verdictsOf(timeline, rules, asOf);
  const reported = reportedOf(heldOf(timeline), rules);
  const reportedSince = reported === null ? null : sinceWhen(reported, timeline, rules);
  // If a migration has ended the history, the clauses are judged at its instant, without its row.
  const { migration } = known;
  const judgedAt = migration === null ? known : knownWithout(knownAt(records, migration.at), migration);
  return {
    installationId: records.installation.installationId,
    cohort: records.installation.cohort,
    rules: rules.name,
    asOf,
    state: known.state,
    migration,
    clauses: rows.map((row, i) => {
      const verdict = verdicts.find(({ category }) => category === row.clause.category) ?? null;
      return clauseTrace(
        { row, timeline, judgedAt, verdict, stretch: timeline.lasting[i] ?? null, reported, reportedSince },
        rules,
      );
    }),
    notes: notesOf(records, timeline.contradictory),
  };
}

interface Subject {
  readonly row: ClauseRow;
  readonly timeline: Timeline;
  readonly judgedAt: Known;
  readonly verdict: Verdict | null;
  readonly stretch: Stretch | null;
  readonly reported: Reported | null;
  readonly reportedSince: ReportedSince | null;
}

function clauseTrace(subject: Subject, rules: RuleSet): ClauseTrace {
  const { row, timeline, judgedAt, verdict, stretch } = subject;
  const { clause, counting } = row;
  const { cohort } = judgedAt.installation;
  const bars = scopeBars(clause, cohort, judgedAt.state, rules.readings).map((bar) => ({
    bar,
    why: barWords(bar, clause, cohort, judgedAt.state, rules.readings),
  }));
  const count = counting === null ? null : countAt(counting, judgedAt);
  const route = stretch === null ? routeOf(clause, judgedAt.state) : stretch.finding.route;
  const restsOn = stretch?.finding.count ?? count;
  return {
    category: clause.category,
    clause,
    citations: clause.sources.map((source) => SOURCES[source].title),
    doubts: clause.sources.flatMap((source) => (SOURCES[source] as Source).note ?? []),
    inScope: bars.length === 0,
    bars,
    route,
    rows: rowsOf(row, timeline, judgedAt, count),
    units: restsOn?.units ?? [],
    have: restsOn?.units.length ?? null,
    need: counting === null ? null : needed(counting, route),
    holds: verdict !== null,
    verdict,
    metBecause: stretch === null ? '' : metBecause(stretch, timeline),
    effectiveBecause: verdict === null ? '' : effectiveBecause(row, verdict, rules, timeline.known.at),
    reportedBecause: verdict === null ? '' : reportedBecause(verdict, subject),
    reportedFrom: verdict?.reported ? (subject.reportedSince?.at ?? null) : null,
    missing: verdict === null ? missingOf({ row, bars, count }, timeline.known, judgedAt) : '',
  };
}

/** Every row that the clause examined: attempts of its kind, instructions of the supplier, or its standing events. */
function rowsOf(row: ClauseRow, timeline: Timeline, judgedAt: Known, count: Count | null): readonly TracedRow[] {
  const { shows } = row.clause;
  const { migration } = timeline.known;
  const rows: TracedRow[] = [];
  const inUnits = new Set(count?.units.flatMap(({ attempts }) => attempts));
  for (const { attempt, whyNot } of count?.judged ?? []) {
    // Under `weekCode: last`, an attempt that could count does not count if its week ended in another outcome.
    const counted = whyNot === null && inUnits.has(attempt.at);
    rows.push({ record: attempt, counted, why: WHY_WORDS[whyNot ?? (counted ? 'counts' : 'lastOfWeek')] });
  }
  if (shows.type === 'count' && migration !== null) {
    for (const attempt of timeline.records.attempts) {
      if (attempt === migration) rows.push({ record: attempt, counted: false, why: WHY_WORDS.migrated });
      else if (attempt.kind === shows.kind && attempt.at > migration.at) {
        rows.push({ record: attempt, counted: false, why: WHY_WORDS.afterMigration });
      }
    }
  }
  if (shows.type === 'standing') {
    for (const record of judgedAt.events) {
      if (!shows.family.includes(record.event)) continue;
      const counted = record.at > judgedAt.state.readmittedAt;
      rows.push({ record, counted, why: WHY_WORDS[counted ? 'counts' : 'readmitted'] });
    }
  }
  if (routeOf(row.clause, judgedAt.state) === 'active') {
    for (const record of judgedAt.events) {
      if (record.event === 'supplier-gsme-exclusion') rows.push(instructionRow(record, timeline, judgedAt));
    }
  }
  return rows.sort((a, b) => a.record.at - b.record.at);
}

function instructionRow(record: HistoryEvent, { records }: Timeline, judgedAt: Known): TracedRow {
  const { readmittedAt, gas, gasRegisteredAt } = judgedAt.state;
  const not = (why: string) => ({ record, counted: false, why });
  if (record.at <= readmittedAt) return not(WHY_WORDS.readmitted);
  if (isStranger(records, record.at, record.value)) return not(WHY_WORDS.stranger);
  if (record.at < gasRegisteredAt || record.value !== gas?.supplier) return not(WHY_WORDS.formerRegistration);
  const latest = record.at === instructedAt(judgedAt);
  return { record, counted: true, why: WHY_WORDS[latest ? 'instructs' : 'instructedAgain'] };
}

function metBecause({ finding, by }: Stretch, { known }: Timeline): string {
  switch (by) {
    case 'itself':
      return 'it has held at every row since';
    case 'sticky':
      return `it last held by itself at ${formatInstant(finding.at)}, was effective by then, and stays until a readmit`;
    case 'esmeOnly':
      return `it held at the ESME-only migration of ${formatInstant(known.migration?.at ?? finding.at)}, which keeps it`;
  }
}

function effectiveBecause(row: ClauseRow, { metAt }: Verdict, rules: RuleSet, asOf: Instant): string {
  const { inForceAt } = row;
  if (inForceAt === null) return 'the clause is never in force in this rule set';
  const from = Math.max(metAt, inForceAt);
  const expiry = expiryInstant(rules);
  if (from >= expiry) return `not before the rules expire at ${formatInstant(expiry)}`;
  if (from > asOf) return `the clause is in force only from ${formatInstant(inForceAt)}, after the as-of`;
  return metAt < inForceAt ? `met before the clause came into force, hence from then` : 'met with the clause in force';
}

/**
 * The instant from which a category is the one that is reported, and the category that was reported before it (null:
 * none).
 */
interface ReportedSince {
  readonly at: Instant;
  readonly before: ExclusionCategory | null;
}

function sinceWhen({ category }: Reported, timeline: Timeline, rules: RuleSet): ReportedSince {
  const { moments } = timeline;
  let i = moments.length - 1;
  let before: Reported | null = null;
  for (; i > 0; i -= 1) {
    before = reportedOf(heldOf(timeline, moments[i - 1]), rules);
    if (before?.category !== category) break;
  }
  return { at: moments[i]?.at ?? timeline.known.at, before: i > 0 ? (before?.category ?? null) : null };
}

/** The category that yields to the given one, or null. */
function yieldingTo(category: ExclusionCategory): ExclusionCategory | null {
  return CATEGORIES.find((each) => CATEGORY_ROWS[each].yieldsTo === category) ?? null;
}

function reportedBecause(verdict: Verdict, { reported, reportedSince, timeline }: Subject): string {
  const weeks = reported?.otherWeeks ?? null;
  if (weeks !== null && reported !== null) {
    const yields = verdict.reported ? yieldingTo(verdict.category) : verdict.category;
    if (yields !== null && CATEGORY_ROWS[yields].yieldsTo === reported.category) {
      return `${yields} rests on the failures of ${reported.category}: only ${weeks} of its weeks hold another, so ${reported.category} is reported`;
    }
  }
  if (!verdict.reported) return `yields to ${reported?.category ?? ''}`;
  const before = reportedSince?.before ?? null;
  if (reportedSince === null || before === null) return 'the first that holds in the order of precedence';
  const stillHolds = heldOf(timeline).some(({ row }) => row.clause.category === before);
  const why =
    CATEGORY_ROWS[verdict.category].yieldsTo === before && stillHolds
      ? `it no longer rests on the failures of ${before}`
      : 'the first that holds in the order of precedence';
  return `${why}; reported since ${formatInstant(reportedSince.at)}, until then ${before} was`;
}
