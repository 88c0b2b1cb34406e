import { assert } from '../assert.ts';
import { formatDay, londonDay, parseDate, startOfLondonDate, type Instant } from '../time.ts';
import type { SourceId } from './sources.ts';

/** A value that the law changes on a London date. It is in force from `from` until the next row begins. */
export interface DatedRow<V> {
  readonly from: string;
  readonly value: V;
  readonly source: SourceId;
  /** What of the row no source says, and is our inference or assumption. Absent: the source says all of it. */
  readonly ours?: string;
}

export interface Dated<V> {
  readonly rows: readonly DatedRow<V>[];
}

/**
 * Makes a dated value. The rows must be in strictly ascending date order.
 * @throws if they are not
 */
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

/**
 * The value in force at an instant.
 * @throws if the instant lies before the first row: there is no default
 */
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
