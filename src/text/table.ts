/**
 * A plain text table. Columns are two spaces apart, numbers are aligned to the right, and there are no colours, so it
 * is fit for a pipe.
 */
export function textTable(
  rows: readonly (readonly string[])[],
  options: { readonly right: readonly number[] },
): string {
  const widths: number[] = [];
  for (const row of rows) for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, cell.length);
  const right = new Set(options.right);
  return rows
    .map((row) =>
      row
        .map((cell, c) => (right.has(c) ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** 11523 becomes `11,523`. The separator is always a comma, whatever the locale. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with its noun: `1 row`, `1,234 rows`. The plural ends in s. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}
