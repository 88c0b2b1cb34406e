import { assert } from '../../assert.ts';
import type { Attempt, History, HistoryEvent } from '../../migration/history.ts';
import { expiryInstant, type RuleSet } from '../../rules/ruleset.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { ExclusionCategory } from '../../clauses/clause.ts';
import { shortestContinuation, type Added } from './continuation.ts';
import type { ClauseRow } from '../reference/holding.ts';
import { inCohort } from '../reference/scope.ts';
import { lacksDmc, NO_DMC } from './missing.ts';
import { timelineOf, type Stretch, type Timeline } from '../reference/timeline.ts';
import { rowWords } from './reasonWords.ts';

/** A row that a category rests on, and whether the category would hold without that row. */
export interface Support {
  readonly row: Attempt | HistoryEvent;
  readonly undoes: boolean;
}

/** The distance of a category from holding, or from no longer holding. */
export type NearMiss =
  | {
      readonly category: ExclusionCategory;
      readonly holds: true;
      /** Every counted attempt of the counted weeks, the standing event, and the instruction, by time. */
      readonly restsOn: readonly Support[];
    }
  | {
      readonly category: ExclusionCategory;
      readonly holds: false;
      /** The shortest continuation after the as-of that would make the category hold; null if there is none. */
      readonly rows: Added | null;
      /** The reason why there is no continuation; empty if there is one. */
      readonly why: string;
      /** The reason why the category could hold and never take effect; empty if it could take effect. */
      readonly noEffect: string;
    };

/**
 * Describes, for each category of the rule set, how near it is. For a category that holds, the result lists the rows it
 * rests on. For any other, it lists the fewest rows after the as-of that would make it hold, and of those the earliest.
 * An added row may share its instant with another one.
 */
export function nearMisses(history: History, rules: RuleSet, asOf: Instant): readonly NearMiss[] {
  const timeline = timelineOf(history, rules, asOf);
  return timeline.rows.map((row, i) => {
    const stretch = timeline.lasting[i];
    const { category } = row.clause;
    if (stretch) return { category, holds: true, restsOn: supports(timeline, row, stretch, { rules, asOf }) };
    if (!inCohort(row.clause, timeline.records.installation.cohort, rules.readings)) {
      return { category, holds: false, rows: null, why: 'the clause does not extend to the cohort', noEffect: '' };
    }
    const rows = shortestContinuation(row, timeline, rules, asOf);
    if (rows !== null) assert(holdsAfter(timeline, category, rows, rules), `${category} holds after its continuation`);
    if (rows !== null) return { category, holds: false, rows, why: '', noEffect: noEffect(row, rows.completeAt, rules) }; // prettier-ignore
    const why = lacksDmc(row.clause, timeline.records) ? NO_DMC : 'no row that could come would make it hold';
    return { category, holds: false, rows, why, noEffect: '' };
  });
}

/** The reason why an exclusion that is met at an instant takes no effect; empty if it takes effect. */
function noEffect({ inForceAt }: ClauseRow, metAt: Instant, rules: RuleSet): string {
  if (inForceAt === null) return 'the clause is never in force';
  if (Math.max(metAt, inForceAt) < expiryInstant(rules)) return '';
  return `exclusions took effect until ${rules.expiresOn} only`;
}

function holdsAfter(timeline: Timeline, category: ExclusionCategory, rows: Added, rules: RuleSet): boolean {
  const { records } = timeline;
  const history = {
    installation: records.installation,
    attempts: [...records.attempts, ...rows.attempts],
    events: [...records.events, ...rows.events],
  };
  return holdsIn(history, category, rules, rows.completeAt);
}

function holdsIn(history: History, category: ExclusionCategory, rules: RuleSet, asOf: Instant): boolean {
  const { rows, lasting } = timelineOf(history, rules, asOf);
  return rows.some(({ clause }, i) => clause.category === category && lasting[i] !== null);
}

function supports(
  { records }: Timeline,
  { clause }: ClauseRow,
  { finding }: Stretch,
  { rules, asOf }: { rules: RuleSet; asOf: Instant },
): readonly Support[] {
  const kind = clause.shows.type === 'count' ? clause.shows.kind : null;
  const counted = new Set(finding.count?.units.flatMap(({ attempts }) => attempts));
  const attempts = records.attempts.filter((row) => row.kind === kind && counted.has(row.at));
  const named = new Set(finding.evidence);
  const events = records.events.filter(({ at, event }) => {
    if (!named.has(at)) return false;
    return clause.shows.type === 'standing'
      ? event === clause.shows.holds
      : finding.route === 'active' && event === 'supplier-gsme-exclusion';
  });
  const without = (row: Attempt | HistoryEvent): Support => ({
    row,
    undoes: !holdsIn(
      {
        installation: records.installation,
        attempts: records.attempts.filter((other) => other !== row),
        events: records.events.filter((other) => other !== row),
      },
      clause.category,
      rules,
      asOf,
    ),
  });
  return [...attempts.map(without), ...events.map(without)].sort((a, b) => a.row.at - b.row.at);
}

/** Writes near misses as plain text for `explain`. The text ends with a newline. */
export function formatNearMisses(list: readonly NearMiss[]): string {
  return `${list.flatMap(nearMissLines).join('\n')}\n`;
}

function nearMissLines(near: NearMiss): string[] {
  if (near.holds) {
    const fragile = near.restsOn.some(({ undoes }) => undoes);
    return [
      `${near.category} holds; dropping any one row would ${fragile ? 'undo it where marked' : 'not undo it'}`,
      ...near.restsOn.map(({ row, undoes }) => {
        return `  ${formatInstant(row.at)}  ${rowWords(row)}${undoes ? '  (dropping it undoes the category)' : ''}`;
      }),
    ];
  }
  if (near.rows === null) return [`${near.category}: none; ${near.why}`];
  const rows = [...near.rows.events, ...near.rows.attempts].sort((a, b) => a.at - b.at);
  const late = near.noEffect === '' ? '' : `; it would hold and could not take effect: ${near.noEffect}`;
  return [
    `${near.category}: ${rows.length} more ${rows.length === 1 ? 'row' : 'rows'}${late}`,
    ...rows.map((row) => `  ${formatInstant(row.at)}  ${rowWords(row)}`),
  ];
}
