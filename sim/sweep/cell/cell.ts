import { endOfLondonDate, type Instant } from '../../../src/time.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { KERNEL } from '../../kernel/model/kernelNumber.ts';
import { ruleFamily } from '../../kernel/run/ruleFamily.ts';
import { canonicalJson, decisive, digest, HashMemo } from '../../scenario/hash.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { sliceOf, type Slice } from './slice.ts';

/** Consecutive replications, counted from 0. */
export interface Block {
  readonly from: number;
  readonly count: number;
}

/**
 * The unit of work and of reuse: one population of one scenario under one rule set, one seed and one block of
 * replications. Its counts depend on its `identity` alone, and its key is the hash of that.
 */
export interface Cell extends Slice {
  /** The first 32 hexadecimal digits of the sha256 of `identity`. */
  readonly key: string;
  readonly population: string;
  readonly seed: string;
  readonly block: Block;
  /** Installations x replications: the approximate cost of the cell. */
  readonly lives: number;
  /** Cells with the same number differ in their rule sets only, so their lives are counted in one pass. */
  readonly pass: number;
}

type Unkeyed = Omit<Cell, 'key' | 'lives' | 'pass'>;

/** The hexadecimal digits of a key: 128 bits, so that no two cells share a key by chance. */
export const KEY_DIGITS = 32;

/**
 * The most replications of a block. Our choice. A block follows from its number, so a sweep that asks for more replications
 * later reuses its blocks. Several blocks spread a large population over several threads.
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
 * The canonical JSON of everything that decides the counts of a cell. It leaves out texts, titles, marks and all other
 * populations.
 */
export function identityOf(cell: Unkeyed): string {
  const memo = new HashMemo();
  return canonicalJson(identityParts(cell, memo), memo);
}

function identityParts(cell: Unkeyed, memo: HashMemo) {
  return {
    kernel: KERNEL,
    population: cell.population,
    ...decisive(cell.scenario, cell.rules, memo),
    asOfs: asOfsOf(cell.scenario),
    seed: cell.seed,
    replications: cell.block,
  };
}

/**
 * The cells of a resolved scenario, population by population, block by block.
 * @param scenario with the as-of days that are to be counted
 */
export function cellsOf(
  scenario: Scenario,
  rules: RuleSet,
  { seed, blocks, keys = new CellKeys() }: CellsOptions,
): readonly Cell[] {
  const memo = new HashMemo();
  return Object.entries(scenario.populations).flatMap(([population, { installations }]) => {
    if (installations === 0) return [];
    const slice = sliceOf(scenario, rules, population);
    return blocks.map((block): Cell => {
      const cell = { ...slice, population, seed, block };
      const parts = identityParts(cell, memo);
      const key = keys.keyOf(canonicalJson(parts, memo));
      const family = keys.familyOf(canonicalJson(parts.rules, memo), slice.rules);
      const pass = keys.passOf(canonicalJson({ ...parts, rules: family }, memo));
      return { ...cell, key, pass, lives: installations * block.count };
    });
  });
}

export interface CellsOptions {
  readonly seed: string;
  readonly blocks: readonly Block[];
  /** Pass the same keys for the cells of many scenarios: then cells that they share are hashed once. Default: new keys. */
  readonly keys?: CellKeys;
}

/** The texts that are kept at a time, of a few kilobytes each. Our choice. */
const TEXTS_KEPT = 2000;

/** Remembers keys by the texts of identities, because the points of a sweep share most of their cells. */
export class CellKeys {
  private readonly keys = new RecentlyUsed<string>(TEXTS_KEPT);
  private readonly families = new RecentlyUsed<string>(TEXTS_KEPT);
  private readonly passes = new RecentlyUsed<number>(TEXTS_KEPT);
  private passCount = 0;

  keyOf(identity: string): string {
    return this.keys.use(identity, () => digest(identity).slice(0, KEY_DIGITS));
  }

  familyOf(text: string, rules: RuleSet): string {
    return this.families.use(text, () => ruleFamily(rules));
  }

  /** The number of a pass, from 0. A text that was forgotten gets a new number, and its cells take two passes. */
  passOf(text: string): number {
    return this.passes.use(text, () => this.passCount++);
  }
}
