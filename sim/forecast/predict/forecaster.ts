import type { StateCode } from '../state/stateFacts.ts';
import { COHORT_COUNT, COLUMN_COUNT } from './lines.ts';
import { LookAlikes, type Member } from './lookAlikes.ts';
import { LineSums, strataOfMember, strataOfStates, type Strata, type Stratum } from './portfolio.ts';
import { mixture, type Predictive } from './predictive.ts';
import { Ridge, type Shift } from './ridge.ts';
import { SUMMARIES, summaryValue } from './summaries.ts';

/** A summary is used if so many installations are among whom it counts, in the portfolio and in each member. Ours. */
const AMONG_MIN = 40;
/** Lives of a stratum below which a member has no say of it. */
const LIVES_MIN = 15;
/** Beyond this many standard deviations a summary is like that of no draw. Measured: 0.6 to 2.7 inside, 10 for shocks. */
const ALARM = 4;
/** Shifts are bounded: a line that a member holds nothing of says nothing of a ratio. */
const SHIFT_MAX = 3;

/** How far a summary of the portfolio lies from those of the library. */
export interface SummaryScore {
  readonly name: string;
  readonly value: number;
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
  /** By how much intervals were widened for the alarm; 1: not at all. */
  readonly widened: number;
  /** Equally likely values of one line, or of a part of it. */
  predictive(line: LineAt, part?: LineSums): Predictive;
}

export interface LineAt {
  readonly cohort: number;
  readonly column: number;
  readonly day: number;
}

interface LineShift {
  readonly shift: Shift;
  /** Of the error, the standard deviation that is no dice and no sampling, and that of all. */
  readonly model: number;
  readonly total: number;
}

/** A library that is ready to forecast: its look-alikes, and each member beside its prediction by the others. */
export class Forecaster {
  readonly lookAlikes: LookAlikes;
  readonly members: readonly Member[];
  private readonly strata: readonly Strata[];

  constructor(members: readonly Member[]) {
    this.members = members;
    this.lookAlikes = new LookAlikes(members);
    const byDraw = new Map<number, Member[]>();
    for (const member of members) byDraw.set(member.draw, [...(byDraw.get(member.draw) ?? []), member]);
    this.strata = members.map(() => new Map());
    const strata: Strata[] = [];
    for (const own of byDraw.values()) {
      const cells = this.lookAlikes.ownOf(own);
      for (const member of own) strata[members.indexOf(member)] = strataOfMember(member, this.lookAlikes, cells);
    }
    this.strata = strata;
  }

  /** Forecasts a portfolio from its states. */
  forecast(states: ReadonlyMap<StateCode, number>): Forecast {
    const target = strataOfStates(states, this.lookAlikes);
    return this.forecastOf(target);
  }

  /** The sums of a part of a portfolio by cohort, such as one supplier's installations. */
  sumsOf(states: ReadonlyMap<StateCode, number>): readonly LineSums[] {
    const strata = strataOfStates(states, this.lookAlikes);
    return likeTarget(strata, strata, this.lookAlikes.days).cohorts;
  }

  private forecastOf(target: Strata): Forecast {
    const days = this.lookAlikes.days;
    const alike = this.strata.map((strata) => likeTarget(strata, target, days));
    const own = likeTarget(target, target, days);
    const { x, z, scores } = standardised(
      alike.map(({ summaries }) => summaries),
      own.summaries,
    );
    const ridge = new Ridge(x, z, this.members.map(({ draw }) => draw)); // prettier-ignore
    const alarm = Math.max(0, ...scores.map((score) => Math.abs(score.z)));
    const widened = Math.max(1, alarm / ALARM);
    const shifts = new Map<number, LineShift>();
    const penalties = new Map<number, number>();
    const shiftOf = ({ cohort, column, day }: LineAt): LineShift => {
      const key = (cohort * COLUMN_COUNT + column) * days + day;
      let found = shifts.get(key);
      if (found === undefined) {
        const lineSums = alike.map(({ cohorts }) => cohorts[cohort] as LineSums);
        const line = cohort * COLUMN_COUNT + column;
        let penalty = penalties.get(line);
        if (penalty === undefined) {
          const responses = [days - 1, Math.ceil((days - 1) / 2)].map(
            (d) => responseOf(lineSums, d * COLUMN_COUNT + column).shifts,
          );
          penalties.set(line, (penalty = ridge.best(responses)));
        }
        found = lineShift(ridge, penalty, responseOf(lineSums, day * COLUMN_COUNT + column));
        shifts.set(key, found);
      }
      return found;
    };
    return {
      days,
      sums: own.cohorts,
      scores,
      alarm,
      widened,
      predictive: (line, part) =>
        predictiveOf(shiftOf(line), part ?? sumsAt(own.cohorts, line.cohort), { ...line, widened }),
    };
  }
}

function sumsAt(cohorts: readonly LineSums[], cohort: number): LineSums {
  return cohorts[cohort] as LineSums;
}

/** A member, or the portfolio itself, as it would be if it held as many of each stratum as the portfolio does. */
function likeTarget(
  strata: Strata,
  target: Strata,
  days: number,
): { readonly cohorts: readonly LineSums[]; readonly summaries: Float64Array } {
  const cohorts = Array.from({ length: COHORT_COUNT }, () => new LineSums(days));
  const summaries = new Float64Array(2 * SUMMARIES.length);
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

/** Summaries of members and portfolio as columns of mean 0 and standard deviation 1 over the members. */
function standardised(
  members: readonly Float64Array[],
  target: Float64Array,
): { readonly x: readonly Float64Array[]; readonly z: Float64Array; readonly scores: readonly SummaryScore[] } {
  const columns: number[][] = [];
  const z: number[] = [];
  const scores: SummaryScore[] = [];
  SUMMARIES.forEach(({ name }, i) => {
    const among = (sums: Float64Array): number => sums[2 * i + 1] as number;
    if (among(target) < AMONG_MIN || members.some((sums) => among(sums) < AMONG_MIN)) return;
    const values = members.map((sums) => summaryValue(sums[2 * i] as number, among(sums)));
    const own = summaryValue(target[2 * i] as number, among(target));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square =
      values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / Math.max(1, values.length - 1);
    const sd = Math.sqrt(square);
    if (sd < 1e-6) return;
    columns.push(values.map((value) => (value - mean) / sd));
    const score = (own - mean) / Math.sqrt(square + 1 / (4 * among(target)));
    z.push(score);
    scores.push({ name, value: Math.sin(own) * Math.sin(own), z: score });
  });
  const x = members.map((_, row) => Float64Array.from(columns, (column) => column[row] as number));
  return { x, z: Float64Array.from(z), scores };
}

interface Response {
  /** Per member: by how much the log odds of its open part lie above the prediction. */
  readonly shifts: Float64Array;
  /** Of their variance, the part that comes from having lived so few. */
  readonly sampling: number;
}

function responseOf(members: readonly LineSums[], at: number): Response {
  let sampling = 0;
  const shifts = Float64Array.from(members, (sums) => {
    const open = sums.open[at] as number;
    const dice = sums.dice[at] as number;
    if (open <= 0 || dice <= 0) return 0;
    const each = (sums.sampling[at] as number) / dice;
    sampling += Math.min(SHIFT_MAX * SHIFT_MAX, (sums.sampling[at] as number) / (dice * dice)) / members.length;
    const q = Math.max(0, 1 - dice / open);
    const half = each / 2;
    const came = Math.max(0, (sums.actual[at] as number) - (sums.settled[at] as number));
    const odds = ((came + half) * (1 - q)) / Math.max(1e-9, open + half - q * (came + half));
    return Math.min(SHIFT_MAX, Math.max(-SHIFT_MAX, Math.log(odds)));
  });
  return { shifts, sampling };
}

/** At least this share of the errors' variance is no sampling, however noisy the members are. Ours. */
const MODEL_SHARE_MIN = 0.1;

function lineShift(ridge: Ridge, penalty: number, { shifts, sampling }: Response): LineShift {
  const shift = ridge.shift(shifts, penalty);
  const square = shift.errors.reduce((sum, error) => sum + error * error, 0) / Math.max(1, shift.errors.length);
  const model = Math.max(square - sampling, MODEL_SHARE_MIN * square);
  return { shift, model: Math.sqrt(model), total: Math.sqrt(square) };
}

function predictiveOf(
  { shift, model, total }: LineShift,
  part: LineSums,
  { column, day, widened }: LineAt & { readonly widened: number },
): Predictive {
  const at = day * COLUMN_COUNT + column;
  const open = part.open[at] as number;
  const settled = part.settled[at] as number;
  if (open <= 0) return Float64Array.of(settled);
  const q = Math.max(0, 1 - (part.dice[at] as number) / open);
  const scale = total > 0 ? (model / total) * Math.sqrt(shift.leverage) * widened : 0;
  const means = shift.errors.map((error) => {
    const odds = Math.exp(Math.min(SHIFT_MAX, Math.max(-SHIFT_MAX, shift.mean + scale * error)));
    return (open * odds) / (1 - q + q * odds);
  });
  return mixture(means, { settled, diceShare: 1 - q });
}
