import { join } from 'node:path';
import { inFolder, MEGABYTE, runCommand, runProgram, type ChildSpent } from './child.ts';
import { writeHistories } from './histories.ts';
import { figure, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

/** The full size last: that a tenth of it peaks as high says that memory does not grow with the files. */
const INSTALLATIONS = [300_000, 3_000_000];
const QUICK_INSTALLATIONS = [3000, 30_000];
const ATTEMPTS_EACH = 10 / 3;

/** `decide` from Parquet as a user starts it, beside a process that merely reads the same files. */
export async function decideBenchmark({ quick }: Sizes): Promise<boolean> {
  let wentWell = true;
  const rows: string[][] = [];
  for (const installations of quick ? QUICK_INSTALLATIONS : INSTALLATIONS) {
    const attempts = Math.round(installations * ATTEMPTS_EACH);
    await inFolder(async (folder) => {
      await writeHistories(folder, installations, attempts);
      const file = (name: string): string => join(folder, `${name}.parquet`);
      const read = await runProgram('readHistoriesWorker.ts', [folder]);
      const decided = await runCommand([
        ...['decide', '--installations', file('installations'), '--attempts', file('attempts')],
        ...['--as-of', '2021-12-31', '--out', file('verdicts')],
      ]);
      for (const [what, spent] of Object.entries({ read, decide: decided })) {
        rows.push([what, ...[installations, attempts].map(String), ...cellsOf(spent, read)]);
        if (spent.status === 0) continue;
        wentWell = false;
        console.log(`failed: ${what} ended with ${spent.status}: ${spent.stderr}`);
      }
      if (Number(read.stdout) !== installations + attempts) wentWell = false;
    });
  }
  printTable(
    ['process', 'installations', 'attempts', 'seconds', 'processor s', 'x reading', 'peak MB', 'x reading'],
    rows,
  );
  console.log('Start-up is included; ratios are of processor seconds and of peak memory.');
  return wentWell;
}

function cellsOf({ wall, processor, peakBytes }: ChildSpent, read: ChildSpent): string[] {
  const memory = [Math.round(peakBytes / MEGABYTE).toString(), figure(peakBytes / read.peakBytes)];
  return [figure(wall), figure(processor), figure(processor / read.processor), ...memory];
}
