/**
 * The rows of a CSV text as cells, by RFC 4180: quotes, doubled quotes and line breaks within quotes are read, with LF
 * or CRLF. A BOM and empty lines are skipped. This is for small texts in memory; files of records go through
 * `csvReader`.
 */
export function csvRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  cell.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    // A quote in the middle of a cell ends the reading. The row stays short, and its reader reports it.
    if (match === null) break;
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}
