import { passesOf, type CellPlan } from './cellPlan.ts';

/** One of several processes that share a sweep and do not communicate. Its number starts from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/**
 * The cells of one shard. The passes are dealt to the shards in turn, the largest first, so that the shards end at about
 * the same time and no two of them simulate the same lives.
 * @returns positions in the plan's cells
 */
export function ownCells(plan: CellPlan, shard: Shard): readonly number[] {
  return ownPasses(plan, shard).flat();
}

/**
 * The cells of the other shards, for a shard that has finished its own and helps. It takes the next shard's cells first,
 * and each list from its small end, because the owner works from the large end.
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
