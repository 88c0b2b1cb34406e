import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { VERDICT_EFFECTIVE, VERDICT_MET, VERDICT_NONE, type StateCode } from '../state/stateFacts.ts';

/**
 * What an installation is counted as at the end of a month: nothing yet; reported under a category that is met, or in
 * effect; migrated.
 */
export const CLASS_NONE = VERDICT_NONE;
export const CLASS_MET = VERDICT_MET;
export const CLASS_EFFECTIVE = VERDICT_EFFECTIVE;
export const CLASS_MIGRATED = CLASS_EFFECTIVE + CATEGORIES.length;
export const CLASS_COUNT = CLASS_MIGRATED + 1;

/**
 * The lives of one replication of one draw, by the state in which they stood at the as-of: how many, and what became of
 * them. States rise. Days: the as-of is day 0, the month ends after it follow.
 */
export interface MemberTable {
  /** As-of and month ends, so many. */
  readonly days: number;
  readonly states: Float64Array;
  /** Lives of each state, and what they weigh together: how many of the scaled portfolio they stand for. */
  readonly lives: Int32Array;
  readonly weight: Float64Array;
  /** Entries of a state: from `first[i]` to `first[i + 1]`. */
  readonly first: Int32Array;
  /** Day x CLASS_COUNT + class. */
  readonly slot: Int32Array;
  /** The weight that comes into the class at the day, less the weight that leaves it. Day 0 states all that stand in it. */
  readonly change: Float64Array;
}

interface Row {
  lives: number;
  weight: number;
  readonly changes: Map<number, number>;
}

/** Builds a table life by life. The same lives in the same order give the same table. */
export class TableBuilder {
  private readonly rows = new Map<StateCode, Row>();
  private readonly days: number;

  constructor(days: number) {
    this.days = days;
  }

  /** @param classes the class at each day, the as-of first */
  add(state: StateCode, weight: number, classes: Uint8Array): void {
    let row = this.rows.get(state);
    if (row === undefined) this.rows.set(state, (row = { lives: 0, weight: 0, changes: new Map() }));
    row.lives += 1;
    row.weight += weight;
    let before = -1;
    for (let day = 0; day < this.days; day += 1) {
      const now = classes[day] as number;
      if (now === before) continue;
      change(row, day * CLASS_COUNT + now, weight);
      if (before >= 0) change(row, day * CLASS_COUNT + before, -weight);
      before = now;
    }
  }

  /** Adds another table of the same days. */
  addTable(table: MemberTable): void {
    for (let i = 0; i < table.states.length; i += 1) {
      const state = table.states[i] as number;
      let row = this.rows.get(state);
      if (row === undefined) this.rows.set(state, (row = { lives: 0, weight: 0, changes: new Map() }));
      row.lives += table.lives[i] as number;
      row.weight += table.weight[i] as number;
      for (let e = table.first[i] as number; e < (table.first[i + 1] as number); e += 1)
        change(row, table.slot[e] as number, table.change[e] as number);
    }
  }

  build(): MemberTable {
    const states = Float64Array.from(this.rows.keys()).sort();
    const rows = Array.from(states, (state) => this.rows.get(state) as Row);
    const first = new Int32Array(states.length + 1);
    rows.forEach((row, i) => (first[i + 1] = (first[i] as number) + row.changes.size));
    const slot = new Int32Array(first[states.length] as number);
    const changes = new Float64Array(slot.length);
    rows.forEach((row, i) => {
      const sorted = [...row.changes].sort(([a], [b]) => a - b);
      sorted.forEach(([at, by], k) => {
        slot[(first[i] as number) + k] = at;
        changes[(first[i] as number) + k] = by;
      });
    });
    return {
      days: this.days,
      states,
      lives: Int32Array.from(rows, ({ lives }) => lives),
      weight: Float64Array.from(rows, ({ weight }) => weight),
      first,
      slot,
      change: changes,
    };
  }
}

function change(row: Row, slot: number, by: number): void {
  row.changes.set(slot, (row.changes.get(slot) ?? 0) + by);
}

/** How much of a state's weight stands in each class at each day. */
export function classesOf(table: MemberTable, i: number, into: Float64Array): void {
  into.fill(0);
  for (let e = table.first[i] as number; e < (table.first[i + 1] as number); e += 1)
    into[table.slot[e] as number] = table.change[e] as number;
  for (let slot = CLASS_COUNT; slot < into.length; slot += 1)
    into[slot] = (into[slot] as number) + (into[slot - CLASS_COUNT] as number);
}
