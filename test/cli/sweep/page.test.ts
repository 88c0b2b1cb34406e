// The pages of sweeps: every number of a chart stands in its table, and the folder draws the same page.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine } from '../harness.ts';
import { numbersOutsideTables } from '../../pageNumbers.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function sweptPage(name: string, path: string): Promise<string> {
  const [out, html] = [join(folder, name), join(folder, `${name}.html`)];
  const { code, err } = await commandLine(['sweep', path, '--out', out, '--html', html, '--workers', '1']);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return readFileSync(html, 'utf8');
}

/** The sweep for tests under another design, with few replications. */
function sweepOf(name: string, design: string, factors: readonly string[]): string {
  const path = join(folder, `${name}.yaml`);
  const scenario = resolve('test/cli/sweep/tinyScenario.yaml');
  writeFileSync(path, `format: 1\nname: ${name}\nscenario: ${scenario}\nseed: tiny\nreplications: 3\ndesign: ${design}\noutcomes: [five-retries/all, migrated/all]\nfactors:\n${factors.map((line) => `  ${line}\n`).join('')}`); // prettier-ignore
  return path;
}

const WEEKS = 'weeks: { path: amendments.clauses.five-retries.shows.atLeast, values: [3, 4] }';
const ONE_VALUE = 'replacement: { path: changes.replacementPerYear, values: [x2] }';
const SIZE = 'size: { path: populations.ioc-dormant.installations, range: [300, 600], whole: true }';

test('sweep --html draws a tornado for each outcome, and report html draws the same sections from the folder', async () => {
  const page = await sweptPage('tiny', sweepOf('tiny', '{ kind: oneAtATime }', [WEEKS, ONE_VALUE]));
  expect(numbersOutsideTables(page)).toEqual([]);
  expect(page).toContain('What moves five-retries/all (');
  expect(page).toContain('Are there enough runs?');
  const { code, out } = await commandLine(['report', 'html', join(folder, 'tiny')]);
  expect(code).toBe(0);
  for (const [caption] of page.matchAll(/<figcaption[\s\S]*?<\/figcaption>/g)) expect(out).toContain(caption);
});

test('sweep --html draws a grid of two factors as a heat map, and its effects start from the mean of the grid', async () => {
  const page = await sweptPage('grid', sweepOf('grid', '{ kind: grid, levels: 2 }', [WEEKS, SIZE]));
  expect(numbersOutsideTables(page)).toEqual([]);
  expect(page).toContain('five-retries/all by weeks and size');
  expect(page).toContain('over all points) most');
  expect(page.match(/class="cell q\d"/g)?.length).toBeGreaterThanOrEqual(8);
});

test('sweep --html has the tables of Morris and of Sobol, and names no folder', async () => {
  const rest = [SIZE, 'replacement: { path: changes.replacementPerYear, range: [0.01, 0.03] }'];
  const morris = await sweptPage('morris', sweepOf('morris', '{ kind: morris, trajectories: 2 }', rest));
  expect(morris).toContain('Elementary effects on five-retries/all (Morris)');
  const sobol = await sweptPage('sobol', sweepOf('sobol', '{ kind: saltelli, samples: 2 }', rest));
  expect(sobol).toContain('(Sobol indices)');
  for (const page of [morris, sobol]) {
    expect(numbersOutsideTables(page)).toEqual([]);
    expect(page).not.toContain(folder);
  }
});

test('sensitivity --html writes the ranking as a page', async () => {
  const html = join(folder, 'sensitivity.html');
  const args = ['sensitivity', 'test/cli/sweep/tinyScenario.yaml', '--only', 'changes', '--scale', '1', '--replications', '2', '--workers', '1', '--outcome', 'migrated/all', '--html', html]; // prettier-ignore
  expect(await commandLine(args)).toMatchObject({ code: 0 });
  const page = readFileSync(html, 'utf8');
  expect(numbersOutsideTables(page)).toEqual([]);
  expect(page).toContain('changes.replacementPerYear');
  expect(page).toContain('smets1-bench sensitivity test/cli/sweep/tinyScenario.yaml --share');
});
