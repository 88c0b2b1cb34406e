import type { Attempt, HistoryEvent } from '../../../src/migration/history.ts';

/** The key of a row. Two different rows with the same key contradict each other, and a reader refuses both. */
function keyOf(row: Attempt | HistoryEvent): string {
  if ('kind' in row) return `${row.at} ${row.kind}`;
  if (row.event.startsWith('sos-')) return `${row.at} sos`;
  return row.event.startsWith('master-key-') ? `${row.at} master-key` : `${row.at} ${row.event}`;
}

/** Keeps the first row of each key. */
export function withoutContradictions<R extends Attempt | HistoryEvent>(rows: readonly R[]): readonly R[] {
  if (rows.length < 2) return rows;
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** True if two rows of a list share a key and differ. Equal rows are one row that is written twice. */
export function hasContradictions(rows: readonly (Attempt | HistoryEvent)[]): boolean {
  const seen = new Map<string, string>();
  return rows.some((row) => {
    const key = keyOf(row);
    const text = JSON.stringify(row);
    const known = seen.get(key);
    seen.set(key, text);
    return known !== undefined && known !== text;
  });
}
