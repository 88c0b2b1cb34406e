import type { Scenario } from '../../scenario/schema.ts';

/** The part of each population that is simulated. */
export interface Scale {
  /** Share of a population that is simulated, above 0, at most 1. */
  readonly share: number;
  /** The fewest installations to which a population is cut. */
  readonly strataMin: number;
}

export interface ScaledScenario {
  readonly scenario: Scenario;
  /** By population: the number of installations that each simulated one stands for. */
  readonly weights: ReadonlyMap<string, number>;
}

/**
 * The scenario with smaller populations. Dice are addressed by population and by position within it, so the remaining
 * installations live the same lives: a sample of share s is the beginning of a sample of share 2 s. Census inputs
 * (`steady`) and small populations stay whole.
 */
export function scaledScenario(scenario: Scenario, { share, strataMin }: Scale): ScaledScenario {
  const weights = new Map<string, number>();
  const populations = Object.entries(scenario.populations).map(([name, population]) => {
    const { installations } = population;
    const kept = population.steady
      ? installations
      : Math.min(installations, Math.max(strataMin, Math.round(installations * share)));
    weights.set(name, kept === 0 ? 1 : installations / kept);
    return [name, { ...population, installations: kept }] as const;
  });
  return { scenario: { ...scenario, populations: Object.fromEntries(populations) }, weights };
}
