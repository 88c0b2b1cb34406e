import { givenOf, factsOf, type StateCode } from '../state/stateFacts.ts';
import { CLASS_COUNT } from '../library/memberTable.ts';
import { COHORT_COUNT, COLUMN_COUNT, columnShares } from './lines.ts';
import { LineSums, phasesOf } from './lineSums.ts';
import { classesOf, type LookAlikes, type Member } from './lookAlikes.ts';
import { addToSummaries, LINE_SUMMARIES } from './summaries.ts';

/** Installations that records describe alike: cohort, dormancy, gas and payment mode. */
export interface Stratum {
  readonly cohort: number;
  /** Installations; lives of a member where it is one. */
  count: number;
  lives: number;
  readonly sums: LineSums;
  /** As `addToSummaries` keeps them. */
  readonly summaries: Float64Array;
}

export type Strata = ReadonlyMap<StateCode, Stratum>;

function stratumOf(strata: Map<StateCode, Stratum>, state: StateCode, days: number): Stratum {
  const given = givenOf(state);
  let stratum = strata.get(given);
  if (stratum === undefined) {
    const { cohort } = factsOf(given);
    stratum = {
      cohort,
      count: 0,
      lives: 0,
      sums: new LineSums(days),
      summaries: new Float64Array(2 * LINE_SUMMARIES.length),
    };
    strata.set(given, stratum);
  }
  return stratum;
}

/** The strata of a portfolio whose states are known, and whose future is not. */
export function strataOfStates(states: ReadonlyMap<StateCode, number>, lookAlikes: LookAlikes): Strata {
  const strata = new Map<StateCode, Stratum>();
  const shares = new Float64Array(lookAlikes.days * COLUMN_COUNT);
  for (const [state, count] of states) {
    const stratum = stratumOf(strata, state, lookAlikes.days);
    stratum.count += count;
    stratum.lives += count;
    lookAlikes.columns(state, shares);
    const facts = factsOf(state);
    stratum.sums.addState(shares, phasesOf(facts), { count, each: 1 });
    addToSummaries(facts, count, stratum.summaries, LINE_SUMMARIES);
  }
  return strata;
}

/** The strata of a member, predicted from the draws that are not its own, beside what became of it. */
export function strataOfMember(
  { table }: Member,
  lookAlikes: LookAlikes,
  own: ReturnType<LookAlikes['ownOf']>,
): Strata {
  const strata = new Map<StateCode, Stratum>();
  const { days } = table;
  const shares = new Float64Array(days * COLUMN_COUNT);
  const held = new Float64Array(days * CLASS_COUNT);
  const actual = new Float64Array(shares.length);
  for (let i = 0; i < table.states.length; i += 1) {
    const state = table.states[i] as number;
    const stratum = stratumOf(strata, state, days);
    const weight = table.weight[i] as number;
    const lives = table.lives[i] as number;
    stratum.count += weight;
    stratum.lives += lives;
    lookAlikes.columns(state, shares, own);
    classesOf(table, i, held);
    columnShares(held, days, actual);
    const facts = factsOf(state);
    stratum.sums.addState(shares, phasesOf(facts), { count: weight, each: weight / lives, actual });
    addToSummaries(facts, weight, stratum.summaries, LINE_SUMMARIES);
  }
  return strata;
}

/** Lives of a stratum below which a member has no say of it. Ours. */
export const LIVES_MIN = 15;

/** A member, or the portfolio itself, as it would be if it held as many of each stratum as the portfolio does. */
export function likeTarget(
  strata: Strata,
  target: Strata,
  days: number,
): { readonly cohorts: readonly LineSums[]; readonly summaries: Float64Array } {
  const cohorts = Array.from({ length: COHORT_COUNT }, () => new LineSums(days));
  const summaries = new Float64Array(2 * LINE_SUMMARIES.length);
  for (const [given, { count, cohort }] of target) {
    const own: Stratum | undefined = strata.get(given);
    if (own === undefined || own.count <= 0 || (strata !== target && own.lives < LIVES_MIN)) continue;
    const times = count / own.count;
    (cohorts[cohort] as LineSums).add(own.sums, times);
    for (let i = 0; i < summaries.length; i += 1)
      summaries[i] = (summaries[i] as number) + times * (own.summaries[i] as number);
  }
  return { cohorts, summaries };
}
