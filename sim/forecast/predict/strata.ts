import type { StateCode } from '../state/stateFacts.ts';
import type { StateTraits } from './stateTraits.ts';
import { LINE_SUMMARIES } from './summaries.ts';

/** Installations that records describe alike: cohort, dormancy, gas and payment mode. */
export interface Stratum {
  /** Installations; for a member, what its lives stand for. */
  count: number;
  lives: number;
  /** Sums of LINE_SUMMARIES: of summary `i`, `2 i` those of it and `2 i + 1` those among whom. */
  readonly summaries: Float64Array;
}

export function emptyStratum(): Stratum {
  return { count: 0, lives: 0, summaries: new Float64Array(2 * LINE_SUMMARIES.length) };
}

/** The stratum that a state belongs to. `make` makes it when it is first met. */
export function stratumOf<S extends Stratum>(
  strata: Map<StateCode, S>,
  { given }: StateTraits,
  make: (given: StateCode) => S,
): S {
  let stratum = strata.get(given);
  if (stratum === undefined) strata.set(given, (stratum = make(given)));
  return stratum;
}

/** Adds installations that stand in a state to its stratum. */
export function addToStratum(
  stratum: Stratum,
  { places }: StateTraits,
  { count, lives }: { readonly count: number; readonly lives: number },
): void {
  const { summaries } = stratum;
  stratum.count += count;
  stratum.lives += lives;
  for (const at of places) summaries[at] = (summaries[at] as number) + count;
}

/** Lives of a stratum below which a member has no say of it. Ours. */
export const LIVES_MIN = 15;

/**
 * Weights a member, or the portfolio itself, so that it holds as many of each stratum as the portfolio does.
 * @param add takes a stratum, and how often each of its installations counts
 * @returns the sums of the summaries
 */
export function likeTarget<S extends Stratum>(
  strata: ReadonlyMap<StateCode, S>,
  target: ReadonlyMap<StateCode, S>,
  add?: (own: S, times: number) => void,
): Float64Array {
  const [any] = target.values();
  const summaries = new Float64Array(any?.summaries.length ?? 0);
  for (const [given, { count }] of target) {
    const own = strata.get(given);
    if (own === undefined || own.count <= 0 || (strata !== target && own.lives < LIVES_MIN)) continue;
    const times = count / own.count;
    add?.(own, times);
    for (let i = 0; i < summaries.length; i += 1)
      summaries[i] = (summaries[i] as number) + times * (own.summaries[i] as number);
  }
  return summaries;
}
