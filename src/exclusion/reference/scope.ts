import type { EventName } from '../../migration/history.ts';
import type { Cohort } from '../../installation/cohort.ts';
import type { Readings } from '../../regulation/readings.ts';
import type { Clause } from '../../clauses/clause.ts';
import type { State } from './state.ts';

/** The reasons why an installation is out of a clause's scope, in the order in which a reader would check them. */
export const SCOPE_BARS = {
  cohort: 'the clause does not extend to the cohort',
  gsme: 'there is no gas meter',
  dormancy: 'the meters are not Dormant as the clause asks',
  paymentMode: 'the payment mode is not credit',
} as const;
export type ScopeBar = keyof typeof SCOPE_BARS;

/**
 * The route of 18.6 by which a gas meter can be excluded. `dormant`: three failures in separate weeks. `active`: the
 * supplier's instruction.
 */
export type Route = 'dormant' | 'active';

const SECRETARY_OF_STATE: readonly EventName[] = ['sos-uneconomic', 'sos-direct-otherwise'];

/**
 * True if a clause stands on a decision of the Secretary of State about a DMC. A recommendation by DCC decides nothing.
 */
export function standsOnSecretaryOfState({ shows }: Clause): boolean {
  return shows.type === 'standing' && shows.family.some((event) => SECRETARY_OF_STATE.includes(event));
}

/**
 * True if a clause extends to a cohort. `uneconomicCohorts` widens only clauses on a decision of the Secretary of State
 * about a DMC.
 */
export function inCohort(clause: Clause, cohort: Cohort, readings: Readings): boolean {
  if (clause.cohorts.includes(cohort)) return true;
  return standsOnSecretaryOfState(clause) && readings.uneconomicCohorts === 'all';
}

function inDormancy(clause: Clause, state: State, readings: Readings): boolean {
  const solely = state.esmeDormant && (state.gas === null || state.gas.dormant);
  const any = state.esmeDormant || (state.gas !== null && state.gas.dormant);
  switch (clause.dormancy) {
    case 'solelyDormant':
      return solely;
    case 'dormantMeters':
      return readings.mixed === 'anyDormant' ? any : solely;
    case 'gsmeRoutes': // the GSME has a route whether it is Dormant or Active
    case 'any':
      return true;
  }
}

/** An installation without a GSME is not in credit for gas; src/docs/meaning.md records this as our choice. */
function inCredit(state: State, readings: Readings): boolean {
  const gas = state.gas !== null && state.gas.paymentMode === 'credit';
  const electricity = state.electricityPaymentMode === 'credit';
  switch (readings.paymentMode) {
    case 'gas':
      return gas;
    case 'electricity':
      return electricity;
    case 'both':
      return gas && electricity;
  }
}

/** The reasons why an installation in a given state is out of a clause's scope; empty if it is in scope. */
export function scopeBars(clause: Clause, cohort: Cohort, state: State, readings: Readings): readonly ScopeBar[] {
  const bars: ScopeBar[] = [];
  if (!inCohort(clause, cohort, readings)) bars.push('cohort');
  if (needsGsme(clause) && state.gas === null) bars.push('gsme');
  if (!inDormancy(clause, state, readings)) bars.push('dormancy');
  if (clause.creditCohorts.includes(cohort) && !inCredit(state, readings)) bars.push('paymentMode');
  return bars;
}

export function needsGsme(clause: Clause): boolean {
  return clause.excludes === 'gsme' || clause.dormancy === 'gsmeRoutes';
}

/** The route that applies, for a counting clause that has two routes; null for every other clause. */
export function routeOf(clause: Clause, state: State): Route | null {
  if (clause.dormancy !== 'gsmeRoutes' || clause.shows.type !== 'count' || state.gas === null) return null;
  return state.gas.dormant ? 'dormant' : 'active';
}
