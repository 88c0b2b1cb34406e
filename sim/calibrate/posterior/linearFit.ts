import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * Regresses many responses on the same features at once, by weighted least squares with a ridge. The features are
 * taken from their value at the point of interest, so that the slopes are those of a plane around it.
 *
 * @param features one row a draw
 * @param responses one row a draw
 * @param ridge is added to the diagonal, as a share of the mean of the diagonal; keeps features apart that move together
 * @returns the slopes, [feature][response]
 */
export function slopesOf(
  features: readonly (readonly number[])[],
  responses: readonly (readonly number[])[],
  weights: readonly number[],
  ridge = 1e-6,
): readonly (readonly number[])[] {
  const used = weights.flatMap((weight, i) => (weight > 0 ? [i] : []));
  const width = features[0]?.length ?? 0;
  const outputs = responses[0]?.length ?? 0;
  const total = used.reduce((sum, i) => sum + (weights[i] as number), 0);
  const centre = (rows: readonly (readonly number[])[], c: number): number =>
    used.reduce((sum, i) => sum + (weights[i] as number) * (rows[i]?.[c] as number), 0) / total;
  const featureMeans = Array.from({ length: width }, (_, c) => centre(features, c));
  const responseMeans = Array.from({ length: outputs }, (_, c) => centre(responses, c));
  const normal = Matrix.zeros(width, width);
  const right = Matrix.zeros(width, outputs);
  for (const i of used) {
    const weight = weights[i] as number;
    const own = featureMeans.map((mean, c) => (features[i]?.[c] as number) - mean);
    for (const [a, x] of own.entries()) {
      for (const [b, y] of own.entries()) normal.set(a, b, normal.get(a, b) + weight * (x * y));
      for (let r = 0; r < outputs; r += 1) {
        const response = (responses[i]?.[r] as number) - (responseMeans[r] as number);
        right.set(a, r, right.get(a, r) + weight * x * response);
      }
    }
  }
  const scale = normal.trace() / Math.max(width, 1);
  for (let c = 0; c < width; c += 1) normal.set(c, c, normal.get(c, c) + ridge * (scale || 1));
  return new CholeskyDecomposition(normal).solve(right).to2DArray();
}
