import { coarser, LEVELS, type StateCode } from '../state/stateFacts.ts';
import type { Reach } from './reach.ts';

/** Lives of the next coarser level that count with those of a cell: a cell of few borrows from its level. Ours. */
const BORROWED = 3;

/** Fewer lives than this are none. */
const LIVES_NONE = 1e-6;

/** The cells of one level of the back-off. The cells of finer levels within a cell have the reach of it. */
export class Level {
  /** By cell: the cell of the next coarser level that it lies in; -1 at the coarsest. */
  readonly parent: number[] = [];
  /** By cell: what its lives ever come to. It is there, as all below, once the level is open. */
  readonly reach: Reach[] = [];
  /** By cell: the weight of the lives that stand in it. */
  lives = new Float64Array(0);
  /** By cell: where the packed sum of it begins in `sums`. */
  start = new Int32Array(0);
  sums = new Float64Array(0);
  private readonly cells = new Map<StateCode, number>();

  find(code: StateCode): number {
    return this.cells.get(code) ?? -1;
  }

  /** The cell of a code, made where it is new. */
  cell(code: StateCode, parent: () => number): number {
    let cell = this.cells.get(code);
    if (cell === undefined) {
      this.cells.set(code, (cell = this.parent.length));
      this.parent.push(parent());
    }
    return cell;
  }

  /** Makes room for the sums, once all cells are there. */
  open(reachOf: (cell: number) => Reach): void {
    const cells = this.parent.length;
    this.lives = new Float64Array(cells);
    this.start = new Int32Array(cells);
    let size = 0;
    for (let cell = 0; cell < cells; cell += 1) {
      const reach = reachOf(cell);
      this.reach.push(reach);
      this.start[cell] = size;
      size += reach.size;
    }
    this.sums = new Float64Array(size);
  }
}

/** The cell of a state at the finest level. It and the coarser ones are made where they are new. */
export function cellOf(levels: readonly Level[], state: StateCode, level = 0): number {
  return (levels[level] as Level).cell(level === 0 ? state : coarser(state, level), () =>
    level + 1 < LEVELS ? cellOf(levels, state, level + 1) : -1,
  );
}

/** Shares in a cell as they come down the levels. */
export interface Descent {
  /** Packed shares of classes, from `start` on. */
  readonly shares: Float64Array;
  readonly start: number;
  /** False: no level so far has a life. */
  readonly isKnown: boolean;
}

/** Where no level was looked at yet. */
export const NOTHING: Descent = { shares: new Float64Array(0), start: 0, isKnown: false };

/**
 * Shares of classes in a cell: those of its lives, and of the coarser cell as if it had lent BORROWED lives.
 * @param own lives to leave out: their weight, and their packed sum beside that of the cell
 * @param into where the shares go; they are those of the coarser cell where no life is left
 */
export function blend(
  { lives, sums, reach, start }: Level,
  cell: number,
  {
    coarse,
    own,
    into,
  }: { readonly coarse: Descent; readonly own?: { readonly lives: Float64Array; readonly sums: Float64Array } | undefined; readonly into: { readonly shares: Float64Array; readonly start: number } }, // prettier-ignore
): boolean {
  const size = (reach[cell] as Reach).size;
  const from = start[cell] as number;
  const { shares, start: to } = into;
  const { shares: lent, start: lentFrom, isKnown } = coarse;
  const count = Math.max(0, (lives[cell] as number) - (own === undefined ? 0 : (own.lives[cell] as number)));
  if (count < LIVES_NONE) {
    for (let k = 0; k < size; k += 1) shares[to + k] = isKnown ? (lent[lentFrom + k] as number) : 0;
    return isKnown;
  }
  // Loops apart for what the lives hold and for what is borrowed: each is run millions of times.
  if (own === undefined) for (let k = 0; k < size; k += 1) shares[to + k] = sums[from + k] as number;
  else subtract(shares, to, { sums, left: own.sums, from, size });
  const total = count + (isKnown ? BORROWED : 0);
  if (isKnown)
    for (let k = 0; k < size; k += 1)
      shares[to + k] = ((shares[to + k] as number) + BORROWED * (lent[lentFrom + k] as number)) / total;
  else for (let k = 0; k < size; k += 1) shares[to + k] = (shares[to + k] as number) / total;
  return true;
}

function subtract(
  into: Float64Array,
  to: number,
  { sums, left, from, size }: { readonly sums: Float64Array; readonly left: Float64Array; readonly from: number; readonly size: number }, // prettier-ignore
): void {
  for (let k = 0; k < size; k += 1) into[to + k] = (sums[from + k] as number) - (left[from + k] as number);
}
