/**
 * What a page costs: a chart beside Observable Plot's, and the kernel in Chromium beside the kernel in Node. Plot is no
 * dependency, because it brings more than 50 packages for one ratio. `BENCH_PLOT=FOLDER` names a folder in which
 * `npm i @observablehq/plot linkedom` was run; without it that part is skipped and says so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { applyChanges } from '../../sim/browser/applyChanges.ts';
import { WhatIf, type CountLives } from '../../sim/browser/whatIf.ts';
import { addCounts, emptyCounts } from '../../sim/kernel/life/counts.ts';
import { ShardRunner, shardsOf } from '../../sim/kernel/run/shard.ts';
import { loadScenarioFile } from '../../src/cli/shell/scenarioFile.ts';
import { valuesOf, whatIfForm } from '../../src/cli/report/whatIfForm.ts';
import { writePage } from '../../src/cli/report/writePage.ts';
import type { Chart } from '../../src/report/charts/chart.ts';
import type * as charts from '../../src/report/charts/chart.ts';
import { NO_BROWSER, openBrowser, watchedPage } from '../browser/chromium.ts';
import { timed } from './measure.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

const CHART_SHARE_MOST = 0.1;
const KERNEL_RATIO_LEAST = 1;
/** What the what-if of the benchmark changes: it touches every population. */
const CHANGED = 'changes.replacementPerYear';
const words = { id: 'x', title: 'A chart', description: 'What it shows.' };
const MONTHS = Array.from({ length: 24 }, (_, i) => `${2021 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-28`); // prettier-ignore
const FAN = MONTHS.map((date, i) => ({ date, p05: 40 * i, p25: 50 * i, p50: 60 * i, p75: 70 * i, p95: 85 * i }));
const GRID = Array.from({ length: 20 }, (_, i) => ({ x: i % 5, y: Math.floor(i / 5), value: 150 * i }));

interface Plot {
  readonly plot: (options: object) => { readonly outerHTML: string };
  readonly areaY: (data: unknown, options: object) => unknown;
  readonly lineY: (data: unknown, options: object) => unknown;
  readonly ruleX: (data: unknown) => unknown;
  readonly cell: (data: unknown, options: object) => unknown;
  readonly text: (data: unknown, options: object) => unknown;
}
interface Drawn {
  readonly name: string;
  readonly chart: Chart;
  readonly byPlot: (plot: Plot, document: unknown) => string;
}

/** The same data, drawn by both. */
const DRAWN: readonly Drawn[] = [
  {
    name: 'fan of 24 months',
    chart: { kind: 'fan', data: { unit: 'homes', asOf: '2021-11-03', points: FAN } },
    byPlot: ({ plot, areaY, lineY, ruleX }, document) => {
      const rows = FAN.map((row) => ({ ...row, date: new Date(row.date) }));
      const marks = [areaY(rows, { x: 'date', y1: 'p05', y2: 'p95', fillOpacity: 0.2 }), areaY(rows, { x: 'date', y1: 'p25', y2: 'p75', fillOpacity: 0.3 }), lineY(rows, { x: 'date', y: 'p50' }), ruleX([new Date('2021-11-03')])]; // prettier-ignore
      return plot({ document, width: 640, height: 280, marks }).outerHTML;
    },
  },
  {
    name: 'heat map of 4 x 5',
    chart: { kind: 'heat', data: { unit: 'homes', x: { name: 'a', values: ['0', '1', '2', '3', '4'] }, y: { name: 'b', values: ['0', '1', '2', '3'] }, cells: [0, 1, 2, 3].map((y) => GRID.filter((of) => of.y === y).map(({ value }) => value)) } }, // prettier-ignore
    byPlot: ({ plot, cell, text }, document) => {
      const marks = [cell(GRID, { x: 'x', y: 'y', fill: 'value' }), text(GRID, { x: 'x', y: 'y', text: 'value' })];
      return plot({ document, width: 640, height: 220, marks }).outerHTML;
    },
  },
];

/** Measures the charts, then the kernel. */
export async function pageBenchmark(sizes: Sizes): Promise<boolean> {
  const charts = await chartsHold(sizes);
  return (await kernelHolds(sizes)) && charts;
}

async function chartsHold({ quick, rounds }: Sizes): Promise<boolean> {
  // Before some thousand charts the compiler of the machine takes more time than the charts: that is not compared.
  const times = quick ? 100 : 1500;
  const { drawChart } = await bundledCharts();
  const plot = await plotIn(process.env['BENCH_PLOT']);
  const rows: string[][] = [];
  let largest = 0;
  for (const { name, chart, byPlot } of DRAWN) {
    const spent = { ours: 0, plots: 0 };
    for (let round = 0; round <= rounds; round += 1) {
      const ours = await timed(() => repeat(times, () => drawChart(words, chart, 'wide')));
      const plots = await timed(() => repeat(plot ? times : 0, () => plot && byPlot(plot.plot, plot.document)));
      // The first round warms both up.
      if (round > 0) {
        spent.ours += ours.processor;
        spent.plots += plots.processor;
      }
    }
    const each = (seconds: number): string => figure((1000 * seconds) / (times * rounds));
    const share = spent.ours / spent.plots;
    largest = Math.max(largest, share);
    rows.push([name, each(spent.ours), plot ? each(spent.plots) : '', plot ? figure(share) : '']);
  }
  printTable(['chart', 'ms of processor', 'Plot, ms', 'share of Plot'], rows);
  if (plot === undefined) {
    console.log('Plot is not measured: BENCH_PLOT names no folder that has it.\n');
    return true;
  }
  return printGoal({
    what: 'processor time of a chart',
    found: largest,
    atMost: CHART_SHARE_MOST,
    unit: "of Plot's",
    quick,
  });
}

/** The charts as the package and a page have them. The loader of a checkout wraps every function, which costs as much again. */
async function bundledCharts(): Promise<typeof charts> {
  const folder = mkdtempSync(join(tmpdir(), 'charts-'));
  const outfile = join(folder, 'charts.mjs');
  await build({ entryPoints: ['src/report/charts/chart.ts'], bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' }); // prettier-ignore
  const bundled = (await import(pathToFileURL(outfile).href)) as typeof charts;
  rmSync(folder, { recursive: true });
  return bundled;
}

function repeat(times: number, work: () => unknown): void {
  for (let i = 0; i < times; i += 1) work();
}

async function plotIn(
  folder: string | undefined,
): Promise<{ readonly plot: Plot; readonly document: unknown } | undefined> {
  if (folder === undefined) return undefined;
  const from = createRequire(join(folder, 'package.json'));
  const { parseHTML } = from('linkedom') as { parseHTML: (text: string) => { readonly document: unknown } };
  const main = join(folder, 'node_modules/@observablehq/plot/src/index.js');
  return { plot: (await import(pathToFileURL(main).href)) as Plot, document: parseHTML('<html></html>').document };
}

/**
 * Asks the page and Node the same, in turn, each time another value, so that nothing is computed before. Both are asked
 * once before the clock counts: that question also starts them, unpacks and compiles. Its cost is printed apart.
 */
async function kernelHolds({ quick }: Sizes): Promise<boolean> {
  const pairs = quick ? 2 : 6;
  if (NO_BROWSER !== undefined) {
    console.log(`The kernel in a page is not measured: ${NO_BROWSER}.`);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), 'page-bench-'));
  const file = loadScenarioFile('scenarios/various1.yaml', []);
  const { scenario, rules } = file;
  const source = { scenario, rules, values: valuesOf(file), seed: scenario.seed, command: 'smets1-bench run' };
  const page = join(folder, 'page.html');
  const provenance = { command: '', set: [], scenarios: [], rules: null, seed: null, replications: null, version: '' };
  await writePage(page, [], { provenance, title: 'Benchmark', whatIf: source });
  const { task } = whatIfForm(source);
  const inNode = new WhatIf(task, (changes) => applyChanges(task, changes), countedInNode);
  const browser = await openBrowser();
  const ratios: number[] = [];
  try {
    const rows: string[][] = [];
    const asked = await openedPage(browser, pathToFileURL(page).href);
    for (let pair = 0; pair <= pairs; pair += 1) {
      const value = Number((0.01 + 0.001 * pair).toFixed(3));
      const node = await timed(() => {
        const answered = inNode.ask({ changes: [{ path: CHANGED, value }], share: 0.25, replications: 8 });
        if (!answered.ok) throw new Error(answered.problems.join('\n'));
      });
      const inPage = await asked(value);
      if (pair > 0) ratios.push(node.processor / inPage.processor);
      rows.push([pair === 0 ? 'first' : String(pair), figure(node.processor), figure(inPage.processor), figure(node.wall), figure(inPage.wall)]); // prettier-ignore
    }
    printTable(['pair', 'Node, s of processor', 'page, s of processor', 'Node, s of wall', 'page, s of wall'], rows);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
  return printGoal({
    what: "the page's kernel by processor time, median",
    found: median,
    atLeast: KERNEL_RATIO_LEAST,
    unit: "times Node's",
    quick,
  });
}

/** Every shard of a replication, as the pool of a run counts it. */
const countedInNode: CountLives = (model, seed, replication) => {
  const runner = new ShardRunner(model, seed, replication);
  const counts = emptyCounts(model.asOfs.length, model.months);
  for (let shard = 0; shard < shardsOf(model.size); shard += 1) addCounts(counts, runner.run(shard));
  return counts;
};

interface ProcessInfo {
  readonly processInfo: readonly { readonly type: string; readonly cpuTime: number }[];
}

/** A page that answers a value of `CHANGED` with seconds by the wall, and of the processors of all renderers. */
async function openedPage(browser: Browser, url: string) {
  const { page } = await watchedPage(browser);
  await page.goto(url);
  const index = await page.evaluate<number>(`[...document.querySelectorAll('#what-if-field option')].findIndex((option) => option.textContent === '${CHANGED}')`); // prettier-ignore
  await page.selectOption('#what-if-field', String(index));
  await page.selectOption('#what-if-share', '0.25');
  await page.selectOption('#what-if-runs', '8');
  const session = await browser.newBrowserCDPSession();
  const used = async (): Promise<number> => {
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as ProcessInfo;
    return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  return async (value: number) => {
    await page.fill('#what-if-input', String(value));
    const before = await used();
    const from = performance.now();
    await page.click('#what-if-run');
    await page.locator('#what-if-answer table').waitFor({ timeout: 300_000 });
    const wall = (performance.now() - from) / 1000;
    return { wall, processor: (await used()) - before };
  };
}
