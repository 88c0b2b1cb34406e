import { givenOf, factsOf, type StateCode } from '../state/stateFacts.ts';
import { CLASS_COUNT } from '../library/memberTable.ts';
import { COLUMN_COUNT, columnShares } from './lines.ts';
import { classesOf, type LookAlikes, type Member } from './lookAlikes.ts';
import { addToSummaries, SUMMARIES } from './summaries.ts';

/** From here on a future counts as settled: a parameter no longer moves it. Ours. */
const SETTLED = 0.98;

/** Sums over the states of one part of a portfolio, day x COLUMN_COUNT + column. */
export class LineSums {
  /** Counted in fact; for members, whose future is known. */
  readonly actual: Float64Array;
  /** Expected of the states whose future is settled, and of the others. */
  readonly settled: Float64Array;
  readonly open: Float64Array;
  /** Variance of the dice of the others: the sum of p (1 - p). */
  readonly dice: Float64Array;
  /** The same, each state times what one of its lives stands for: the noise of having lived so few. */
  readonly sampling: Float64Array;

  constructor(days: number) {
    const size = days * COLUMN_COUNT;
    this.actual = new Float64Array(size);
    this.settled = new Float64Array(size);
    this.open = new Float64Array(size);
    this.dice = new Float64Array(size);
    this.sampling = new Float64Array(size);
  }

  /** Adds a state: `count` installations with these shares, each life of which stands for `each`. */
  addState(shares: Float64Array, count: number, each: number): void {
    const { settled, open, dice, sampling } = this;
    for (let i = 0; i < shares.length; i += 1) {
      const p = shares[i] as number;
      if (p <= 0) continue;
      if (p > SETTLED) settled[i] = (settled[i] as number) + count * p;
      else {
        const variance = count * p * (1 - p);
        open[i] = (open[i] as number) + count * p;
        dice[i] = (dice[i] as number) + variance;
        sampling[i] = (sampling[i] as number) + variance * each;
      }
    }
  }

  /** Adds other sums, each installation counting so often. */
  add(other: LineSums, times: number): void {
    for (let i = 0; i < this.open.length; i += 1) {
      this.actual[i] = (this.actual[i] as number) + times * (other.actual[i] as number);
      this.settled[i] = (this.settled[i] as number) + times * (other.settled[i] as number);
      this.open[i] = (this.open[i] as number) + times * (other.open[i] as number);
      this.dice[i] = (this.dice[i] as number) + times * (other.dice[i] as number);
      this.sampling[i] = (this.sampling[i] as number) + times * times * (other.sampling[i] as number);
    }
  }
}

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
      summaries: new Float64Array(2 * SUMMARIES.length),
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
    stratum.sums.addState(shares, count, 1);
    addToSummaries(factsOf(state), count, stratum.summaries);
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
    stratum.sums.addState(shares, weight, weight / lives);
    classesOf(table, i, held);
    columnShares(held, days, actual);
    for (let at = 0; at < actual.length; at += 1)
      stratum.sums.actual[at] = (stratum.sums.actual[at] as number) + (actual[at] as number);
    addToSummaries(factsOf(state), weight, stratum.summaries);
  }
  return strata;
}
