import { diskFiles } from '../../../src/cli/shell/readText.ts';
import { endCounts, labelledEnds } from '../../../sim/forecast/results.ts';
import { simulate } from '../../../sim/kernel/run/simulate.ts';
import { loadScenario, type LoadedScenario } from '../../../sim/scenario/load.ts';
import type { R1Counts, R1Engine } from './engine.ts';

export const KERNEL_DICE = 'Threefry-2x32-20, addressed';
/** Installations a run of the kernel, and of whoever has its dice. */
export const KERNEL_INSTALLATIONS = 2_000_000;
const SCENARIO = 'scenarios/benchmarks/r1.yaml';

export function loadR1(installations: number): LoadedScenario {
  const loaded = loadScenario({
    path: SCENARIO,
    files: diskFiles,
    set: [`populations.all.installations=${installations}`],
  });
  if (!loaded.ok) throw new Error(`${SCENARIO} does not load`);
  return loaded;
}

/** The text that a run of the kernel is seeded with. */
export function kernelSeed(seed: number): string {
  return `r1-${seed}`;
}

const now = (): number => performance.now() / 1000;

/** The bench's own kernel on one worker: this thread, warmed by a run of its own. Dice: Threefry-2x32-20, addressed. */
export const kernel: R1Engine = {
  name: 'kernel',
  dice: KERNEL_DICE,
  installations: KERNEL_INSTALLATIONS,
  absent: () => undefined,
  async run(installations, seed) {
    const warm = loadR1(300_000);
    const options = { replications: 1, workers: 1, now };
    await simulate(warm.scenario, warm.rules, { ...options, seed: `warm-${seed}` });
    const { scenario, rules } = loadR1(installations);
    const used = process.cpuUsage();
    const simulation = await simulate(scenario, rules, { ...options, seed: kernelSeed(seed) });
    const { user, system } = process.cpuUsage(used);
    const counts = labelledEnds(endCounts(simulation), scenario.ends) as R1Counts;
    return {
      engine: 'kernel (Threefry-2x32-20, one worker)',
      n: installations,
      seconds: simulation.kernelSeconds,
      processor: (user + system) / 1e6,
      counts: { ...ZERO, ...counts },
    };
  },
};

const ZERO: R1Counts = { wan: 0, key: 0, han: 0, five: 0, migrated: 0, left: 0 };
