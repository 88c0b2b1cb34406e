import type { Problem } from '../../../src/document/problem.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { latinHypercube } from '../../sweep/design/latinHypercube.ts';
import { sweepSchema } from '../../sweep/factor/sweepSchema.ts';
import type { Sweep } from '../../sweep/plan/loadSweep.ts';
import { pointOf } from '../../sweep/plan/points.ts';
import { designDice } from '../../sweep/sweepDice.ts';
import type { Priors } from './loadPriors.ts';

/** One draw of all parameters from their priors. */
export interface ParameterDraw {
  /** From 0. */
  readonly number: number;
  /** Where each parameter stands within its prior, from 0 to 1, in the order of `Priors.parameters`. */
  readonly coordinates: readonly number[];
  /** The value of each parameter: the number itself, or the ratio where several numbers move together. */
  readonly values: readonly (string | number)[];
  /** `path=value` for every number that was drawn, and for shares that have to follow. */
  readonly settings: readonly string[];
}

/** A draw whose scenario was put together, or what is wrong with it. */
export type ResolvedDraw =
  | { readonly ok: true; readonly scenario: Scenario; readonly rules: RuleSet; readonly hash: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Draws that a library may have. The bounds are ours: fewer than 8 say nothing of a width. */
export const DRAWS_MIN = 8;
export const DRAWS_MAX = 10_000;

/**
 * The draws of a Latin hypercube over the priors. The same priors, seed and count give the same draws anywhere; another
 * seed gives draws that share nothing with these.
 * @param count from DRAWS_MIN to DRAWS_MAX
 */
export function drawsOf(priors: Priors, count: number): readonly ParameterDraw[] {
  const sweep = sweepOf(priors, count);
  return sweep.design.map((coordinates, i) => {
    const { labels, settings } = pointOf(sweep, i + 1);
    return { number: i, coordinates: coordinates as readonly number[], values: labels, settings };
  });
}

/** The draws of priors as a sweep: draw i is its point i + 1. Whoever wants counts rather than histories runs it. */
function sweepOf(priors: Priors, count: number): Sweep {
  const { name, title, seed, parameters, base, resolve } = priors;
  const file = sweepSchema.parse({ format: 1, name, scenario: base.path, design: { kind: 'lhs', points: count } });
  return {
    name,
    title,
    file: { ...file, title },
    seed,
    factors: parameters,
    assumed: { stated: 0, fixed: 0 },
    design: latinHypercube(count, parameters.length, designDice(seed)),
    outcomes: [],
    stop: undefined,
    base,
    open: () => resolve,
  };
}

/** Puts the scenario of a draw together. */
export function resolveDraw(priors: Priors, { settings }: Pick<ParameterDraw, 'settings'>): ResolvedDraw {
  const loaded = priors.resolve(settings);
  if (!loaded.ok) return { ok: false, problems: loaded.errors };
  const { scenario, rules, hash } = loaded;
  return { ok: true, scenario, rules, hash: `${scenario.name}#${hash}` };
}
