import type { Scenario } from '../../scenario/schema.ts';

/** Which part of each population is simulated. */
export interface Scale {
  /** Share of a population that is simulated, above 0, at most 1. */
  readonly share: number;
  /** A population is never cut below so many installations. */
  readonly strataMin: number;
}

export interface ScaledScenario {
  readonly scenario: Scenario;
  /** By population: how many installations each simulated one stands for. */
  readonly weights: ReadonlyMap<string, number>;
}

/**
 * The scenario with smaller populations. Dice are addressed by population and place within it, so the installations that
 * stay live the same lives: a sample of share s is the beginning of one of share 2 s. Census inputs (`steady`) and small
 * populations stay whole.
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
