import { endOfLondonDate, formatDay, lastDayOfMonth, londonDay, monthOf, type Instant } from '../../../src/time.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Priors } from '../../calibrate/priors/loadPriors.ts';
import { resolveDraw, type ParameterDraw } from '../../calibrate/priors/priorDraws.ts';
import { KERNEL } from '../../kernel/model/kernelNumber.ts';
import { canonicalJson, decisive, digest } from '../../scenario/hash.ts';
import type { Scenario } from '../../scenario/schema.ts';

/** Version of what a cell of a library holds: raise it when states, classes or the file change. */
export const CELL_FORMAT = 2;

/** What a library is made of, besides its priors. All of it decides the cells. */
export interface LibraryOptions {
  readonly draws: number;
  /** Replications of each draw, each with dice of its own. They are never pooled. */
  readonly replications: number;
  /** Share of the scenario's populations that each replication lives. */
  readonly scale: number;
  /** A population is never cut below so many installations. */
  readonly strataMin: number;
  /** Settings after those of the draw: what is asked of the same lives otherwise. */
  readonly set?: readonly string[];
}

export const LIBRARY_DEFAULTS: LibraryOptions = { draws: 64, replications: 2, scale: 0.25, strataMin: 400 };

/** One cell of a library: one replication of one draw, seen from one as-of. It is a pure function of its key. */
export interface LibraryCell {
  readonly key: string;
  readonly draw: number;
  /** Number of the replication among all of the library: no two members share dice. */
  readonly replication: number;
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly seed: string;
  /** The as-of, then the month ends after it up to the horizon of the scenario. */
  readonly days: readonly Instant[];
  /** By population: how many installations of the draw's scenario a life stands for, relative to the scale. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The as-of and the month ends after it. The horizon stands last, as the end of its month. */
export function forecastDays(asOf: string, horizon: string): readonly Instant[] {
  const first = monthOf(londonDay(endOfLondonDate(asOf)));
  const last = monthOf(londonDay(endOfLondonDate(horizon)));
  const ends = Array.from({ length: last - first + 1 }, (_, i) => formatDay(lastDayOfMonth(first + i)));
  return [asOf, ...ends.filter((day) => day > asOf && day <= horizon)].map(endOfLondonDate);
}

/**
 * The cells of one draw seen from an as-of.
 * @throws Error if the draw is no scenario: whoever plans a library has refused it before
 */
export function drawCells(
  priors: Priors,
  draw: ParameterDraw,
  options: LibraryOptions & { readonly asOf: string },
): readonly LibraryCell[] {
  const resolved = resolveDraw(priors, { settings: [...draw.settings, ...(options.set ?? [])] });
  if (!resolved.ok) throw new Error(`draw ${draw.number} is no scenario`);
  const { scenario, rules } = resolved;
  const { populations, weights } = sampled(scenario, priors.base.scenario, options);
  const kept: Scenario = { ...scenario, populations, asOf: [], notSimulated: [], fit: [], marks: [] };
  const days = forecastDays(options.asOf, scenario.horizon);
  return Array.from({ length: options.replications }, (_, i) => {
    const replication = draw.number * options.replications + i;
    const { seed } = priors;
    const identity = canonicalJson({
      format: CELL_FORMAT, kernel: KERNEL, ...decisive(kept, rules), weights, days, seed, replication,
    }); // prettier-ignore
    return {
      key: digest(identity).slice(0, 32),
      draw: draw.number,
      replication,
      scenario: kept,
      rules,
      seed,
      days,
      weights,
    };
  });
}

/**
 * The part of each population that is lived. Its size follows from the base scenario alone, so that the sizes that are
 * drawn change no life: they only say how many each life stands for.
 */
function sampled(
  scenario: Scenario,
  base: Scenario,
  { scale, strataMin }: LibraryOptions,
): { readonly populations: Scenario['populations']; readonly weights: Readonly<Record<string, number>> } {
  const weights: Record<string, number> = {};
  const populations = Object.entries(scenario.populations).map(([name, population]) => {
    const whole = base.populations[name]?.installations ?? population.installations;
    const lived = Math.min(whole, Math.max(strataMin, Math.round(whole * scale)));
    weights[name] = lived === 0 ? 1 : (scale * population.installations) / lived;
    return [name, { ...population, installations: lived }] as const;
  });
  return { populations: Object.fromEntries(populations), weights };
}
