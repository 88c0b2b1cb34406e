import { inverse, Matrix } from 'ml-matrix';

/** Penalties that are tried, as shares of the number of rows: the last one leaves the mean alone. */
const PENALTIES = [0.02, 0.05, 0.15, 0.5, 1.5, 5, 20, 1e9];

/** What a regression on summaries says of one response. */
export interface Shift {
  /** Expected response at the target. */
  readonly mean: number;
  /** The same, as the other draws than that of each row say it (jackknife+). */
  readonly means: Float64Array;
  /** Errors of each row, predicted by the rows of the other draws. */
  readonly errors: Float64Array;
  /** How much wider the error at the target is than those of the rows, for it lies elsewhere: a ratio of variances. */
  readonly leverage: number;
}

interface Penalised {
  readonly hat: Matrix;
  /** From responses to errors with the own draw left out. */
  readonly errors: Float64Array;
  /** Weights of the responses in the prediction at the target. */
  readonly atTarget: Float64Array;
  readonly leverage: number;
}

/**
 * Ridge regression of many responses on the same standardised columns, with errors that leave out the draw a row is of
 * (jackknife). The penalty is the one whose errors are least.
 */
export class Ridge {
  readonly rows: number;
  private readonly blocks: readonly (readonly number[])[];
  private readonly penalised: readonly Penalised[];
  private readonly worlds: readonly (readonly (readonly number[])[])[];
  private readonly apart = new Map<number, readonly Float64Array[]>();

  /**
   * @param x rows by columns, standardised over the rows
   * @param target the columns of the target, on the same scale
   * @param draws the draw of each row
   * @param worlds partitions of the rows into worlds that differ in structure: the number of its world for each row
   */
  constructor(
    x: readonly Float64Array[],
    target: Float64Array,
    draws: readonly number[],
    worlds: readonly (readonly number[])[] = [],
  ) {
    this.rows = x.length;
    this.worlds = worlds.map(blocksOf).filter((blocks) => blocks.length > 1);
    const { rows } = this;
    const blocks = blocksOf(draws);
    this.blocks = blocks;
    // Kernel form: K = X X', so that the columns may be more than the rows.
    const kernel = Matrix.zeros(rows, rows);
    for (let i = 0; i < rows; i += 1)
      for (let j = 0; j <= i; j += 1) {
        const product = dot(x[i] as Float64Array, x[j] as Float64Array);
        kernel.set(i, j, product);
        kernel.set(j, i, product);
      }
    const toTarget = Float64Array.from(x, (row) => dot(row, target));
    const atTarget = dot(target, target);
    this.penalised = PENALTIES.map((penalty) =>
      penalise(kernel, { toTarget, atTarget, penalty: penalty * rows, blocks }),
    );
  }

  /** The penalty, by number, under which the errors of some responses together are least. */
  best(responses: readonly Float64Array[]): number {
    const sums = this.losses(responses).map(sumOf);
    // A weaker penalty than needed by a hair is chance.
    return sums.reduce((best, sum, penalty) => (sum < (sums[best] as number) * 0.995 ? penalty : best), 0);
  }

  /**
   * The largest penalty whose errors are not worse than the least ones by more than a standard error between draws
   * (Breiman and others 1984). It trusts less in what may be chance, where the target is of no draw's kind.
   */
  cautious(responses: readonly Float64Array[]): number {
    const losses = this.losses(responses);
    const sums = losses.map(sumOf);
    const least = sums.indexOf(Math.min(...sums));
    for (let penalty = PENALTIES.length - 1; penalty > least; penalty -= 1) {
      const more = Float64Array.from(
        losses[penalty] as Float64Array,
        (loss, i) => loss - (losses[least]?.[i] as number),
      );
      if (sumOf(more) <= Math.sqrt(more.length * variance(more))) return penalty;
    }
    return least;
  }

  /** Squared errors of some responses together by draw, under each penalty, as shares of the variance of each response. */
  private losses(responses: readonly Float64Array[]): readonly Float64Array[] {
    const spreads = responses.map((response) => variance(response) + 1e-12);
    return PENALTIES.map((_, penalty) => {
      const errors = responses.map((response) => this.errorsOf(response, penalty));
      const square = (row: number): number => errors.reduce((sum, own, i) => sum + ((own[row] as number) * (own[row] as number)) / (spreads[i] as number), 0); // prettier-ignore
      return Float64Array.from(this.blocks, (block) => block.reduce((sum, row) => sum + square(row), 0));
    });
  }

  private errorsOf(response: Float64Array, penalty: number): Float64Array {
    return times((this.penalised[penalty] as Penalised).errors, response);
  }

  /**
   * The mean squared error of rows whose world is left out as a whole, one partition at a time: by how much do worlds err
   * that are like no other in structure? It is not below that of `errors`.
   */
  squareApart(response: Float64Array, penalty: number, square: number): number {
    let apart = this.apart.get(penalty);
    if (apart === undefined) {
      const { hat } = this.penalised[penalty] as Penalised;
      this.apart.set(penalty, (apart = this.worlds.map((blocks) => errorsWithout(hat, blocks))));
    }
    const squares = apart.map((errors) => Math.max(square, meanSquare(times(errors, response))));
    return squares.length === 0 ? square : squares.reduce((sum, own) => sum + own, 0) / squares.length;
  }

  shift(response: Float64Array, penalty: number): Shift {
    const { atTarget, leverage } = this.penalised[penalty] as Penalised;
    const errors = this.errorsOf(response, penalty);
    const mean = dot(atTarget, response);
    const means = new Float64Array(this.rows);
    for (const block of this.blocks) {
      const without = block.reduce((sum, row) => sum - (atTarget[row] as number) * (errors[row] as number), mean);
      for (const row of block) means[row] = without;
    }
    return { mean, means, errors, leverage };
  }
}

function penalise(
  kernel: Matrix,
  { toTarget, atTarget, penalty, blocks }: { readonly toTarget: Float64Array; readonly atTarget: number; readonly penalty: number; readonly blocks: readonly (readonly number[])[] }, // prettier-ignore
): Penalised {
  const rows = kernel.rows;
  const solved = inverse(Matrix.add(kernel, Matrix.eye(rows, rows).mul(penalty)));
  const hat = kernel.mmul(solved);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < rows; j += 1) hat.set(i, j, hat.get(i, j) + 1 / rows);
  const errors = errorsWithout(hat, blocks);
  const weights = solved.mmul(Matrix.columnVector(Array.from(toTarget)));
  const target = Float64Array.from({ length: rows }, (_, i) => weights.get(i, 0) + 1 / rows);
  // z' (X'X + penalty)^-1 z, by the kernel: (z'z - k' (K + penalty)^-1 k) / penalty.
  const far =
    (atTarget -
      dot(
        toTarget,
        Float64Array.from({ length: rows }, (_, i) => weights.get(i, 0)),
      )) /
    penalty;
  let near = 0;
  for (let i = 0; i < rows; i += 1) near += (hat.get(i, i) - 1 / rows) / rows;
  return { hat, errors, atTarget: target, leverage: (1 + 1 / rows + far) / (1 + 1 / rows + near) };
}

/** From responses to the errors of each row, predicted by the rows of the other blocks. */
function errorsWithout(hat: Matrix, blocks: readonly (readonly number[])[]): Float64Array {
  const { rows } = hat;
  const errors = new Float64Array(rows * rows);
  const residual = Matrix.eye(rows, rows).sub(hat);
  for (const block of blocks) {
    const own = residual.selection(block, block);
    const found = inverse(own).mmul(residual.subMatrixRow(block));
    block.forEach((i, a) => errors.set(found.getRow(a), i * rows));
  }
  return errors;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector;
  const out = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    let sum = 0;
    for (let j = 0; j < length; j += 1) sum += (matrix[i * length + j] as number) * (vector[j] as number);
    out[i] = sum;
  }
  return out;
}

export function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length);
}

function blocksOf(draws: readonly number[]): readonly (readonly number[])[] {
  const blocks = new Map<number, number[]>();
  draws.forEach((draw, i) => {
    const block = blocks.get(draw) ?? [];
    block.push(i);
    blocks.set(draw, block);
  });
  return [...blocks.values()];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
}
