import { COLUMN_COUNT, type LineAt } from './lines.ts';
import { PHASE_COUNT, type LineSums } from './lineSums.ts';
import { meanSquare, type Ridge, type Shift } from './ridge.ts';

/** Shifts are bounded: a line that a member holds nothing of says nothing of a ratio. */
export const SHIFT_MAX = 3;

/** By how much one phase of a line departs from what its look-alikes say. */
export interface LineShift {
  readonly shift: Shift;
  /** Standard deviations: of what is no dice and no sampling, worlds of another structure included; of the errors. */
  readonly model: number;
  readonly total: number;
}

interface Response {
  /** Per member: by how much the log odds of its open part lie above the prediction. */
  readonly shifts: Float64Array;
  /** Of their variance, the part that comes from having lived so few. */
  readonly sampling: number;
}

/** The shifts of every phase of every line, each computed when it is first asked for. */
export class LineShifts {
  private readonly shifts = new Map<number, LineShift>();
  private readonly penalties = new Map<number, number>();
  private readonly ridge: Ridge;
  private readonly members: readonly (readonly LineSums[])[];
  private readonly days: number;

  /** @param members the sums of each member by cohort, weighted to be like the target */
  constructor(ridge: Ridge, members: readonly (readonly LineSums[])[], days: number) {
    this.ridge = ridge;
    this.members = members;
    this.days = days;
  }

  of({ cohort, column, day }: LineAt, phase: number): LineShift {
    const line = (cohort * COLUMN_COUNT + column) * PHASE_COUNT + phase;
    const sums = this.members.map((cohorts) => cohorts[cohort] as LineSums);
    const response = (d: number): Response => responseOf(sums, sums[0]?.at(phase, d, column) ?? 0);
    return remembered(this.shifts, line * this.days + day, () => {
      const last = this.days - 1;
      const penalty = remembered(this.penalties, line, () =>
        this.ridge.cautious([last, Math.ceil(last / 2)].map((d) => response(d).shifts)),
      );
      return lineShift(this.ridge, penalty, response(day));
    });
  }
}

function remembered<Value>(map: Map<number, Value>, key: number, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
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
  const square = meanSquare(shift.errors);
  // What worlds of another structure err by, beyond draws of the same: the model is wrong somewhere, too.
  const discrepancy = ridge.squareApart(shifts, penalty, square) - square;
  const model = Math.max(square - sampling, MODEL_SHARE_MIN * square) + discrepancy;
  return { shift, model: Math.sqrt(model), total: Math.sqrt(square) };
}
