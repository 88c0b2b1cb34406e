import { passesOf, type CellPlan } from './cellPlan.ts';

/** One of several processes that share a sweep without talking to each other; numbers from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/**
 * The cells of one shard: the largest passes first, dealt round, so that the shards end at about the same time and no two
 * of them live the same lives.
 * @returns positions in the plan's cells
 */
export function ownCells(plan: CellPlan, shard: Shard): readonly number[] {
  return ownPasses(plan, shard).flat();
}

/**
 * The cells of the other shards, for a shard that is done with its own and helps. It takes the next shard's cells first,
 * and each list from its small end: there it is least likely to do what the owner is doing at the moment.
 */
export function othersCells(plan: CellPlan, { number, of }: Shard): readonly number[] {
  return Array.from({ length: of - 1 }, (_, i) => ((number + i) % of) + 1).flatMap((other) =>
    ownPasses(plan, { number: other, of }).toReversed().flat(),
  );
}

function ownPasses(plan: CellPlan, { number, of }: Shard): readonly (readonly number[])[] {
  const livesOf = ([first]: readonly number[]): number => plan.cells[first as number]?.lives ?? 0;
  return passesOf(plan, [...plan.cells.keys()])
    .toSorted((a, b) => livesOf(b) - livesOf(a) || (a[0] as number) - (b[0] as number))
    .filter((_, i) => i % of === number - 1);
}
