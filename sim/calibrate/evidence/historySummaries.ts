import { COHORTS } from '../../../src/installation/cohort.ts';
import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import type { Member } from '../../forecast/predict/lookAlikes.ts';
import { LIVES_MIN } from '../../forecast/predict/portfolio.ts';
import { addToSummaries, AMONG_MIN, SD_MIN, SUMMARIES, summaryValue } from '../../forecast/predict/summaries.ts';
import { factsOf, givenOf, type Facts, type StateCode } from '../../forecast/state/stateFacts.ts';
import type { SeenSummary } from '../posterior/calibration.ts';

/** The largest |z| of some summaries; 0 without any. */
export function summaryAlarm(summaries: readonly SeenSummary[]): number {
  return Math.max(0, ...summaries.map(({ z }) => Math.abs(z)));
}

/** Installations that records describe alike: cohort, dormancy, gas and payment mode. */
interface Stratum {
  count: number;
  lives: number;
  /** As `addToSummaries` keeps them. */
  readonly sums: Float64Array;
}

type Strata = ReadonlyMap<StateCode, Stratum>;

/** What records say of who is there, apart from what happened to them. Sizes are left out: a portfolio may be a part. */
const COMPOSITION = COHORTS.flatMap((name, cohort) => {
  const isDormant = (facts: Facts): boolean => facts.cohort === cohort && facts.esmeDormant === 1 && facts.gas !== 2;
  return [
    { name: `${name} Dormant: with gas`, among: isDormant, of: (facts: Facts) => facts.gas > 0 },
    {
      name: `${name} Dormant: gas on prepayment, of those with gas`,
      among: (facts: Facts) => isDormant(facts) && facts.gas > 0,
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

  constructor(members: readonly Member[]) {
    this.strata = members.map(
      ({ table }) =>
      strataOf(Array.from(table.states, (state, i) => ({ state, count: table.weight[i] as number, lives: table.lives[i] as number }))), // prettier-ignore
    );
  }

  /**
   * Summarises a portfolio and each member. Members are weighted to hold as many of each stratum as the portfolio does.
   * @param states how many installations stand in which state
   */
  of(states: ReadonlyMap<StateCode, number>): readonly SeenSummary[] {
    const target = strataOf(Array.from(states, ([state, count]) => ({ state, count, lives: count })));
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
      const given = givenOf(state);
      if (!this.strata.some((strata) => (strata.get(given)?.lives ?? 0) >= LIVES_MIN)) count += own;
    }
    return count;
  }
}

function strataOf(
  rows: Iterable<{ readonly state: StateCode; readonly count: number; readonly lives: number }>,
): Strata {
  const strata = new Map<StateCode, Stratum>();
  for (const { state, count, lives } of rows) {
    const given = givenOf(state);
    let stratum = strata.get(given);
    if (stratum === undefined) strata.set(given, (stratum = { count: 0, lives: 0, sums: new Float64Array(2 * SUMMARIES.length) })); // prettier-ignore
    stratum.count += count;
    stratum.lives += lives;
    addToSummaries(factsOf(state), count, stratum.sums);
  }
  return strata;
}

function likeTarget(strata: Strata, target: Strata): Float64Array {
  const sums = new Float64Array(2 * SUMMARIES.length);
  for (const [given, { count }] of target) {
    const own = strata.get(given);
    if (own === undefined || own.count <= 0 || (strata !== target && own.lives < LIVES_MIN)) continue;
    const times = count / own.count;
    for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] as number) + times * (own.sums[i] as number);
  }
  return sums;
}

/** How many installations a summary counts, and among how many. */
interface Pair {
  readonly of: number;
  readonly among: number;
}

function pairAt(sums: Float64Array, i: number): Pair {
  return { of: sums[2 * i] as number, among: sums[2 * i + 1] as number };
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

/** The summary, or none if too few count in it or every member has the same. */
function seen(name: string, own: Pair, members: readonly Pair[]): readonly SeenSummary[] {
  if (own.among < AMONG_MIN || members.some(({ among }) => among < AMONG_MIN)) return [];
  const values = members.map(({ of, among }) => summaryValue(of, among));
  const value = summaryValue(own.of, own.among);
  const variance = varianceOf(values);
  if (Math.sqrt(variance) < SD_MIN) return [];
  const z = (value - meanOf(values)) / Math.sqrt(variance + 1 / (4 * own.among));
  return [{ name, share: own.of / own.among, shares: members.map(({ of, among }) => of / among), value, values, z }];
}
