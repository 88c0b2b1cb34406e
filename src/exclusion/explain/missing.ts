import type { Clause } from '../../clauses/clause.ts';
import { DMC_EVENTS, OK, type EventName } from '../../migration/history.ts';
import { formatInstant, formatWeek, WEEK } from '../../time.ts';
import type { Count, CountingRow, Unit } from '../reference/counting.ts';
import { closedBy, instructedAt, needed, standingSince, type ClauseRow } from '../reference/holding.ts';
import { routeOf } from '../reference/scope.ts';
import type { Known } from '../reference/state.ts';
import { countedWords } from './reasonWords.ts';

/** The part of a trace that describes a clause that does not hold. */
interface Short {
  readonly row: ClauseRow;
  readonly bars: readonly { readonly why: string }[];
  /** The count, or null for a standing clause. */
  readonly count: Count | null;
}

/**
 * Tells in words what a category lacks: "2 of 3 separate weeks; one more MA112 in any week after 2021-W44 would do".
 * `judgedAt` holds the facts that the clause was judged from. If a migration ended the history, they are those of the
 * migration's instant.
 */
export function missingOf({ row, bars, count }: Short, { migration }: Known, judgedAt: Known): string {
  const { clause, counting } = row;
  if (migration?.outcome === OK) {
    return `all devices migrated at ${formatInstant(migration.at)}; only a readmit would reopen the history`;
  }
  const lacks = bars.map(({ why }) => why);
  if (counting !== null && count !== null) {
    lacks.push(...countingLacks(counting, count.units, judgedAt, lacks.length === 0 && migration === null));
  } else if (clause.shows.type === 'standing' && standingSince(clause, judgedAt) === null) {
    const { family, holds } = clause.shows;
    lacks.push(lacksDmc(clause, judgedAt) ? NO_DMC : `the latest of ${family.join(' and ')} must be ${holds}`);
  }
  if (migration !== null) {
    lacks.unshift(`the ESME alone migrated at ${formatInstant(migration.at)}; only what held of gt01 then can stand`);
  }
  return lacks.join('; ');
}

/** The reason why no decision on a DMC can reach an installation. */
export const NO_DMC = 'the DMC of the installation is not known, so no decision on a DMC is about it';

/** True if a clause stands on decisions about a DMC and the installation has no DMC. */
export function lacksDmc({ shows }: Clause, { installation }: Pick<Known, 'installation'>): boolean {
  const ofDmc: readonly EventName[] = DMC_EVENTS;
  return installation.dmc === '' && shows.type === 'standing' && shows.family.every((event) => ofDmc.includes(event));
}

/**
 * Lists what a counting clause lacks. `alone` is true if nothing else is missing, so that the missing attempts would be
 * enough.
 */
function countingLacks(row: CountingRow, units: readonly Unit[], known: Known, alone: boolean): readonly string[] {
  const route = routeOf(row.clause, known.state);
  const lacks: string[] = [];
  const closed = closedBy(row, known);
  if (closed !== null) lacks.push(`a migration was attempted at ${formatInstant(closed)}, which closes the clause`);
  const instructed = route !== 'active' || instructedAt(known) !== null;
  const need = needed(row, route);
  if (units.length < need) lacks.push(countLack(row, units, need, alone && closed === null && instructed));
  if (!instructed) {
    const supplier = known.state.gas?.supplier ?? '';
    lacks.push(
      supplier === ''
        ? 'the gas supplier is not known to DCC, so that no instruction is its own'
        : `the gas supplier ${supplier} has not instructed in its present registration`,
    );
  }
  return lacks;
}

function countLack(row: CountingRow, units: readonly Unit[], need: number, alone: boolean): string {
  const short = need - units.length;
  const unit = row.byWeek ? (need === 1 ? 'week' : 'separate weeks') : countedWords(row.counting, need > 1);
  const outside = row.counting.exceptTable510 ? ' outside Table 5.10' : '';
  const what = `${countedWords(row.counting, short > 1)}${outside}${inForceWords(row)}`;
  const more = `${short === 1 ? 'one' : short}${units.length > 0 ? ' more' : ''} ${what}`;
  const ending = alone ? 'would do' : short === 1 ? 'is needed' : 'are needed';
  return `${units.length} of ${need} ${unit}; ${more}${whenWords(row, units, short)} ${ending}`;
}

/**
 * Tells from when attempts count. The text is empty unless the reading ignores attempts made before the clause is in
 * force.
 */
function inForceWords({ clause, readings }: CountingRow): string {
  if (readings.beforeInForce === 'count') return '';
  return clause.inForceFrom === null ? ', once the clause is in force,' : ` made from ${clause.inForceFrom} on`;
}

function whenWords(row: CountingRow, units: readonly Unit[], short: number): string {
  if (!row.byWeek) return '';
  const last = units.at(-1);
  if (row.readings.separateWeeks === 'sevenDays') {
    const first = last === undefined ? '' : ` from ${formatInstant(last.evidence + WEEK)}`;
    return short === 1 ? first : `${first}, each at least 7 days after the one before,`;
  }
  const week = last?.week ?? null;
  const after = week === null ? '' : ` after ${formatWeek(week)}`;
  return short === 1 ? ` in any week${after}` : ` in ${short} separate weeks${after}`;
}
