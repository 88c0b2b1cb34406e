// The pages of forecasts: every number of a fan stands in its table, and no installation or folder is named.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageDocument } from '../../../src/report/html/section.ts';
import { wholeNumber } from '../../../src/text/numberWords.ts';
import { commandLine } from '../harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'forecast-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const SCENARIO = 'test/cli/sweep/tinyScenario.yaml';
const records = ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, join(at('run'), `${name}.parquet`)]); // prettier-ignore

beforeAll(async () => {
  writeFileSync(at('priors.yaml'), "format: 1\nname: tiny\nparameters:\n  persistence: { paths: ['faults.*.success.betaA'], ratio: 2 }\n"); // prettier-ignore
  const make = ['calibrate', SCENARIO, '--priors', at('priors.yaml'), '--out', at('library'), '--draws', '8', '--scale', '1', '--as-of', '2021-11-03', '--workers', '1']; // prettier-ignore
  expect(await commandLine(make)).toMatchObject({ code: 0 });
  expect(await commandLine(['run', SCENARIO, '--seed', 'another', '--replications', '1', '--out', at('run'), '--workers', '1'])).toMatchObject({ code: 0 }); // prettier-ignore
});

async function forecastPage(name: string, ...more: string[]): Promise<{ page: string; document: PageDocument }> {
  const { code, err } = await commandLine(['forecast', at('library'), '--as-of', '2021-11-03', '--out', at(name), '--html', at(`${name}.html`), ...more]); // prettier-ignore
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return {
    page: readFileSync(at(`${name}.html`), 'utf8'),
    document: JSON.parse(readFileSync(join(at(name), 'page.json'), 'utf8')) as PageDocument,
  };
}

/** The fans of a document with the cells of their tables. */
function fansOf({ sections }: PageDocument) {
  return sections.flatMap(({ figures }) =>
    figures.flatMap(({ chart, table }) => (chart?.kind === 'fan' ? [{ data: chart.data, rows: table.rows }] : [])),
  );
}

test.each([
  ['without histories', []],
  ['with histories', [...records, '--by', 'supplier']],
])('a forecast %s draws a fan for each line, with the as-of and a table of the same numbers', async (name, more) => {
  const { page, document } = await forecastPage(name.replace(' ', '-'), ...more);
  const fans = fansOf(document);
  expect(fans.length).toBeGreaterThan(2);
  for (const { data, rows } of fans) {
    expect(data.asOf).toBe('2021-11-03');
    expect(rows.length).toBe(data.points.length);
    data.points.forEach(({ date, p05, p25, p50, p75, p95 }, i) => {
      expect(rows[i]?.[0]).toBe(date);
      expect(rows[i]?.slice(-5)).toEqual([p05, p25, p50, p75, p95].map(wholeNumber));
    });
  }
  expect(page).toContain('as of 2021-11-03');
  expect(page).not.toContain(folder);
  expect(page).not.toMatch(/\b\d{13}\b|\b\d{10}\b/);
  expect(page.includes('How well the records are matched')).toBe(more.length > 0);
  expect(page.includes('Visits by supplier')).toBe(more.length > 0);
  const { code, out } = await commandLine(['report', 'html', at(name.replace(' ', '-'))]);
  expect(code).toBe(0);
  for (const [caption] of page.matchAll(/<figcaption[\s\S]*?<\/figcaption>/g)) expect(out).toContain(caption);
});

test('a page of a forecast has the numbers of forecast.csv', async () => {
  const { document } = await forecastPage('same', ...records);
  const rows = readFileSync(join(at('same'), 'forecast.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
  const known = new Set(rows.map((row) => [row[0], ...row.slice(-5).map(Number)].join()));
  for (const { data } of fansOf(document))
    for (const { date, p05, p25, p50, p75, p95 } of data.points) expect(known).toContain([date, p05, p25, p50, p75, p95].join()); // prettier-ignore
});
