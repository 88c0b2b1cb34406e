import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import type { Cell } from '../../../sim/sweep/cell/cell.ts';
import { cellText } from '../../../sim/sweep/cell/cellText.ts';
import { computeCell } from '../../../sim/sweep/cell/computeCell.ts';
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
 * @throws unknown the reason of the signal, when it is aborted
 */
export async function computeCells(cells: Iterable<Cell>, options: ComputeOptions): Promise<void> {
  const pool = new MendingPool(options.workers);
  const waiting = cells[Symbol.iterator]();
  const runner = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      options.signal.throwIfAborted();
      await options.onEnd(await endOf(next.value, pool, options));
    }
  };
  try {
    // One cell more than threads: while one is written or built, no thread waits.
    const runners = options.workers === 1 ? 1 : options.workers + 1;
    await Promise.all(Array.from({ length: runners }, runner));
    options.signal.throwIfAborted();
  } finally {
    await pool.close();
  }
}

async function endOf(cell: Cell, pool: MendingPool, { store, signal }: ComputeOptions): Promise<CellEnd> {
  if (store.has(cell.key)) return { kind: 'found', cell };
  let text: string;
  try {
    text = cellText(cell, await pool.compute(cell));
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'failed', cell, error: error instanceof Error ? error.message : String(error) };
  }
  try {
    store.put(cell.key, text);
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

  async compute(cell: Cell): ReturnType<typeof computeCell> {
    const pool = (this.current ??= openPool(this.workers));
    try {
      return await computeCell(cell, await pool);
    } catch {
      if (this.current === pool) {
        this.current = undefined;
        await (await pool).close();
      }
      // Nobody knows which of the cells under way was to blame: each gets a pool of its own, one after the other.
      const again = this.suspects.then(() => computeAlone(cell));
      this.suspects = again.catch(() => undefined);
      return again;
    }
  }

  async close(): Promise<void> {
    await (await this.current)?.close();
  }
}

async function computeAlone(cell: Cell): ReturnType<typeof computeCell> {
  const pool = await openPool(1);
  try {
    return await computeCell(cell, pool);
  } finally {
    await pool.close();
  }
}
