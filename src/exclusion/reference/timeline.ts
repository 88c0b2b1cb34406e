import { CATEGORY_ROWS } from '../../clauses/categories.ts';
import { expiryInstant, type RuleSet } from '../../rules/ruleset.ts';
import type { History } from '../../migration/history.ts';
import { OK } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import { clauseRows, findingAt, type ClauseRow, type Finding } from './holding.ts';
import { instantsOf, knownAt, knownWithout, recordsUpTo, type Known, type Records } from './state.ts';
import type { Note, Span } from '../verdict.ts';

/** An unbroken stretch in which a category holds. */
export interface Stretch {
  readonly since: Instant;
  /** The rows it rests on, as of the last row at which the category held by itself. */
  readonly finding: Finding;
  /**
   * The reason why it holds. `sticky`: by `membership: sticky` alone. `esmeOnly`: it is carried on from the ESME-only
   * migration.
   */
  readonly by: 'itself' | 'sticky' | 'esmeOnly';
}

/** The result of evaluating a history at each of its instants. */
export interface Timeline {
  readonly records: Records;
  /** The facts known at the as-of. */
  readonly known: Known;
  readonly rows: readonly ClauseRow[];
  /** For each of `rows`, the stretch that lasts at the as-of; null if the category does not hold. */
  readonly lasting: readonly (Stretch | null)[];
  /** The spans, sorted by the order of `rows` and then by time. */
  readonly spans: readonly Span[];
  /** The ESME-only migrations at which no exclusion of the gas meter held. */
  readonly contradictory: readonly Note[];
  /** The stretches that last at the instant of each row, by time. */
  readonly moments: readonly Moment[];
}

/** An instant of a history, and the stretches that last at it, in the order of `rows`. */
export interface Moment {
  readonly at: Instant;
  readonly lasting: readonly (Stretch | null)[];
}

/** Evaluates every clause at the instant of every row up to the as-of. All rows of an instant are taken together. */
export function timelineOf(history: History, rules: RuleSet, asOf: Instant): Timeline {
  const records = recordsUpTo(history, asOf);
  const rows = clauseRows(rules);
  const instants = instantsOf(records);
  const spans: Span[][] = rows.map(() => []);
  const contradictory: Note[] = [];
  const moments: Moment[] = [];
  let lasting: readonly (Stretch | null)[] = rows.map(() => null);
  for (const at of instants) {
    const known = knownAt(records, at);
    const next = rows.map((row, i) => stretchAt(row, known, lasting[i] ?? null, rules));
    if (isContradictory(rows, known, next)) contradictory.push({ at, note: 'contradictoryEsmeOnly' });
    for (const [i, { clause }] of rows.entries()) {
      const before = lasting[i];
      if (before && next[i]?.since !== before.since) {
        spans[i]?.push({ category: clause.category, from: before.since, to: at });
      }
    }
    lasting = next;
    moments.push({ at, lasting });
  }
  for (const [i, stretch] of lasting.entries()) {
    const category = rows[i]?.clause.category;
    if (stretch && category) spans[i]?.push({ category, from: stretch.since, to: null });
  }
  return { records, known: knownAt(records, asOf), rows, lasting, spans: spans.flat(), contradictory, moments };
}

/** The stretch of a clause that lasts at an instant, given the one that lasted at the previous instant. */
function stretchAt(row: ClauseRow, known: Known, before: Stretch | null, rules: RuleSet): Stretch | null {
  const { at, migration } = known;
  if (migration === null) return ownStretchAt(row, known, before, rules);
  if (migration.outcome === OK || !CATEGORY_ROWS[row.clause.category].keptByEsmeOnly) return null;
  // After an ESME-only migration the answer stays that of the migration's instant, from all records but the migration's
  // own row.
  if (at > migration.at) return before;
  const atMigration = ownStretchAt(row, knownWithout(known, migration), before, rules);
  return atMigration === null ? null : { ...atMigration, by: 'esmeOnly' };
}

function ownStretchAt(row: ClauseRow, known: Known, before: Stretch | null, rules: RuleSet): Stretch | null {
  const finding = findingAt(row, known, rules);
  if (finding !== null) return { since: before?.since ?? known.at, finding, by: 'itself' };
  const stays = before !== null && known.state.readmittedAt < known.at && sticks(row, before, known.at, rules);
  return stays ? { ...before, by: 'sticky' } : null;
}

/** True if a stretch had become effective before an instant, so that `membership: sticky` continues it. */
function sticks(row: ClauseRow, stretch: Stretch, at: Instant, rules: RuleSet): boolean {
  if (rules.readings.membership !== 'sticky' || row.inForceAt === null) return false;
  const effective = Math.max(stretch.since, row.inForceAt);
  return effective < at && effective < expiryInstant(rules);
}

function isContradictory(rows: readonly ClauseRow[], known: Known, next: readonly (Stretch | null)[]): boolean {
  const { migration, at } = known;
  if (migration === null || migration.at !== at || migration.outcome === OK) return false;
  return !rows.some(({ clause }, i) => CATEGORY_ROWS[clause.category].keptByEsmeOnly && next[i] !== null);
}
