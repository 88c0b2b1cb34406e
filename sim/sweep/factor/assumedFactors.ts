import type { LoadedScenario } from '../../scenario/load.ts';
import { numberFieldOf, rangeOf } from '../../scenario/valueRange.ts';

/** Factors by path, in the form of a sweep file. */
export interface AssumedFactors {
  readonly factors: Readonly<Record<string, { readonly path: string; readonly values: readonly number[] }>>;
  /** The number of factors that move over a range stated by their mark. */
  readonly stated: number;
  /** The number of assumptions that cannot be moved alone: the scenario would be refused, or nothing would change. */
  readonly fixed: number;
}

export interface AssumedOptions {
  /** The distance by which a number without a stated range is moved, as a share of the number. */
  readonly share: number;
  /** False: stated ranges are ignored, and every number is moved by the share. */
  readonly ranges: boolean;
  /** Only the numbers below this path. */
  readonly only?: string | undefined;
  /** True if the scenario is accepted under a setting `path=value`. */
  readonly isRight: (setting: string) => boolean;
}

/** Paths that change no count: the rest of the estate, the comparison with published figures, prices. */
export const DECIDES_NOTHING = /^(notSimulated|metersPerInstallation|comparison|fit)\b|\.dmctCostPounds$/;

/**
 * Every number of a scenario that is marked "our assumption", at the lower and the upper end of its range
 * (`sim/scenario/valueRange.ts`). A number that has no range, such as 0, stays and is counted.
 */
export function assumedFactors(base: LoadedScenario, { share, ranges, only, isRight }: AssumedOptions): AssumedFactors {
  const fieldOf = numberFieldOf(base.scenario);
  const factors: Record<string, { path: string; values: number[] }> = {};
  let fixed = 0;
  let stated = 0;
  for (const { path, value, isClaim, mark, note, range } of base.marks) {
    if (!isClaim || mark !== 'our assumption' || typeof value !== 'number') continue;
    if (DECIDES_NOTHING.test(path) || note === 'the remainder of the classes') continue;
    if (only !== undefined && !isBelow(path, only)) continue;
    const field = fieldOf(path);
    if (field === undefined) continue;
    const { low, high, isStated } = rangeOf({ value, range: ranges ? range : null }, field, share);
    // A zero without a range is a switch that is off. It is not an assumption that could be moved.
    if (value === 0 && low === high) continue;
    const accepted = [low, high].filter((to) => to !== value && isRight(`${path}=${to}`));
    if (accepted.length > 0) factors[path] = { path, values: accepted };
    else fixed += 1;
    if (isStated && accepted.length > 0) stated += 1;
  }
  return { factors, stated, fixed };
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}
