import { COHORTS } from '../../../src/installation/cohort.ts';
import type { Member } from '../../forecast/predict/lookAlikes.ts';
import { compareSummary, pairAt, type Pair } from '../../forecast/predict/compareSummary.ts';
import { TraitsOfStates } from '../../forecast/predict/stateTraits.ts';
import { addToStratum, emptyStratum, likeTarget, LIVES_MIN, stratumOf, type Stratum } from '../../forecast/predict/strata.ts'; // prettier-ignore
import { ANGLE, isDormant, SUMMARIES } from '../../forecast/predict/summaries.ts';
import { factsOf, type Facts, type StateCode } from '../../forecast/state/stateFacts.ts';
import type { SeenSummary } from '../posterior/calibration.ts';

export { summaryAlarm } from '../../forecast/predict/compareSummary.ts';

type Strata = ReadonlyMap<StateCode, Stratum>;

interface CountedState {
  readonly state: StateCode;
  readonly count: number;
  readonly lives: number;
}

/** What records say of who is there, apart from what happened to them. Sizes are left out: a portfolio may be a part. */
const COMPOSITION = COHORTS.flatMap((name, cohort) => {
  const isDormantHere = (facts: Facts): boolean => facts.cohort === cohort && isDormant(facts);
  return [
    { name: `${name} Dormant: with gas`, among: isDormantHere, of: (facts: Facts) => facts.gas > 0 },
    {
      name: `${name} Dormant: gas on prepayment, of those with gas`,
      among: (facts: Facts) => isDormantHere(facts) && facts.gas > 0,
      of: (facts: Facts) => facts.gasCredit === 0,
    },
  ];
});

/**
 * The members of a library, ready to be summarised like any portfolio. The summaries are those of a forecast, so that
 * real records and simulated lives are described by one function, and none depends on a size.
 */
export class HistoryEvidence {
  private readonly strata: readonly Strata[];
  private readonly traits = new TraitsOfStates();

  constructor(members: readonly Member[]) {
    this.strata = members.map(({ table: { states, weight, lives } }) =>
      this.strataOf(
        Array.from(states, (state, i) => ({ state, count: weight[i] as number, lives: lives[i] as number })),
      ),
    );
  }

  private strataOf(rows: Iterable<CountedState>): Strata {
    const strata = new Map<StateCode, Stratum>();
    for (const { state, ...counts } of rows) {
      const traits = this.traits.of(state);
      addToStratum(stratumOf(strata, traits, emptyStratum), traits, counts);
    }
    return strata;
  }

  /**
   * Summarises a portfolio and each member. Members are weighted to hold as many of each stratum as the portfolio does.
   * @param states how many installations stand in which state
   */
  of(states: ReadonlyMap<StateCode, number>): readonly SeenSummary[] {
    const target = this.strataOf(Array.from(states, ([state, count]) => ({ state, count, lives: count })));
    const own = likeTarget(target, target);
    const members = this.strata.map((strata) => likeTarget(strata, target));
    const summaries = SUMMARIES.flatMap(({ name }, i) => seen(name, pairAt(own, i), members.map((sums) => pairAt(sums, i)))); // prettier-ignore
    const composed = COMPOSITION.flatMap(
      (row) =>
      seen(row.name, composition(target, row), this.strata.map((strata) => composition(strata, row))), // prettier-ignore
    );
    return [...summaries, ...composed];
  }

  /** How many installations of a portfolio belong to a stratum of which no member has lives enough. */
  unseen(states: ReadonlyMap<StateCode, number>): number {
    let count = 0;
    for (const [state, own] of states) {
      const { given } = this.traits.of(state);
      if (!this.strata.some((strata) => (strata.get(given)?.lives ?? 0) >= LIVES_MIN)) count += own;
    }
    return count;
  }
}

function composition(strata: Strata, row: (typeof COMPOSITION)[number]): Pair {
  let [of, among] = [0, 0];
  for (const [given, { count }] of strata) {
    const facts = factsOf(given);
    if (!row.among(facts)) continue;
    among += count;
    if (row.of(facts)) of += count;
  }
  return { of, among };
}

/** The summary, or none if it tells no member from another. */
function seen(name: string, own: Pair, members: readonly Pair[]): readonly SeenSummary[] {
  const compared = compareSummary(own, members, ANGLE);
  if (compared === undefined) return [];
  const { share, value, values, z } = compared;
  return [{ name, share, shares: members.map(({ of, among }) => of / among), value, values, z }];
}
