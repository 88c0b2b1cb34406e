import { givenDraws, type GivenParameter } from '../../../sim/calibrate/priors/givenParameters.ts';
import { drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { drawCells, type LibraryCell, type LibraryOptions } from '../../../sim/forecast/library/libraryPlan.ts';
import { computeMember } from '../../../sim/forecast/library/computeMember.ts';
import { memberBytes } from '../../../sim/forecast/library/memberFile.ts';
import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { FORECAST_WATCHERS } from '../../../sim/forecast/forecastWatchers.ts';
import { structuralWorlds } from '../../../sim/forecast/library/structuralWorlds.ts';
import { Forecaster } from '../../../sim/forecast/predict/forecaster.ts';
import type { Member } from '../../../sim/forecast/predict/lookAlikes.ts';
import { thousands } from '../../text/table.ts';
import { Interrupted } from '../shell/exit.ts';
import { breathe, writeLine, type Io } from '../shell/io.ts';
import type { Library } from './libraryFolder.ts';

/** A line of progress at most so often, where no bar can be drawn; ours. */
const SECONDS_BETWEEN_LINES = 10;

export interface FillOptions {
  readonly asOf: string;
  readonly workers: number;
  /** Settings after those of each draw. By default there are none. */
  readonly set?: readonly string[];
}

/** What a library has come to. */
export interface Filled {
  readonly keys: readonly string[];
  readonly computed: number;
}

/**
 * Computes the cells of a library that are seen from an as-of and are not there yet. Stopped at any time, the next call
 * goes on. The cells have the same bytes for any number of threads.
 */
export async function fillLibrary(io: Io, library: Library, { asOf, workers, set = [] }: FillOptions): Promise<Filled> {
  const known = set.length === 0 ? library.keysAt(asOf) : undefined;
  if (known?.every((key) => library.has(key)) === true) return { keys: known, computed: 0 };
  const other = library.otherKernel(asOf);
  if (other !== undefined) writeLine(io.err, `${library.folder}: its cells as of ${asOf} are of another version of the simulation (found kernel ${other}, expected ${KERNEL}): they are lived again`); // prettier-ignore
  const signal = io.interruption();
  const options: LibraryOptions = { ...library.head.options, set };
  const draws = drawsOf(library.priors, options.draws);
  const total = draws.length * options.replications;
  const keys: string[] = [];
  let computed = 0;
  let done = 0;
  let said = io.elapsed();
  const tell = (isLast: boolean): void => {
    const now = io.elapsed();
    if (!isLast && now - said < SECONDS_BETWEEN_LINES) return;
    said = now;
    if (computed > 0) writeLine(io.err, `as of ${asOf}: ${thousands(done)} of ${thousands(total)} cells, ${thousands(computed)} computed`); // prettier-ignore
  };
  function* missing(): Generator<LibraryCell> {
    for (const draw of draws) {
      for (const cell of drawCells(library.priors, draw, { ...options, asOf })) {
        keys.push(cell.key);
        if (library.has(cell.key)) done += 1;
        else yield cell;
      }
    }
  }
  let pool: Pool | undefined;
  const cells = missing();
  const runner = async (): Promise<void> => {
    for (let next = cells.next(); next.done !== true; next = cells.next()) {
      signal.throwIfAborted();
      const cell = next.value;
      library.put(cell.key, memberBytes(cell.key, await computeMember(cell, pool as Pool)));
      computed += 1;
      done += 1;
      tell(false);
      await breathe();
    }
  };
  try {
    pool = await openPool(workers, FORECAST_WATCHERS);
    // One runner more than threads: while one writes or plans, no thread waits.
    await Promise.all(Array.from({ length: workers === 1 ? 1 : workers + 1 }, runner));
    signal.throwIfAborted();
  } catch (error) {
    if (error instanceof Interrupted) error.kept = `${thousands(done)} of ${thousands(total)} cells are in ${library.folder}; the same command goes on`; // prettier-ignore
    throw error;
  } finally {
    await pool?.close();
  }
  tell(true);
  if (set.length === 0) library.putKeys(asOf, keys);
  return { keys, computed };
}

/** The members of a library as seen from an as-of, which `fillLibrary` has filled. */
export function membersOf(library: Library, keys: readonly string[]): readonly Member[] {
  const { replications } = library.head.options;
  return keys.map((key, i) => {
    const table = library.get(key);
    if (table === undefined) throw new Error(`${key}: the cell was there a moment ago`);
    return { draw: Math.floor(i / replications), table };
  });
}

/**
 * What forecasts with a library: its members, and which of them live in worlds of another structure.
 * @param given the switches that the members were lived with
 */
export function forecasterOf(
  { priors, head }: Library,
  members: readonly Member[],
  given: readonly GivenParameter[] = [],
): Forecaster {
  const draws = givenDraws(priors, drawsOf(priors, head.options.draws), given);
  return new Forecaster(members, structuralWorlds(priors, draws));
}
