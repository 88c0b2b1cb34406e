import type { EventName } from '../../migration/history.ts';
import type { Cohort } from '../../installation/cohort.ts';
import type { Readings } from '../../regulation/readings.ts';
import type { Clause } from '../../clauses/clause.ts';
import type { State } from './state.ts';

/** Why an installation is out of a clause's scope, in the order in which a reader would ask. */
export const SCOPE_BARS = {
  cohort: 'the clause does not extend to the cohort',
  gsme: 'there is no gas meter',
  dormancy: 'the meters are not Dormant as the clause asks',
  paymentMode: 'the payment mode is not credit',
} as const;
export type ScopeBar = keyof typeof SCOPE_BARS;

/** By which route of 18.6 a gas meter can be excluded: three failures in separate weeks, or the supplier's word. */
export type Route = 'dormant' | 'active';

const SECRETARY_OF_STATE: readonly EventName[] = ['sos-uneconomic', 'sos-direct-otherwise'];

/** Whether a clause stands on what the Secretary of State decides of a DMC; DCC's recommendation decides nothing. */
export function standsOnSecretaryOfState({ shows }: Clause): boolean {
  return shows.type === 'standing' && shows.family.some((event) => SECRETARY_OF_STATE.includes(event));
}

/** Whether a clause extends to a cohort; `uneconomicCohorts` lifts only what the Secretary of State decides of a DMC. */
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
    case 'gsmeRoutes': // each dormancy of the GSME has a route
    case 'any':
      return true;
  }
}

/** A gas payment mode asked of an installation without a GSME is not credit; src/docs/meaning.md records this as our choice. */
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

/** What bars an installation in a state from a clause; empty: it is in scope. */
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

/** The route in question, for a clause that counts and has two; null for every other. */
export function routeOf(clause: Clause, state: State): Route | null {
  if (clause.dormancy !== 'gsmeRoutes' || clause.shows.type !== 'count' || state.gas === null) return null;
  return state.gas.dormant ? 'dormant' : 'active';
}
