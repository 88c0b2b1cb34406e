import { COHORTS } from '../../installation/cohort.ts';
import { EVENTS, type Attempt, type History, type HistoryEvent } from '../../migration/history.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import type { Instant } from '../../time.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { compileRules, FIXED_OUTCOMES } from './compile.ts';
import { INSTRUCTION, MIGRATION, OUTCOME_CODES_FROM } from './engineCodes.ts';
import { EVENT_RANK, RANK_ATTEMPT } from './eventNumbers.ts';
import { Tally } from './tally.ts';
import type { Evaluation, Note, Span, Verdict } from '../verdict.ts';

/**
 * A rule set, compiled to decide histories at scale. It gives the same verdicts as `evaluate`, from the same clause
 * rows, in one pass over the rows of a history.
 */
export interface CompiledEngine {
  decide(history: History, asOf: Instant): Evaluation;
  spans(history: History, asOf: Instant): readonly Span[];
}

/** One row of a merged history: an attempt or an event. */
type Row = Attempt | HistoryEvent;

function isAttempt(row: Row): row is Attempt {
  return 'kind' in row;
}

function rankOf(row: Row): number {
  if (!isAttempt(row)) return EVENT_RANK[EVENTS.indexOf(row.event)] as number;
  return row.kind === 'migration' ? RANK_ATTEMPT + 0.5 : RANK_ATTEMPT;
}

function sameRow(a: Row, b: Row): boolean {
  if (isAttempt(a)) return isAttempt(b) && a.at === b.at && a.kind === b.kind;
  return !isAttempt(b) && a.at === b.at && a.event === b.event;
}

function compareNames(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The rows up to the as-of, without exact duplicates, in the order in which the tally takes them. */
function orderedRows(history: History, asOf: Instant): Row[] {
  const rows: Row[] = [];
  for (const attempt of history.attempts) if (attempt.at <= asOf) rows.push(attempt);
  for (const event of history.events) if (event.at <= asOf) rows.push(event);
  rows.sort(
    (a, b) =>
      a.at - b.at || rankOf(a) - rankOf(b) || compareNames((a as HistoryEvent).event, (b as HistoryEvent).event),
  );
  return rows.filter((row, i) => i === 0 || !sameRow(rows[i - 1] as Row, row));
}

/** Makes an engine. It can be reused for one history after another, but not for two at once. */
export function engine(rules: RuleSet): CompiledEngine {
  const compiled = compileRules(rules);
  const tally = new Tally(compiled);
  const masks = new Map<string, number>();
  const suppliers = new Map<string, number>([['', 0]]);

  function maskOf(outcome: string): number {
    let mask = masks.get(outcome);
    if (mask === undefined) {
      mask = compiled.maskOf(outcome);
      if (masks.size < 100_000) masks.set(outcome, mask); // error codes of other systems are unbounded text
    }
    return mask;
  }

  function supplier(name: string): number {
    let number = suppliers.get(name);
    if (number === undefined) {
      number = suppliers.size;
      suppliers.set(name, number);
    }
    return number;
  }

  function valueOf(event: HistoryEvent): number {
    if (event.event.endsWith('supplier') || event.event === 'supplier-gsme-exclusion') return supplier(event.value);
    return event.value === 'yes' || event.value === 'credit' ? 1 : 0;
  }

  function feed(row: Row, notes: Note[]): void {
    if (!isAttempt(row)) {
      const heard = tally.event(row.at, EVENTS.indexOf(row.event), valueOf(row));
      if (!heard) notes.push({ at: row.at, note: 'stranger' });
      return;
    }
    const fixed = FIXED_OUTCOMES.indexOf(row.outcome);
    const outcome = fixed >= 0 ? fixed : OUTCOME_CODES_FROM;
    const kind = row.kind === 'instruction' ? INSTRUCTION : MIGRATION;
    const counted = tally.attempt(row.at, kind, outcome, maskOf(row.outcome), row.cause === 'system', row.table510);
    if (!counted) notes.push({ at: row.at, note: 'afterMigration' });
  }

  function run(history: History, asOf: Instant): Note[] {
    const { installation } = history;
    if (suppliers.size > 100_000) {
      suppliers.clear();
      suppliers.set('', 0);
    }
    const { gas } = installation;
    tally.begin(
      COHORTS.indexOf(installation.cohort),
      installation.esmeDormant,
      gas !== null,
      gas?.dormant ?? false,
      installation.electricityPaymentMode === 'credit',
      gas?.paymentMode === 'credit',
      supplier(installation.electricitySupplier),
      gas ? supplier(gas.supplier) : 0,
    );
    const rows = orderedRows(history, asOf);
    const notes: Note[] = [];
    let contradicted = false;
    for (const [i, row] of rows.entries()) {
      feed(row, notes);
      if (rows[i + 1]?.at === row.at) continue;
      tally.settle(row.at);
      // This is checked after the instant is complete: an ESME-only migration at the instant of a readmit no longer
      // counts.
      if (tally.contradicted && !contradicted) notes.push({ at: row.at, note: 'contradictoryEsmeOnly' });
      contradicted = tally.contradicted;
    }
    return notes;
  }

  return {
    decide(history, asOf) {
      const notes = run(history, asOf);
      return { verdicts: verdictsOf(tally, rules, asOf), notes };
    },
    spans(history, asOf) {
      run(history, asOf);
      return spansOfTally(tally);
    },
  };
}

/** The verdicts of the history that the tally has just counted. */
export function verdictsOf(tally: Tally, rules: RuleSet, asOf: Instant): Verdict[] {
  if (tally.mask === 0) return [];
  const reported = tally.reported();
  const verdicts: Verdict[] = [];
  for (const [c, category] of CATEGORIES.entries()) {
    if (((tally.mask >> c) & 1) === 0) continue;
    const clause = rules.clauses.find((row) => row.category === category);
    if (!clause) continue;
    const counted = tally.counted(c);
    verdicts.push({
      category,
      clause: clause.clause,
      excludes: clause.excludes,
      metAt: tally.metAt[c] as number,
      effectiveFrom: tally.effectiveFrom(c, asOf) || null,
      counted: counted < 0 ? null : counted,
      evidence: evidenceOf(tally, c),
      reported: c === reported,
    });
  }
  return verdicts;
}

/** The instants that a category rests on, in ascending order. The category must hold. */
function evidenceOf(tally: Tally, category: number): number[] {
  tally.takeEvidence(category);
  const { values, count } = tally.evidence;
  return Array.from(values.subarray(0, count));
}

/** The spans of the history that the tally has just counted: first those that have ended, then those that last. */
export function spansOfTally(tally: Tally): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < tally.spans.count(); i += 1) {
    spans.push({
      category: CATEGORIES[tally.spans.category.values[i] as number] as Span['category'],
      from: tally.spans.from.values[i] as number,
      to: tally.spans.to.values[i] as number,
    });
  }
  for (const [c, category] of CATEGORIES.entries()) {
    if ((tally.mask >> c) & 1) spans.push({ category, from: tally.metAt[c] as number, to: null });
  }
  return spans.sort((a, b) => a.from - b.from || CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category));
}
