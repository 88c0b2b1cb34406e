import { inverse, Matrix } from 'ml-matrix';

/** Penalties that are tried, as shares of the number of rows: the last one leaves the mean alone. */
const PENALTIES = [0.02, 0.05, 0.15, 0.5, 1.5, 5, 20, 1e9];

/** What a regression on summaries says of one response. */
export interface Shift {
  /** Expected response at the target. */
  readonly mean: number;
  /** Errors of each row, predicted by the rows of the other draws. */
  readonly errors: Float64Array;
  /** How much wider the error at the target is than those of the rows, for it lies elsewhere: a ratio of variances. */
  readonly leverage: number;
}

interface Penalised {
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
  private readonly penalised: readonly Penalised[];

  /**
   * @param x rows by columns, standardised over the rows
   * @param target the columns of the target, on the same scale
   * @param draws the draw of each row
   */
  constructor(x: readonly Float64Array[], target: Float64Array, draws: readonly number[]) {
    this.rows = x.length;
    const { rows } = this;
    const blocks = blocksOf(draws);
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
    let best = 0;
    let least = Infinity;
    for (let penalty = 0; penalty < PENALTIES.length; penalty += 1) {
      let sum = 0;
      for (const response of responses) {
        const errors = this.errorsOf(response, penalty);
        const spread = variance(response) + 1e-12;
        sum += errors.reduce((total, error) => total + error * error, 0) / spread;
      }
      if (sum < least * 0.995) {
        least = sum;
        best = penalty;
      }
    }
    return best;
  }

  private errorsOf(response: Float64Array, penalty: number): Float64Array {
    const { errors } = this.penalised[penalty] as Penalised;
    const { rows } = this;
    const out = new Float64Array(rows);
    for (let i = 0; i < rows; i += 1) {
      let sum = 0;
      for (let j = 0; j < rows; j += 1) sum += (errors[i * rows + j] as number) * (response[j] as number);
      out[i] = sum;
    }
    return out;
  }

  shift(response: Float64Array, penalty: number): Shift {
    const { atTarget, leverage } = this.penalised[penalty] as Penalised;
    return { mean: dot(atTarget, response), errors: this.errorsOf(response, penalty), leverage };
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
  const errors = new Float64Array(rows * rows);
  for (const block of blocks) {
    const own = new Matrix(block.map((i) => block.map((j) => (i === j ? 1 : 0) - hat.get(i, j))));
    const undo = inverse(own);
    block.forEach((i, a) => {
      for (let j = 0; j < rows; j += 1) {
        let sum = 0;
        block.forEach((k, b) => (sum += undo.get(a, b) * ((k === j ? 1 : 0) - hat.get(k, j))));
        errors[i * rows + j] = sum;
      }
    });
  }
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
  return { errors, atTarget: target, leverage: (1 + 1 / rows + far) / (1 + 1 / rows + near) };
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

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
}
