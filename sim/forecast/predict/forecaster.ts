import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import type { StateCode } from '../state/stateFacts.ts';
import { compareSummary, pairAt, summaryAlarm } from './compareSummary.ts';
import type { LineAt } from './lines.ts';
import { LineShifts, SHIFT_MAX } from './lineShifts.ts';
import { PHASE_COUNT, type LineSums } from './lineSums.ts';
import { byDraw, LookAlikes, type Member } from './lookAlikes.ts';
import { OtherDraws } from './otherDraws.ts';
import { linesLikeTarget, strataOfMember, strataOfStates, type Strata } from './portfolio.ts';
import { mixture, type Predictive } from './predictive.ts';
import { Ridge } from './ridge.ts';
import { LINE_SUMMARIES, LOG_ODDS } from './summaries.ts';

/** Beyond this many standard deviations a summary is like that of no draw. Measured: 1.3 to 3.5 inside, 10 for shocks. */
export const ALARM = 4;

/** How far a summary of the portfolio lies from those of the library. */
export interface SummaryScore {
  readonly name: string;
  /** The share of the portfolio itself, from 0 to 1. */
  readonly share: number;
  readonly z: number;
}

/** What a portfolio is forecast with, line by line. */
export interface Forecast {
  readonly days: number;
  /** Per cohort: what is expected of the portfolio's own states. */
  readonly sums: readonly LineSums[];
  readonly scores: readonly SummaryScore[];
  /** The largest |z| of the summaries; 0 without any. */
  readonly alarm: number;
  /**
   * By how much intervals were widened because the summaries lie farther out than those of half of the draws do among the
   * others; 1: not at all. It grows with `alarm`, below ALARM as above.
   */
  readonly widened: number;
  /**
   * Equally likely values of the sum of some lines. The lines are drawn together, so that the sum has its own interval.
   * @param cohorts the sums of a part of the portfolio by cohort. By default it is the whole.
   */
  predictive(lines: readonly LineAt[], cohorts?: readonly LineSums[]): Predictive;
}

/** A library that is ready to forecast: its look-alikes, and each member beside its prediction by the others. */
export class Forecaster {
  readonly lookAlikes: LookAlikes;
  readonly members: readonly Member[];
  private readonly strata: readonly Strata[];
  private readonly worlds: readonly (readonly number[])[];

  /**
   * @param worlds partitions of the draws into worlds that differ in structure: the world of each draw
   */
  constructor(members: readonly Member[], worlds: readonly (readonly number[])[] = []) {
    this.members = members;
    this.worlds = worlds;
    this.lookAlikes = new LookAlikes(members);
    const strata: Strata[] = [];
    const others = new OtherDraws(this.lookAlikes);
    for (const own of byDraw(members)) {
      others.leaveOut(own);
      for (const member of own) strata[members.indexOf(member)] = strataOfMember(member, this.lookAlikes, others);
    }
    this.strata = strata;
  }

  /** The sums of a part of a portfolio by cohort, such as one supplier's installations. */
  sumsOf(states: ReadonlyMap<StateCode, number>): readonly LineSums[] {
    const strata = strataOfStates(states, this.lookAlikes);
    return linesLikeTarget(strata, strata, this.lookAlikes.days).cohorts;
  }

  /** Forecasts a portfolio from its states. */
  forecast(states: ReadonlyMap<StateCode, number>): Forecast {
    const target = strataOfStates(states, this.lookAlikes);
    const days = this.lookAlikes.days;
    const alike = this.strata.map((strata) => linesLikeTarget(strata, target, days));
    const own = linesLikeTarget(target, target, days);
    const { x, z, scores, typical } = standardised(
      alike.map(({ summaries }) => summaries),
      own.summaries,
      byDraw(this.members).map((own) => own.map((member) => this.members.indexOf(member))),
    );
    const draws = this.members.map(({ draw }) => draw);
    const worlds = this.worlds.map((worldOf) => draws.map((draw) => worldOf[draw] as number));
    const ridge = new Ridge(x, z, draws, worlds);
    const alarm = summaryAlarm(scores);
    // Squared: in worlds with shocks that no draw has, the distance alone widens too little. Chosen on coverage worlds.
    const farther = typical > 0 ? Math.max(1, alarm / typical) : 1;
    const widened = farther * farther;
    const shifts = new LineShifts(
      ridge,
      alike.map(({ cohorts }) => cohorts),
      days,
    );
    return {
      days,
      sums: own.cohorts,
      scores,
      alarm,
      widened,
      predictive: (lines, cohorts = own.cohorts) => predictiveOf(lines, { cohorts, shifts, widened }),
    };
  }
}

interface Standardised {
  /** Of each member, of mean 0 and standard deviation 1 over the members. */
  readonly x: readonly Float64Array[];
  readonly z: Float64Array;
  readonly scores: readonly SummaryScore[];
  /** The largest |z| that a draw has among the other draws: the median over the draws. */
  readonly typical: number;
}

/**
 * Summaries of members and portfolio as columns.
 * @param draws the members of each draw, by position
 */
function standardised(
  members: readonly Float64Array[],
  target: Float64Array,
  draws: readonly (readonly number[])[],
): Standardised {
  const farthest = new Float64Array(draws.length);
  const columns: number[][] = [];
  const z: number[] = [];
  const scores: SummaryScore[] = [];
  LINE_SUMMARIES.forEach(({ name }, i) => {
    const compared = compareSummary(pairAt(target, i), members.map((sums) => pairAt(sums, i)), LOG_ODDS); // prettier-ignore
    if (compared === undefined) return;
    const { values, mean, sd, share } = compared;
    columns.push(values.map((value) => (value - mean) / sd));
    draws.forEach((own, draw) => (farthest[draw] = Math.max(farthest[draw] as number, farOf(values, own))));
    z.push(compared.z);
    scores.push({ name, share, z: compared.z });
  });
  const x = members.map((_, row) => Float64Array.from(columns, (column) => column[row] as number));
  return { x, z: Float64Array.from(z), scores, typical: farthest.sort()[draws.length >> 1] as number };
}

/** The largest |z| of some values among the others. */
function farOf(values: readonly number[], own: readonly number[]): number {
  const others = values.filter((_, i) => !own.includes(i));
  const mean = meanOf(others);
  return Math.max(...own.map((i) => Math.abs((values[i] as number) - mean))) / Math.sqrt(varianceOf(others) + 1e-12);
}

/**
 * The mixture over the errors of the members: each member's errors of all lines and phases are drawn together.
 * @param widened by how much errors are stretched
 */
function predictiveOf(
  lines: readonly LineAt[],
  { cohorts, shifts, widened }: { readonly cohorts: readonly LineSums[]; readonly shifts: LineShifts; readonly widened: number }, // prettier-ignore
): Predictive {
  let settled = 0;
  let means: Float64Array | undefined;
  let dice: Float64Array | undefined;
  for (const line of lines) {
    const part = cohorts[line.cohort];
    for (let phase = 0; phase < PHASE_COUNT && part !== undefined; phase += 1) {
      const at = part.at(phase, line.day, line.column);
      const open = part.open[at] as number;
      settled += part.settled[at] as number;
      if (open <= 0) continue;
      const { shift, model, total } = shifts.of(line, phase);
      const q = Math.max(0, 1 - (part.dice[at] as number) / open);
      const scale = total > 0 ? (model / total) * Math.sqrt(shift.leverage) * widened : 0;
      means ??= new Float64Array(shift.errors.length);
      dice ??= new Float64Array(shift.errors.length);
      for (let k = 0; k < means.length; k += 1) {
        const log = (shift.means[k] as number) + scale * (shift.errors[k] as number);
        const odds = Math.exp(Math.min(SHIFT_MAX, Math.max(-SHIFT_MAX, log)));
        const mean = (open * odds) / (1 - q + q * odds);
        means[k] = (means[k] as number) + mean;
        dice[k] = (dice[k] as number) + mean * (1 - q);
      }
    }
  }
  return means === undefined || dice === undefined ? Float64Array.of(settled) : mixture(means, { settled, dice });
}
