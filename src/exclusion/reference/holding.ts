import { inForceInstant, type RuleSet } from '../../rules/ruleset.ts';
import type { Instant } from '../../time.ts';
import { CATEGORIES, type Clause, type ExclusionCategory } from '../../clauses/clause.ts';
import { countAt, countingRow, migrationAttempted, type Count, type CountingRow } from './counting.ts';
import { routeOf, scopeBars, type Route } from './scope.ts';
import type { Known } from './state.ts';

/** A clause of a rule set, prepared for evaluation. */
export interface ClauseRow {
  readonly clause: Clause;
  /** The counting part, or null for a standing clause. */
  readonly counting: CountingRow | null;
  /** The instant at which the clause comes into force; null if it never does. */
  readonly inForceAt: Instant | null;
}

/** The rows that a clause rests on where it holds, from the records up to one instant alone. */
export interface Finding {
  readonly at: Instant;
  readonly route: Route | null;
  /** The count, or null for a standing clause. */
  readonly count: Count | null;
  /** The instants that the verdict names, sorted. An instant with two rows appears twice. */
  readonly evidence: readonly Instant[];
}

const ROWS_OF = new WeakMap<RuleSet, readonly ClauseRow[]>();

/** The rows of a rule set in the order of CATEGORIES. */
export function clauseRows(rules: RuleSet): readonly ClauseRow[] {
  const known = ROWS_OF.get(rules);
  if (known !== undefined) return known;
  const rows = [...rules.clauses]
    .sort((a, b) => CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category))
    .map((clause) => ({
      clause,
      counting: clause.shows.type === 'count' ? countingRow(clause, clause.shows, rules) : null,
      inForceAt: inForceInstant(clause) ?? null,
    }));
  ROWS_OF.set(rules, rows);
  return rows;
}

export function clauseRow(rules: RuleSet, category: ExclusionCategory): ClauseRow | undefined {
  return clauseRows(rules).find(({ clause }) => clause.category === category);
}

/** Evaluates a clause by itself at an instant. Returns what it rests on, or null if it does not hold. */
export function findingAt(row: ClauseRow, known: Known, rules: RuleSet): Finding | null {
  const { clause, counting } = row;
  const { at, installation, state } = known;
  if (scopeBars(clause, installation.cohort, state, rules.readings).length > 0) return null;
  if (counting === null) {
    const since = standingSince(clause, known);
    return since === null ? null : { at, route: null, count: null, evidence: [since] };
  }
  const route = routeOf(clause, state);
  const need = needed(counting, route);
  // Fewer attempts than needed cannot be enough, whichever of them count. This check avoids most of the counting early
  // in a history.
  if (known.attempts.length < need) return null;
  const count = countAt(counting, known);
  if (count.units.length < need) return null;
  if (closedBy(counting, known) !== null) return null;
  const evidence = count.units.map((unit) => unit.evidence);
  if (route !== 'active') return { at, route, count, evidence };
  const instructed = instructedAt(known);
  if (instructed === null) return null;
  return { at, route, count, evidence: [...evidence, instructed].sort((a, b) => a - b) };
}

/**
 * The number of weeks (or instructions) needed. An Active GSME needs one counted failure, whatever number its Dormant
 * route requires. "One counted GT01" means one counted week, so that `weekCode: last` means the same on both routes
 * (our choice).
 */
export function needed(counting: CountingRow, route: Route | null): number {
  if (route !== 'active') return counting.counting.atLeast;
  return counting.readings.activeGt01Evidence === 'one' ? 1 : 0;
}

/**
 * The instant of the migration attempt that closes a clause on instructions, under `attemptCloses187: yes`; null if
 * there is none.
 */
export function closedBy(counting: CountingRow, known: Known): Instant | null {
  const closes = counting.counting.kind === 'instruction' && counting.readings.attemptCloses187 === 'yes';
  return closes ? (migrationAttempted(counting, known)?.at ?? null) : null;
}

/**
 * The first event of the unbroken run of the current finding, since the readmit; null if the finding does not stand.
 */
export function standingSince(clause: Clause, known: Known): Instant | null {
  if (clause.shows.type !== 'standing') return null;
  const { family, holds } = clause.shows;
  let since: Instant | null = null;
  for (const { at, event } of known.events) {
    if (at <= known.state.readmittedAt || !family.includes(event)) continue;
    since = event === holds ? (since ?? at) : null;
  }
  return since;
}

/**
 * The latest instruction by the current gas supplier, given in its current registration and since the readmit; null if
 * there is none.
 */
export function instructedAt(known: Known): Instant | null {
  const { gas, gasRegisteredAt, readmittedAt } = known.state;
  let instructed: Instant | null = null;
  if (gas === null || gas.supplier === '') return null;
  for (const { at, event, value } of known.events) {
    if (event !== 'supplier-gsme-exclusion' || value !== gas.supplier) continue;
    if (at > readmittedAt && at >= gasRegisteredAt) instructed = at;
  }
  return instructed;
}
