import { assert } from '../../src/assert.ts';

/**
 * The null model in closed form (sim/README.md): in one cohort and failure family a share `deadShare` fails every week, the
 * others succeed with a weekly chance that stays with them, p ~ Beta(a, b) over installations. No link, no outage, no
 * correlation: the link model must earn its keep against it. `scenarios/null.yaml` is the same by simulation.
 */
export interface NullFamily {
  readonly deadShare: number;
  readonly betaA: number;
  readonly betaB: number;
}

/**
 * P(the first k weekly attempts all fail) = d + (1 - d) B(a, b + k) / B(a, b). The ratio of Beta functions is the
 * product of (b + i) / (a + b + i) for i < k: exact for whole k, with no gamma function in it.
 */
export function failsAll(family: NullFamily, k: number): number {
  const { deadShare } = family;
  return deadShare + (1 - deadShare) * liveFailsAll(family, k);
}

/** The same for an installation that is not dead. */
function liveFailsAll({ betaA, betaB }: Omit<NullFamily, 'deadShare'>, k: number): number {
  assert(Number.isInteger(k) && k >= 0, 'attempts are whole and not negative');
  let product = 1;
  for (let i = 0; i < k; i += 1) product *= (betaB + i) / (betaA + betaB + i);
  return product;
}

/** P(the first k attempts all fail) where every installation has the same weekly chance: (1 - p) to the power k. */
export function failsAllAt(chance: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i += 1) product *= 1 - chance;
  return product;
}

/** What is known of an installation that has failed k times and never succeeded. */
export interface Posterior {
  /** Chance that it is dead. */
  readonly dead: number;
  /** Chance that its next attempt succeeds: live, and by Beta(a, b + k). */
  readonly nextSucceeds: number;
}

/**
 * What k failures in a row say of an installation: the chance that it is dead, and that its next attempt succeeds.
 *
 * @param k failures so far, at least 0
 */
export function posterior(family: NullFamily, k: number): Posterior {
  const dead = family.deadShare / failsAll(family, k);
  const nextSucceeds = ((1 - dead) * family.betaA) / (family.betaA + family.betaB + k);
  return { dead, nextSucceeds };
}

/** Expected volume of a category that `atLeast` weeks of failure in a row meet, of installations tried that often. */
export function volume(family: NullFamily, options: { exposed: number; atLeast: number }): number {
  return options.exposed * failsAll(family, options.atLeast);
}

/** Of those excluded after k failures, the share that would have migrated within `weeks` more weekly attempts. */
export function wronglyExcluded(family: NullFamily, options: { atLeast: number; weeks: number }): number {
  const { atLeast, weeks } = options;
  return 1 - failsAll(family, atLeast + weeks) / failsAll(family, atLeast);
}
