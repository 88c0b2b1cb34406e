import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect } from 'vitest';
import type { TableColumn } from '../../src/interchange/table/tableTypes.ts';

const BETWEEN_MARKS = /(<!-- tables: begin [^]*?-->\n)[^]*(<!-- tables: end -->)/;

/** Holds the part of a document between its marks equal to the columns of these tables. `-u` writes it anew. */
export async function expectTablesIn(
  path: string,
  tables: Readonly<Record<string, readonly TableColumn[]>>,
): Promise<void> {
  const text = Object.entries(tables)
    .map(([name, columns]) => {
      const lines = columns.map((column) => `- \`${column.name}\` (${column.type}): ${column.meaning}`);
      return [`### ${name}`, '', ...lines, ''].join('\n');
    })
    .join('\n');
  const document = readFileSync(path, 'utf8');
  expect(document).toMatch(BETWEEN_MARKS);
  const whole = document.replace(BETWEEN_MARKS, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`);
  const formatted = await format(whole, { ...(await resolveConfig(path)), parser: 'markdown' });
  await expect(formatted).toMatchFileSnapshot(join(process.cwd(), path));
}
