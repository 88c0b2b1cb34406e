import { COHORT_LABELS, type Cohort } from '../../installation/cohort.ts';
import type { Attempt, HistoryEvent } from '../../migration/history.ts';
import type { Readings } from '../../regulation/readings.ts';
import type { Clause, Counting } from '../../clauses/clause.ts';
import { INELIGIBLE_REASONS } from '../reference/counting.ts';
import { SCOPE_BARS, type ScopeBar } from '../reference/scope.ts';
import type { State } from '../reference/state.ts';

/** The words of a trace for the reasons why a row counts or does not count. */
export const WHY_WORDS = {
  ...INELIGIBLE_REASONS,
  counts: 'counts',
  lastOfWeek: 'not the last outcome of its week, which decides (reading weekCode: last)',
  migrated: 'the migration, which ends the history',
  afterMigration: 'after the migration; ignored',
  stranger: 'not by the gas supplier at that instant; ignored',
  formerRegistration: 'before the registration of the gas supplier as it stands',
  instructs: 'the latest instruction of the gas supplier as it stands',
  instructedAgain: 'valid; a later one is named',
} as const;

/** Writes a row in words: `migration MA112 (system)`, `gas-supplier B`. */
export function rowWords(row: Attempt | HistoryEvent): string {
  if ('event' in row) return row.value === '' ? row.event : `${row.event} ${row.value}`;
  const system = row.cause === 'system' ? ' (system)' : '';
  return `${row.kind} ${row.outcome}${system}${row.table510 ? ' (Table 5.10)' : ''}`;
}

function dormantWords(state: State): string {
  const esme = `the electricity meter is ${state.esmeDormant ? 'Dormant' : 'Active'}`;
  return state.gas === null ? esme : `${esme}, the gas meter ${state.gas.dormant ? 'Dormant' : 'Active'}`;
}

/** Tells in words why an installation is out of scope, with the state that causes it. */
export function barWords(bar: ScopeBar, clause: Clause, cohort: Cohort, state: State, readings: Readings): string {
  switch (bar) {
    case 'cohort': {
      const cohorts = clause.cohorts.map((name) => COHORT_LABELS[name]).join(', ');
      return `${COHORT_LABELS[cohort]} is not a cohort of clause ${clause.clause} (${cohorts || 'none'})`;
    }
    case 'gsme':
      return SCOPE_BARS.gsme;
    case 'dormancy':
      return `not Dormant as the clause asks: ${dormantWords(state)}`;
    case 'paymentMode': {
      const whose = readings.paymentMode === 'both' ? 'electricity and gas' : readings.paymentMode;
      return `in ${COHORT_LABELS[cohort]} the ${whose} payment mode must be credit`;
    }
  }
}

/** Names the outcomes that a clause counts, in singular or plural: `MA112`, `failure`, `failures`. */
export function countedWords({ outcomes, kind }: Counting, several: boolean): string {
  const named = outcomes === 'anyFailure' ? (several ? 'failures' : 'failure') : outcomes.join(' or ');
  if (kind === 'migration') return named;
  return several ? `instructions ${named}` : `instruction ${named}`;
}
