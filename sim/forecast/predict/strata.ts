import { givenOf, type StateCode } from '../state/stateFacts.ts';

/** Installations that records describe alike: cohort, dormancy, gas and payment mode. */
export interface Stratum {
  /** Installations; for a member, what its lives stand for. */
  count: number;
  lives: number;
  /** As `addToSummaries` keeps them. */
  readonly summaries: Float64Array;
}

/** The stratum that a state belongs to. `make` makes it when it is first met. */
export function stratumOf<S extends Stratum>(
  strata: Map<StateCode, S>,
  state: StateCode,
  make: (given: StateCode) => S,
): S {
  const given = givenOf(state);
  let stratum = strata.get(given);
  if (stratum === undefined) strata.set(given, (stratum = make(given)));
  return stratum;
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
