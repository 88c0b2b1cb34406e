import { factsOf, type StateCode } from '../state/stateFacts.ts';
import { COHORT_COUNT } from './lines.ts';
import { LineSums } from './lineSums.ts';
import type { LookAlikes, Member } from './lookAlikes.ts';
import type { OtherDraws } from './otherDraws.ts';
import { addToStratum, emptyStratum, likeTarget, stratumOf, type Stratum } from './strata.ts';

/** A stratum with what is expected of its installations. */
interface ForecastStratum extends Stratum {
  readonly cohort: number;
  readonly sums: LineSums;
}

export type Strata = ReadonlyMap<StateCode, ForecastStratum>;

const emptyForecast =
  (days: number) =>
  (given: StateCode): ForecastStratum => ({ ...emptyStratum(), cohort: factsOf(given).cohort, sums: new LineSums(days) }); // prettier-ignore

/** The strata of a portfolio whose states are known, and whose future is not. */
export function strataOfStates(states: ReadonlyMap<StateCode, number>, lookAlikes: LookAlikes): Strata {
  const strata = new Map<StateCode, ForecastStratum>();
  const make = emptyForecast(lookAlikes.days);
  for (const [state, count] of states) {
    const traits = lookAlikes.traits.of(state);
    const stratum = stratumOf(strata, traits, make);
    addToStratum(stratum, traits, { count, lives: count });
    stratum.sums.addState(lookAlikes.of(state), traits.phases, { count, each: 1 });
  }
  return strata;
}

/**
 * The strata of a member, predicted from the draws that are not its own, beside what became of it.
 * @param others has left out the draw of the member
 */
export function strataOfMember(member: Member, lookAlikes: LookAlikes, others: OtherDraws): Strata {
  const strata = new Map<StateCode, ForecastStratum>();
  const { table } = member;
  const make = emptyForecast(table.days);
  const cells = lookAlikes.cellsOf(table);
  for (let i = 0; i < cells.length; i += 1) {
    const traits = lookAlikes.traitsOf(cells[i] as number);
    const stratum = stratumOf(strata, traits, make);
    const count = table.weight[i] as number;
    const lives = table.lives[i] as number;
    addToStratum(stratum, traits, { count, lives });
    stratum.sums.addState(others.at(member, i), traits.phases, { count, each: count / lives });
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
