import { CLASS_COUNT, type MemberTable } from '../library/memberTable.ts';
import { coarser, LEVELS, type StateCode } from '../state/stateFacts.ts';
import { columnShares } from './lines.ts';

/** Lives of the next coarser level that count with those of a cell: a cell of few borrows from its level. Ours. */
const BORROWED = 3;

/** A member of a library: one replication of one draw. */
export interface Member {
  readonly draw: number;
  readonly table: MemberTable;
}

/** The lives of one draw at each level, to be left out where its own future is predicted. */
interface OwnCells {
  readonly position: Map<number, number>;
  readonly lives: number[];
  readonly classes: Float64Array[];
}

/** One level of the back-off over all members: per cell its lives, and how many stand in each class at each day. */
class Level {
  private readonly cells = new Map<StateCode, number>();
  readonly lives: number[] = [];
  readonly classes: Float64Array[] = [];
  private readonly slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  cell(code: StateCode): number {
    let cell = this.cells.get(code);
    if (cell === undefined) {
      this.cells.set(code, (cell = this.lives.length));
      this.lives.push(0);
      this.classes.push(new Float64Array(this.slots));
    }
    return cell;
  }

  find(code: StateCode): number {
    return this.cells.get(code) ?? -1;
  }
}

/** A state of the portfolio or of a member: its cell at each level, -1 where no simulated life stood so. */
type Places = Int32Array;

/**
 * What became of the simulated lives that stood the same. Members are pooled here; how far each draw departs from the
 * pool is what `memberLines` keeps apart. The shares of a state come from its own cell and, where that has few lives, from
 * the coarser levels.
 */
export class LookAlikes {
  readonly days: number;
  private readonly levels: Level[];
  private readonly places = new Map<StateCode, Places>();
  private readonly shares: Float64Array;
  private readonly coarse: Float64Array;

  constructor(members: readonly Member[]) {
    this.days = members[0]?.table.days ?? 1;
    const slots = this.days * CLASS_COUNT;
    this.levels = Array.from({ length: LEVELS }, () => new Level(slots));
    this.shares = new Float64Array(slots);
    this.coarse = new Float64Array(slots);
    const classes = new Float64Array(slots);
    for (const { table } of members) {
      for (let i = 0; i < table.states.length; i += 1) {
        classesOf(table, i, classes);
        const cells = this.placesOf(table.states[i] as number, true);
        for (let level = 0; level < LEVELS; level += 1) {
          const { lives, classes: held } = this.levels[level] as Level;
          const cell = cells[level] as number;
          lives[cell] = (lives[cell] as number) + (table.weight[i] as number);
          addInto(held[cell] as Float64Array, classes);
        }
      }
    }
  }

  private placesOf(state: StateCode, isNew = false): Places {
    let places = this.places.get(state);
    if (places === undefined) {
      places = Int32Array.from(this.levels, (level, i) => {
        const code = coarser(state, i);
        return isNew ? level.cell(code) : level.find(code);
      });
      this.places.set(state, places);
    }
    return places;
  }

  /** The lives of one draw by level, for `columns` to leave out. */
  ownOf(members: readonly Member[]): readonly OwnCells[] {
    const slots = this.days * CLASS_COUNT;
    const own = Array.from({ length: LEVELS }, (): OwnCells => ({ position: new Map(), lives: [], classes: [] }));
    const classes = new Float64Array(slots);
    for (const { table } of members) {
      for (let i = 0; i < table.states.length; i += 1) {
        classesOf(table, i, classes);
        const cells = this.placesOf(table.states[i] as number);
        for (let level = 0; level < LEVELS; level += 1) {
          const { position, lives, classes: held } = own[level] as OwnCells;
          const cell = cells[level] as number;
          let at = position.get(cell);
          if (at === undefined) {
            position.set(cell, (at = lives.length));
            lives.push(0);
            held.push(new Float64Array(slots));
          }
          lives[at] = (lives[at] as number) + (table.weight[i] as number);
          addInto(held[at] as Float64Array, classes);
        }
      }
    }
    return own;
  }

  /** The simulated lives that stood exactly so, and the first level that has some: LEVELS where none has. */
  support(state: StateCode): { readonly lives: number; readonly level: number } {
    const cells = this.placesOf(state);
    const livesAt = (level: number): number => (this.levels[level] as Level).lives[cells[level] as number] ?? 0;
    let level = 0;
    while (level < LEVELS && livesAt(level) < 1) level += 1;
    return { lives: livesAt(0), level };
  }

  /**
   * The shares of each column at each day among those who stood in a state.
   * @param into day x COLUMN_COUNT + column
   * @param own lives to leave out
   * @returns false if no level has a life left
   */
  columns(state: StateCode, into: Float64Array, own?: readonly OwnCells[]): boolean {
    const isKnown = this.classesFor(state, own);
    columnShares(this.shares, this.days, into);
    return isKnown;
  }

  private classesFor(state: StateCode, own?: readonly OwnCells[]): boolean {
    const cells = this.placesOf(state);
    const { shares, coarse } = this;
    let isKnown = false;
    for (let level = LEVELS - 1; level >= 0; level -= 1) {
      const cell = cells[level] as number;
      if (cell < 0) continue;
      const { lives, classes } = this.levels[level] as Level;
      const left = own?.[level];
      const at = left?.position.get(cell);
      const count = Math.max(0, (lives[cell] as number) - (at === undefined ? 0 : (left?.lives[at] as number)));
      if (count < 1e-6) continue;
      const held = classes[cell] as Float64Array;
      const mine = at === undefined ? undefined : left?.classes[at];
      const borrowed = isKnown ? BORROWED : 0;
      coarse.set(shares);
      for (let slot = 0; slot < shares.length; slot += 1) {
        const own_ = mine === undefined ? 0 : (mine[slot] as number);
        shares[slot] = ((held[slot] as number) - own_ + borrowed * (coarse[slot] as number)) / (count + borrowed);
      }
      isKnown = true;
    }
    if (!isKnown) shares.fill(0);
    return isKnown;
  }
}

/** Members by their draw, in the order of the first of each. */
export function byDraw(members: readonly Member[]): readonly (readonly Member[])[] {
  const draws = new Map<number, Member[]>();
  for (const member of members) draws.set(member.draw, [...(draws.get(member.draw) ?? []), member]);
  return [...draws.values()];
}

/** How much of a state's weight stands in each class at each day. */
export function classesOf(table: MemberTable, i: number, into: Float64Array): void {
  into.fill(0);
  for (let e = table.first[i] as number; e < (table.first[i + 1] as number); e += 1)
    into[table.slot[e] as number] = table.change[e] as number;
  for (let slot = CLASS_COUNT; slot < into.length; slot += 1)
    into[slot] = (into[slot] as number) + (into[slot - CLASS_COUNT] as number);
}

function addInto(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) + (source[i] as number);
}
