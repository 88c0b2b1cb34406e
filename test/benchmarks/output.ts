import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { inFolder, runCommand, runProgram } from './child.ts';
import { ESTATE, smallerEstate, type BareWriter } from './estate.ts';
import type { Spent } from './measure.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

const QUICK_SHARE = 0.02;
const ROUNDS_MAX = 3;
const RATIO_MOST = 1.5;

/**
 * What the outputs of a run cost beside the Parquet writer alone: `run estate` with all outputs, in a process of its own,
 * and the writer of the same columns, in turns. The best round of each counts. The clock judges on a quiet machine alone;
 * processor time counts all threads, so that two processors can halve it at most.
 */
export async function outputBenchmark({ quick, rounds }: Sizes): Promise<boolean> {
  const set = quick ? smallerEstate(QUICK_SHARE) : [];
  const runs: Spent[] = [];
  const writers: BareWriter[] = [];
  for (let round = 0; round < Math.min(rounds, ROUNDS_MAX); round += 1) {
    const failure = await inFolder(async (folder) => {
      const options = set.flatMap((path) => ['--set', path]);
      const run = await runCommand(['run', ESTATE, '--out', join(folder, 'run'), '--format', 'json', ...options]);
      const writer = await runProgram('estateWriterWorker.ts', [join(folder, 'bare'), ...set]);
      const failed = [run, writer].find(({ status }) => status !== 0);
      if (failed !== undefined) return failed.stderr;
      runs.push(run);
      writers.push(JSON.parse(writer.stdout) as BareWriter);
      return undefined;
    });
    if (failure !== undefined) {
      console.log(`failed: ${failure}`);
      return false;
    }
  }
  const run = best(runs);
  const writer = best(writers);
  const simulating = Math.min(...writers.map((one) => one.simulating));
  printTable(
    ['best round', 'seconds', 'processor s', 'x writer, seconds', 'x writer, processor'],
    [['run, start-up included', run] as const, ['Parquet writer alone', writer] as const].map(([name, spent]) => [
      name,
      ...[spent.wall, spent.processor, spent.wall / writer.wall, spent.processor / writer.processor].map(figure),
    ]),
  );
  console.log(
    `Simulating and recording takes ${figure(simulating / writer.wall)} of the writer's seconds on one thread.`,
  );
  const processors = availableParallelism();
  const what = `run with all outputs, beside the Parquet writer, by the clock (${processors} processors)`;
  return printGoal({ what, found: run.wall / writer.wall, atMost: RATIO_MOST, unit: 'times', quick });
}

/** The smallest time by each of the clocks. */
function best(spent: readonly Spent[]): Spent {
  return {
    wall: Math.min(...spent.map(({ wall }) => wall)),
    processor: Math.min(...spent.map(({ processor }) => processor)),
  };
}
