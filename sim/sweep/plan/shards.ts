import type { CellPlan } from './cellPlan.ts';

/** One of several processes that share a sweep without talking to each other; numbers from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/**
 * The cells of one shard: the largest first, dealt round, so that the shards end at about the same time.
 * @returns positions in the plan's cells
 */
export function ownCells(plan: CellPlan, { number, of }: Shard): readonly number[] {
  return bySize(plan).filter((_, i) => i % of === number - 1);
}

/**
 * The cells of the other shards, for a shard that is done with its own and helps. It takes the next shard's cells first,
 * and each list from its small end: there it is least likely to do what the owner is doing at the moment.
 */
export function othersCells(plan: CellPlan, { number, of }: Shard): readonly number[] {
  return Array.from({ length: of - 1 }, (_, i) => ((number + i) % of) + 1).flatMap((other) =>
    ownCells(plan, { number: other, of }).toReversed(),
  );
}

function bySize({ cells }: CellPlan): readonly number[] {
  return cells.map((_, position) => position).sort((a, b) => (cells[b]?.lives ?? 0) - (cells[a]?.lives ?? 0) || a - b);
}
