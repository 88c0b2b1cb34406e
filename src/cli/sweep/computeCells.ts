import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import type { Cell } from '../../../sim/sweep/cell/cell.ts';
import { cellText } from '../../../sim/sweep/cell/cellText.ts';
import { computePass } from '../../../sim/sweep/cell/computeCell.ts';
import type { Counts } from '../../../sim/kernel/life/counts.ts';
import type { CellStore } from './cellStore.ts';

/** What became of one cell. */
export type CellEnd =
  | { readonly kind: 'computed'; readonly cell: Cell }
  /** It was in the store by the time it was its turn: another process had done it. */
  | { readonly kind: 'found'; readonly cell: Cell }
  /** The kernel failed on it. */
  | { readonly kind: 'failed'; readonly cell: Cell; readonly error: string }
  /** It was computed, but the store could not be written. */
  | { readonly kind: 'unwritten'; readonly cell: Cell; readonly error: Error };

export interface ComputeOptions {
  readonly store: CellStore;
  readonly workers: number;
  /** Called after each cell and waited for. */
  readonly onEnd: (end: CellEnd) => void | Promise<void>;
  /** Aborted: no cell is begun any more, and those under way are dropped. */
  readonly signal: AbortSignal;
}

/**
 * Computes cells into a store, on as many threads as there are workers. The order in which they end does not matter: a cell
 * is a pure function of its key. A cell that fails takes no other with it.
 * @param passes cells of one number `pass` each: their lives are lived once
 * @throws unknown the reason of the signal, when it is aborted
 */
export async function computeCells(passes: Iterable<readonly Cell[]>, options: ComputeOptions): Promise<void> {
  const pool = new MendingPool(options.workers);
  const waiting = passes[Symbol.iterator]();
  const runner = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      options.signal.throwIfAborted();
      await computeAll(next.value, pool, options);
    }
  };
  try {
    // One pass more than threads: while one is written or built, no thread waits.
    const runners = options.workers === 1 ? 1 : options.workers + 1;
    await Promise.all(Array.from({ length: runners }, runner));
    options.signal.throwIfAborted();
  } finally {
    await pool.close();
  }
}

/** Computes the cells of a pass together. Where that fails, each is computed by itself: then it is known which one failed. */
async function computeAll(cells: readonly Cell[], pool: MendingPool, options: ComputeOptions): Promise<void> {
  const { store, signal, onEnd } = options;
  const missing: Cell[] = [];
  for (const cell of cells) {
    if (store.has(cell.key)) await onEnd({ kind: 'found', cell });
    else missing.push(cell);
  }
  if (missing.length === 0) return;
  let counts: readonly (readonly Counts[])[];
  try {
    counts = await pool.compute(missing);
  } catch (error) {
    signal.throwIfAborted();
    if (missing.length > 1) for (const cell of missing) await computeAll([cell], pool, options);
    else await onEnd({ kind: 'failed', cell: missing[0] as Cell, error: error instanceof Error ? error.message : String(error) }); // prettier-ignore
    return;
  }
  for (const [i, cell] of missing.entries()) await onEnd(written(cell, counts[i] as readonly Counts[], store));
}

function written(cell: Cell, counts: readonly Counts[], store: CellStore): CellEnd {
  try {
    store.put(cell.key, cellText(cell, counts));
    store.clearFailure(cell.key);
    return { kind: 'computed', cell };
  } catch (error) {
    return { kind: 'unwritten', cell, error: error as Error };
  }
}

/** A pool that is opened anew when a thread died of a cell. The cells that died with it are tried again, alone. */
class MendingPool {
  private readonly workers: number;
  private current: Promise<Pool> | undefined;
  private suspects: Promise<unknown> = Promise.resolve();

  constructor(workers: number) {
    this.workers = workers;
  }

  async compute(cells: readonly Cell[]): ReturnType<typeof computePass> {
    const pool = (this.current ??= openPool(this.workers));
    try {
      return await computePass(cells, await pool);
    } catch {
      if (this.current === pool) {
        this.current = undefined;
        await (await pool).close();
      }
      // Nobody knows which of the cells under way was to blame: each pass gets a pool of its own, one after the other.
      const again = this.suspects.then(() => computeAlone(cells));
      this.suspects = again.catch(() => undefined);
      return again;
    }
  }

  async close(): Promise<void> {
    await (await this.current)?.close();
  }
}

async function computeAlone(cells: readonly Cell[]): ReturnType<typeof computePass> {
  const pool = await openPool(1);
  try {
    return await computePass(cells, pool);
  } finally {
    await pool.close();
  }
}
