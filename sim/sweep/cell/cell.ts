import { endOfLondonDate, type Instant } from '../../../src/time.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { KERNEL } from '../../kernel/model/kernelNumber.ts';
import { canonicalJson, decisive, digest } from '../../scenario/hash.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { sliceOf, type Slice } from './slice.ts';

/** Consecutive replications, counted from 0. */
export interface Block {
  readonly from: number;
  readonly count: number;
}

/**
 * The unit of work and of reuse: one population of one scenario under one rule set, one seed and one block of
 * replications. Its counts are a pure function of what its key is a hash of.
 */
export interface Cell extends Slice {
  /** The first 32 hexadecimal digits of the sha256 of `identity`. */
  readonly key: string;
  readonly population: string;
  readonly seed: string;
  readonly block: Block;
  /** Installations x replications: what the cell costs, roughly. */
  readonly lives: number;
}

/** Hexadecimal digits of a key: 128 bits, beyond any chance of two cells that share one. */
export const KEY_DIGITS = 32;

/**
 * Replications of a block at most; ours. A block is fixed by its number, so a sweep that asks for more replications later
 * finds the blocks that it has, and a large population is spread over several threads.
 */
export const BLOCK_SIZE = 5;

/** The blocks that hold the first replications of a point: [0, 5), [5, 10), ...; the last may be shorter. */
export function blocksOf(replications: number): readonly Block[] {
  return Array.from({ length: Math.ceil(replications / BLOCK_SIZE) }, (_, i) => ({
    from: i * BLOCK_SIZE,
    count: Math.min(BLOCK_SIZE, replications - i * BLOCK_SIZE),
  }));
}

/** The days at which a scenario is counted, the horizon last. */
export function asOfsOf(scenario: Scenario): readonly Instant[] {
  const ends = [...scenario.asOf.map(endOfLondonDate), endOfLondonDate(scenario.horizon)];
  return [...new Set(ends)].sort((a, b) => a - b);
}

/**
 * The canonical JSON of everything that decides the counts of a cell. Texts, titles and marks are no part of it, and
 * neither is what other populations are like.
 */
export function identityOf(cell: Omit<Cell, 'key' | 'lives'>): string {
  return canonicalJson({
    kernel: KERNEL,
    population: cell.population,
    ...decisive(cell.scenario, cell.rules),
    asOfs: asOfsOf(cell.scenario),
    seed: cell.seed,
    replications: cell.block,
  });
}

/**
 * The cells of a resolved scenario, population by population, block by block.
 * @param scenario with the as-of days that are to be counted
 */
export function cellsOf(
  scenario: Scenario,
  rules: RuleSet,
  { seed, blocks }: { readonly seed: string; readonly blocks: readonly Block[] },
): readonly Cell[] {
  return Object.entries(scenario.populations).flatMap(([population, { installations }]) => {
    if (installations === 0) return [];
    const slice = sliceOf(scenario, rules, population);
    return blocks.map((block): Cell => {
      const cell = { ...slice, population, seed, block };
      const key = digest(identityOf(cell)).slice(0, KEY_DIGITS);
      return { ...cell, key, lives: installations * block.count };
    });
  });
}
