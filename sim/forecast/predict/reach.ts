import { CLASS_COUNT, CLASS_MET, type MemberTable } from '../library/memberTable.ts';
import { CLASSES_OF_COLUMN, COLUMN_COUNT } from './lines.ts';

/**
 * All that simulated lives of one coarsest cell ever came to. Sums over such lives are kept for these classes and days
 * alone, packed: most classes are out of reach for most states. Who is counted as nothing yet is in no sum.
 */
export interface Reach {
  /** Per day x CLASS_COUNT + class: its place in a packed sum; -1 where no life ever stood. */
  readonly placeOf: Int32Array;
  /** Places of a packed sum. */
  readonly size: number;
  /** The columns that are in reach: day x COLUMN_COUNT + column, rising. */
  readonly at: Int32Array;
  /** Of each of them: the column, and the places of the one or two classes that it counts; -1 for no second one. */
  readonly column: Uint8Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Finds what is in reach: a class counts as such from the first day on which a life comes into it. */
export class ReachFinder {
  private readonly firstDay = new Int32Array(CLASS_COUNT);
  private readonly days: number;

  constructor(days: number) {
    this.days = days;
    this.firstDay.fill(days);
  }

  /** Takes a state of a table. */
  add({ first, slot }: MemberTable, i: number): void {
    const { firstDay } = this;
    for (let e = first[i] as number; e < (first[i + 1] as number); e += 1) {
      const at = slot[e] as number;
      const of = at % CLASS_COUNT;
      const day = (at - of) / CLASS_COUNT;
      if (day < (firstDay[of] as number)) firstDay[of] = day;
    }
  }

  find(): Reach {
    const { days, firstDay } = this;
    const placeOf = new Int32Array(days * CLASS_COUNT).fill(-1);
    const at: number[] = [];
    const places: number[][] = [];
    let size = 0;
    for (let day = 0; day < days; day += 1) {
      for (let of = CLASS_MET; of < CLASS_COUNT; of += 1)
        if ((firstDay[of] as number) <= day) placeOf[day * CLASS_COUNT + of] = size++;
      for (let column = 0; column < COLUMN_COUNT; column += 1) {
        const classes = (CLASSES_OF_COLUMN[column] as readonly number[]).filter((of) => (firstDay[of] as number) <= day); // prettier-ignore
        if (classes.length === 0) continue;
        at.push(day * COLUMN_COUNT + column);
        places.push(classes.map((of) => placeOf[day * CLASS_COUNT + of] as number));
      }
    }
    return {
      placeOf,
      size,
      at: Int32Array.from(at),
      column: Uint8Array.from(at, (own) => own % COLUMN_COUNT),
      first: Int32Array.from(places, ([one]) => one as number),
      second: Int32Array.from(places, ([, two]) => two ?? -1),
    };
  }
}

/** Nothing is known: no class is in reach. */
export const NO_REACH: Reach = new ReachFinder(0).find();

/**
 * What columns count of packed shares of classes, one number for each column in reach.
 * @param start where the packed shares begin
 */
export function sharesOfColumns({ first, second }: Reach, classes: Float64Array, into: Float64Array, start = 0): void {
  for (let i = 0; i < first.length; i += 1) {
    const two = second[i] as number;
    const one = classes[start + (first[i] as number)] as number;
    into[i] = two < 0 ? one : one + (classes[start + two] as number);
  }
}

/** Reads of a table how much weight stands in which class on which day: the places and their values, without zeros. */
export class PackedRow {
  readonly places: Int32Array;
  readonly values: Float64Array;
  length = 0;
  private readonly days: number;
  private readonly now = new Float64Array(CLASS_COUNT);
  private readonly met = new Int32Array(CLASS_COUNT);

  constructor(days: number) {
    this.days = days;
    this.places = new Int32Array(days * CLASS_COUNT);
    this.values = new Float64Array(days * CLASS_COUNT);
  }

  read({ first, slot, change }: MemberTable, i: number, { placeOf }: Reach): void {
    const { days, now, met, places, values } = this;
    const end = first[i + 1] as number;
    let e = first[i] as number;
    let count = 0;
    let length = 0;
    for (let day = 0; day < days; day += 1) {
      const base = day * CLASS_COUNT;
      for (; e < end && (slot[e] as number) < base + CLASS_COUNT; e += 1) {
        const of = (slot[e] as number) - base;
        if (of < CLASS_MET) continue;
        let k = 0;
        while (k < count && met[k] !== of) k += 1;
        if (k === count) met[count++] = of;
        now[of] = (change[e] as number) + (now[of] as number);
      }
      for (let k = 0; k < count; k += 1) {
        const of = met[k] as number;
        const value = now[of] as number;
        if (value === 0) continue;
        places[length] = placeOf[base + of] as number;
        values[length] = value;
        length += 1;
      }
    }
    for (let k = 0; k < count; k += 1) now[met[k] as number] = 0;
    this.length = length;
  }

  /** Adds the row to a packed sum that begins at a place. */
  addTo(sums: Float64Array, start: number): void {
    const { places, values, length } = this;
    for (let k = 0; k < length; k += 1) {
      const at = start + (places[k] as number);
      sums[at] = (sums[at] as number) + (values[k] as number);
    }
  }

  /** Writes the row over a packed vector, and clears it of the row again. */
  put(into: Float64Array): void {
    for (let k = 0; k < this.length; k += 1) into[this.places[k] as number] = this.values[k] as number;
  }

  clear(into: Float64Array): void {
    for (let k = 0; k < this.length; k += 1) into[this.places[k] as number] = 0;
  }
}
