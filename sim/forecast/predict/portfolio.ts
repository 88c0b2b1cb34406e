import { factsOf, type StateCode } from '../state/stateFacts.ts';
import { CLASS_COUNT } from '../library/memberTable.ts';
import { COHORT_COUNT, COLUMN_COUNT, columnShares } from './lines.ts';
import { LineSums, phasesOf } from './lineSums.ts';
import { classesOf, type LookAlikes, type Member } from './lookAlikes.ts';
import { likeTarget, stratumOf, type Stratum } from './strata.ts';
import { addToSummaries, LINE_SUMMARIES } from './summaries.ts';

/** A stratum with what is expected of its installations. */
interface ForecastStratum extends Stratum {
  readonly cohort: number;
  readonly sums: LineSums;
}

export type Strata = ReadonlyMap<StateCode, ForecastStratum>;

function emptyStratum(given: StateCode, days: number): ForecastStratum {
  return {
    cohort: factsOf(given).cohort,
    count: 0,
    lives: 0,
    sums: new LineSums(days),
    summaries: new Float64Array(2 * LINE_SUMMARIES.length),
  };
}

/** The strata of a portfolio whose states are known, and whose future is not. */
export function strataOfStates(states: ReadonlyMap<StateCode, number>, lookAlikes: LookAlikes): Strata {
  const strata = new Map<StateCode, ForecastStratum>();
  const shares = new Float64Array(lookAlikes.days * COLUMN_COUNT);
  for (const [state, count] of states) {
    const stratum = stratumOf(strata, state, (given) => emptyStratum(given, lookAlikes.days));
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
  const strata = new Map<StateCode, ForecastStratum>();
  const { days } = table;
  const shares = new Float64Array(days * COLUMN_COUNT);
  const held = new Float64Array(days * CLASS_COUNT);
  const actual = new Float64Array(shares.length);
  for (let i = 0; i < table.states.length; i += 1) {
    const state = table.states[i] as number;
    const stratum = stratumOf(strata, state, (given) => emptyStratum(given, days));
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

/** The lines by cohort, and the summaries, of a member or the portfolio itself, weighted like the portfolio. */
export function linesLikeTarget(
  strata: Strata,
  target: Strata,
  days: number,
): { readonly cohorts: readonly LineSums[]; readonly summaries: Float64Array } {
  const cohorts = Array.from({ length: COHORT_COUNT }, () => new LineSums(days));
  const summaries = likeTarget(strata, target, ({ cohort, sums }, times) => {
    (cohorts[cohort] as LineSums).add(sums, times);
  });
  return { cohorts, summaries };
}
