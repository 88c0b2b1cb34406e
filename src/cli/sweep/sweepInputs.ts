import { join } from 'node:path';
import { formatProblems } from '../../document/problem.ts';
import { loadSweep, type Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { UsageError } from '../shell/exit.ts';
import { refuseOtherKind } from '../shell/fileKind.ts';
import type { Io } from '../shell/io.ts';
import { diskFiles } from '../shell/readText.ts';
import { warnOfIdle } from '../shell/scenarioFile.ts';
import { openCellStore, type CellStore } from './cellStore.ts';
import { CELLS } from './sweepPlaces.ts';

/** Reads a sweep file, and warns of values of its scenario that change nothing. Throws UsageError with all problems. */
export function sweepFile(io: Pick<Io, 'err'>, path: string): Sweep {
  const loaded = loadSweep({ path, files: diskFiles });
  if (!loaded.ok) {
    refuseOtherKind(path, 'sweep');
    throw new UsageError(formatProblems(loaded.problems));
  }
  warnOfIdle(io, loaded.sweep.base);
  return loaded.sweep;
}

export function storeOf({
  out,
  store,
}: {
  readonly out?: string | undefined;
  readonly store?: string | undefined;
}): CellStore {
  // prettier-ignore
  return openCellStore(store ?? join(out ?? '.', CELLS));
}
