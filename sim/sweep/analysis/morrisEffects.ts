import { assert } from '../../../src/assert.ts';
import type { Coordinate, UniformAt } from '../design/designMatrix.ts';
import { bootstrap, resamplesOf } from './bootstrap.ts';
import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import type { Estimate } from './estimates.ts';

/** Morris' screening of one factor. All figures are changes of the outcome over the factor's whole range. */
export interface MorrisEffect {
  /** Mean of the elementary effects: its sign says in which direction the factor acts. */
  readonly mu: number;
  /** Mean of their absolute values (Campolongo 2007), with its interval over trajectories. */
  readonly muStar: Estimate;
  /** Their standard deviation. It is large compared with mu* if the factor interacts with others or is not linear. */
  readonly sigma: number;
  /** The number of elementary effects that were used. Refused points make it smaller. */
  readonly effects: number;
}

/**
 * The elementary effects of a Morris design.
 * @param rows the design, trajectory after trajectory, each of factors + 1 rows
 * @param outcomes one for each row; NaN for a refused point
 */
export function morrisEffects(
  rows: readonly (readonly Coordinate[])[],
  outcomes: readonly number[],
  uniformAt: UniformAt,
): readonly MorrisEffect[] {
  const factors = rows[0]?.length ?? 0;
  assert(
    rows.length === outcomes.length && rows.length % (factors + 1) === 0,
    'a Morris design has whole trajectories',
  );
  const effects: number[][] = Array.from({ length: factors }, () => []);
  for (const [i, row] of rows.entries()) {
    if (i % (factors + 1) === 0) continue;
    const before = rows[i - 1] as readonly number[];
    const moved = row.findIndex((value, factor) => value !== before[factor]);
    const change = (outcomes[i] as number) - (outcomes[i - 1] as number);
    if (!Number.isNaN(change)) effects[moved]?.push(change / ((row[moved] as number) - (before[moved] as number)));
  }
  return effects.map((own) => {
    const sizes = own.map((effect) => Math.abs(effect));
    return {
      mu: meanOf(own),
      muStar: bootstrap(meanOf(sizes), resamplesOf(sizes.length, uniformAt), (chosen) =>
        meanOf(Array.from(chosen, (i) => sizes[i] as number)),
      ),
      sigma: Math.sqrt(varianceOf(own)),
      effects: own.length,
    };
  });
}
