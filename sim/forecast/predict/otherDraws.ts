import { blend, NOTHING, type Descent, type Level } from './backOff.ts';
import type { LookAlikes, Member } from './lookAlikes.ts';
import { PackedRow, sharesOfColumns, type Reach } from './reach.ts';

/** What is kept of one level while a draw is left out. Its own lives lie beside those of the level. */
interface Own {
  readonly lives: Float64Array;
  readonly sums: Float64Array;
  /** Shares without the own lives, and whether any level had a life for them. */
  readonly shares: Float64Array;
  readonly isKnown: Uint8Array;
  /** The cells in which the draw has lives, in the order in which they were met. */
  readonly cells: number[];
  readonly isMet: Uint8Array;
}

/** A state of a member: what the other draws say of it, and what became of it. All is overwritten by the next one. */
export interface PredictedState {
  readonly reach: Reach;
  /** Shares of each column in reach. */
  readonly shares: Float64Array;
  /** The weight that each column in reach came to hold. */
  readonly came: Float64Array;
}

/** Predicts the states of one draw from the lives of the others. Draws take turns in the same room. */
export class OtherDraws {
  private readonly lookAlikes: LookAlikes;
  private readonly own: readonly Own[];
  private readonly row: PackedRow;
  private readonly held: Float64Array;
  private readonly shares: Float64Array;
  private readonly came: Float64Array;

  constructor(lookAlikes: LookAlikes) {
    this.lookAlikes = lookAlikes;
    this.own = lookAlikes.levels.map(({ parent, sums }) => ({
      lives: new Float64Array(parent.length),
      sums: new Float64Array(sums.length),
      shares: new Float64Array(sums.length),
      isKnown: new Uint8Array(parent.length),
      cells: [],
      isMet: new Uint8Array(parent.length),
    }));
    this.row = new PackedRow(lookAlikes.days);
    const reaches = lookAlikes.levels.at(-1)?.reach ?? [];
    this.held = new Float64Array(Math.max(0, ...reaches.map(({ size }) => size)));
    const columns = Math.max(0, ...reaches.map(({ at }) => at.length));
    this.shares = new Float64Array(columns);
    this.came = new Float64Array(columns);
  }

  /** Leaves out the members of a draw, and says what the others make of each cell in which it has lives. */
  leaveOut(members: readonly Member[]): void {
    this.own.forEach((own, l) => this.clear(own, this.lookAlikes.levels[l] as Level));
    for (const member of members) this.addRows(member);
    for (let l = this.own.length - 1; l >= 0; l -= 1) this.predict(l);
  }

  private clear(own: Own, { start, reach }: Level): void {
    for (const cell of own.cells) {
      const from = start[cell] as number;
      own.sums.fill(0, from, from + (reach[cell] as Reach).size);
      own.lives[cell] = own.isMet[cell] = 0;
    }
    own.cells.length = 0;
  }

  private addRows({ table }: Member): void {
    const { levels } = this.lookAlikes;
    const cells = this.lookAlikes.cellsOf(table);
    for (let i = 0; i < cells.length; i += 1) {
      let cell = cells[i] as number;
      this.row.read(table, i, (levels[0] as Level).reach[cell] as Reach);
      for (let l = 0; l < levels.length; l += 1) {
        const own = this.own[l] as Own;
        const { start, parent } = levels[l] as Level;
        if (own.isMet[cell] === 0) own.cells.push(cell);
        own.isMet[cell] = 1;
        own.lives[cell] = (own.lives[cell] as number) + (table.weight[i] as number);
        this.row.addTo(own.sums, start[cell] as number);
        cell = parent[cell] as number;
      }
    }
  }

  private predict(l: number): void {
    const { levels } = this.lookAlikes;
    const own = this.own[l] as Own;
    const level = levels[l] as Level;
    const above = this.own[l + 1];
    for (const cell of own.cells) {
      const parent = level.parent[cell] as number;
      const coarse: Descent = above === undefined ? NOTHING : { shares: above.shares, start: levels[l + 1]?.start[parent] as number, isKnown: above.isKnown[parent] === 1 }; // prettier-ignore
      const into = { shares: own.shares, start: level.start[cell] as number };
      own.isKnown[cell] = Number(blend(level, cell, { coarse, own, into }));
    }
  }

  /** Of a member of the draw that is left out, a state by its row. */
  at({ table }: Member, i: number): PredictedState {
    const { row, held, shares, came } = this;
    const { start, reach } = this.lookAlikes.levels[0] as Level;
    const cell = this.lookAlikes.cellsOf(table)[i] as number;
    const own = reach[cell] as Reach;
    sharesOfColumns(own, (this.own[0] as Own).shares, shares, start[cell]);
    row.read(table, i, own);
    row.put(held);
    sharesOfColumns(own, held, came);
    row.clear(held);
    return { reach: own, shares, came };
  }
}
