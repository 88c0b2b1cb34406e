import { assert } from '../assert.ts';
import { formatDay, londonDay, parseDate, startOfLondonDate, type Instant } from '../time.ts';
import type { SourceId } from './sources.ts';

/** A value that law changes on a London date: in force from `from` until the next row's. */
export interface DatedRow<V> {
  readonly from: string;
  readonly value: V;
  readonly source: SourceId;
}

export interface Dated<V> {
  readonly rows: readonly DatedRow<V>[];
}

/** Refuses gaps, overlaps and disorder at construction: the rows must be in strictly rising date order. */
export function dated<V>(rows: readonly DatedRow<V>[]): Dated<V> {
  assert(rows.length > 0, 'a dated value has at least one row');
  for (const [i, row] of rows.entries()) {
    const day = parseDate(row.from);
    assert(day !== undefined, `a dated row begins on a date: ${row.from}`);
    const before = rows[i - 1];
    if (before) assert(before.from < row.from, `dated rows must rise: ${before.from} stands before ${row.from}`);
  }
  return { rows };
}

/** The value in force at an instant. A date before the first row has no value: that throws, it does not default. */
export function valueAt<V>(value: Dated<V>, at: Instant): V {
  return rowAt(value, at).value;
}

function rowAt<V>(value: Dated<V>, at: Instant): DatedRow<V> {
  for (let i = value.rows.length - 1; i >= 0; i -= 1) {
    const row = value.rows[i] as DatedRow<V>;
    if (startOfLondonDate(row.from) <= at) return row;
  }
  throw new Error(`no value in force on ${formatDay(londonDay(at))}; the first begins on ${value.rows[0]?.from}`);
}
