import type { Pool } from '../../../sim/kernel/run/pool.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { cellText } from '../../../sim/sweep/cell/cellText.ts';
import { computeCell } from '../../../sim/sweep/cell/computeCell.ts';
import { identityOf, KEY_DIGITS, type Cell } from '../../../sim/sweep/cell/cell.ts';
import { digest } from '../../../sim/scenario/hash.ts';

/** A cell as it lies in the queue: plain data, and the kernel that is to compute it. */
export interface QueuedCell {
  readonly kernel: number;
  readonly cell: Cell;
}

/** The text of the finished cell, what failed, or that this worker is of another version. */
export type CellAnswer = { readonly text: string } | { readonly error: string } | { readonly foreign: string };

/** Computes a queued cell. A worker of another version would give other counts under the same key: it refuses. */
export async function cellAnswer({ kernel, cell }: QueuedCell, pool: Pool): Promise<CellAnswer> {
  const ours = digest(identityOf(cell)).slice(0, KEY_DIGITS);
  if (kernel !== KERNEL || ours !== cell.key)
    return {
      foreign: `kernel ${kernel} is asked for, this worker has kernel ${KERNEL}: install the version of the sweep`,
    };
  try {
    return { text: cellText(cell, await computeCell(cell, pool)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
