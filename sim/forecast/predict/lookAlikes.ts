import type { MemberTable } from '../library/memberTable.ts';
import { coarser, LEVELS, type StateCode } from '../state/stateFacts.ts';
import { blend, cellOf, Level, NOTHING, type Descent } from './backOff.ts';
import { NO_REACH, PackedRow, ReachFinder, sharesOfColumns, type Reach } from './reach.ts';
import { TraitsOfStates, type StateTraits } from './stateTraits.ts';

/** A member of a library: one replication of one draw. */
export interface Member {
  readonly draw: number;
  readonly table: MemberTable;
}

/** Shares of those who stood in a state: one for each column in reach. */
export interface StateShares {
  readonly reach: Reach;
  readonly shares: Float64Array;
}

/**
 * What became of the simulated lives that stood the same. Members are pooled here; how far each draw departs from the
 * pool is what `OtherDraws` tells. The shares of a state come from its own cell and, where that has few lives, from the
 * coarser levels.
 */
export class LookAlikes {
  readonly days: number;
  readonly traits = new TraitsOfStates();
  readonly levels: readonly Level[] = Array.from({ length: LEVELS }, () => new Level());
  private readonly rows = new Map<MemberTable, Int32Array>();
  private readonly traitsOfCells: StateTraits[] = [];
  private readonly buffers: readonly [Float64Array, Float64Array];
  private readonly shares: Float64Array;

  constructor(members: readonly Member[]) {
    this.days = members[0]?.table.days ?? 1;
    const finders: ReachFinder[] = [];
    for (const { table } of members) this.rows.set(table, this.enter(table, finders));
    const reaches = finders.map((finder) => finder.find());
    this.open(reaches);
    const row = new PackedRow(this.days);
    for (const { table } of members) this.addRows(table, row);
    const size = Math.max(0, ...reaches.map((reach) => reach.size));
    this.buffers = [new Float64Array(size), new Float64Array(size)];
    this.shares = new Float64Array(Math.max(0, ...reaches.map(({ at }) => at.length)));
  }

  /** Makes the cells of a table, and finds what is in reach of its states. */
  private enter(table: MemberTable, finders: ReachFinder[]): Int32Array {
    return Int32Array.from(table.states, (state, i) => {
      const cell = cellOf(this.levels, state);
      const root = this.rootOf(cell);
      (finders[root] ??= new ReachFinder(this.days)).add(table, i);
      this.traitsOfCells[cell] ??= this.traits.of(state);
      return cell;
    });
  }

  /** The coarsest cell around a cell of a level. */
  private rootOf(cell: number, level = 0): number {
    let at = cell;
    for (let l = level; l < LEVELS - 1; l += 1) at = (this.levels[l] as Level).parent[at] as number;
    return at;
  }

  private open(reaches: readonly Reach[]): void {
    this.levels.forEach((level, l) => level.open((cell) => reaches[this.rootOf(cell, l)] as Reach));
  }

  private addRows(table: MemberTable, row: PackedRow): void {
    const cells = this.cellsOf(table);
    for (let i = 0; i < cells.length; i += 1) {
      let cell = cells[i] as number;
      row.read(table, i, (this.levels[0] as Level).reach[cell] as Reach);
      for (let l = 0; l < LEVELS; l += 1) {
        const { lives, sums, start, parent } = this.levels[l] as Level;
        lives[cell] = (lives[cell] as number) + (table.weight[i] as number);
        row.addTo(sums, start[cell] as number);
        cell = parent[cell] as number;
      }
    }
  }

  /** The cell at the finest level of each state of a member. */
  cellsOf(table: MemberTable): Int32Array {
    return this.rows.get(table) as Int32Array;
  }

  /** The traits of the state that a cell at the finest level holds. */
  traitsOf(cell: number): StateTraits {
    return this.traitsOfCells[cell] as StateTraits;
  }

  /** The simulated lives that stood exactly so, and the first level that has some: LEVELS where none has. */
  support(state: StateCode): { readonly lives: number; readonly level: number } {
    const livesAt = (level: number): number => {
      const { lives } = this.levels[level] as Level;
      return lives[this.find(state, level)] ?? 0;
    };
    let level = 0;
    while (level < LEVELS && livesAt(level) < 1) level += 1;
    return { lives: livesAt(0), level };
  }

  private find(state: StateCode, level: number): number {
    return (this.levels[level] as Level).find(coarser(state, level));
  }

  /**
   * The shares of each column at each day among those who stood in a state.
   * @returns shares that the next call overwrites; nothing is in reach if no level has a life
   */
  of(state: StateCode): StateShares {
    let coarse: Descent = NOTHING;
    let reach = NO_REACH;
    for (let l = LEVELS - 1; l >= 0; l -= 1) {
      const cell = this.find(state, l);
      // Where a level has no cell, no finer one has.
      if (cell < 0) break;
      const level = this.levels[l] as Level;
      const into = { shares: this.buffers[l % 2] as Float64Array, start: 0 };
      const isKnown = blend(level, cell, { coarse, into });
      coarse = { ...into, isKnown };
      reach = level.reach[cell] as Reach;
    }
    sharesOfColumns(reach, coarse.shares, this.shares);
    return { reach, shares: this.shares };
  }
}

/** Members by their draw, in the order of the first of each. */
export function byDraw(members: readonly Member[]): readonly (readonly Member[])[] {
  const draws = new Map<number, Member[]>();
  for (const member of members) draws.set(member.draw, [...(draws.get(member.draw) ?? []), member]);
  return [...draws.values()];
}
