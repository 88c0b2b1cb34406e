import { availableParallelism } from 'node:os';
import { simulate, type Simulation } from '../../sim/kernel/run/simulate.ts';
import { timed } from './measure.ts';
import { absent, figure, printGoal, printTable } from './print.ts';
import { loadR1 } from './r1/kernel.ts';
import type { Sizes } from './sizes.ts';

const INSTALLATIONS = 4_000_000;
const RATIO_LEAST = 1.7;
const ROUNDS = 3;

interface Best {
  readonly workers: number;
  seconds: number;
  processor: number;
}

const now = (): number => performance.now() / 1000;

/** R1 on two workers beside one, in turns, by `kernelSeconds`: the pool is warm and start-up is not in it. */
export async function workersBenchmark({ quick }: Sizes): Promise<boolean> {
  if (availableParallelism() < 2) {
    absent('two workers', 'one processor');
    return true;
  }
  const { scenario, rules } = loadR1(quick ? 300_000 : INSTALLATIONS);
  const bests = [1, 2].map((workers): Best => ({ workers, seconds: Infinity, processor: Infinity }));
  const answers = new Set<string>();
  for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
    for (const best of bests) {
      let simulation: Simulation | undefined;
      const spent = await timed(async () => {
        simulation = await simulate(scenario, rules, { seed: 'workers', replications: 1, workers: best.workers, now });
      });
      best.seconds = Math.min(best.seconds, simulation?.kernelSeconds ?? Infinity);
      best.processor = Math.min(best.processor, spent.processor);
      answers.add(JSON.stringify(simulation?.counts));
    }
  }
  const cells = bests.map(({ workers, seconds, processor }) => [String(workers), figure(seconds), figure(processor)]);
  printTable(['workers', 'kernelSeconds', 'processor s, start-up included'], cells);
  const agree = answers.size === 1;
  console.log(agree ? 'The counts of all runs are the same.' : 'disagree: the counts differ between runs');
  const [one, two] = bests as [Best, Best];
  const found = one.seconds / two.seconds;
  const what = 'two workers against one';
  return printGoal({ what, found, atLeast: RATIO_LEAST, unit: 'x, by kernelSeconds', quick }) && agree;
}
