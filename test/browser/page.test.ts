// The page as a browser has it: that it loads nothing, says nothing, can be read and used by everyone, and recomputes what
// the command computes. That its numbers are those of the run is test/src/report/html's.
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenarioFile } from '../../src/cli/shell/scenarioFile.ts';
import { headlineOf } from '../../src/report/headline.ts';
import { headlineInput } from '../../src/cli/run/runResult.ts';
import { runScenario } from '../../src/cli/run/runScenario.ts';
import { STRATA_MIN } from '../../sim/browser/whatIf.ts';
import { scaledScenario } from '../../sim/sweep/cell/scaled.ts';
import { commandLine } from '../cli/harness.ts';
import { NO_BROWSER, openBrowser, violations, watchedPage } from './chromium.ts';
import { isWhole } from '../sampleSize.ts';

const packsFull = isWhole('FULL_PAGE', 'a page with the full what-if, which takes seconds to pack');

const SCENARIO = 'test/cli/reportRun.yaml';
const folder = mkdtempSync(join(tmpdir(), 'page-'));
const file = join(folder, 'page.html');
const address = pathToFileURL(file).href;
const CHANGE = { path: 'amendments.clauses.five-retries.shows.atLeast', value: '3' };
const [SHARE, RUNS] = [0.25, 2];

if (NO_BROWSER !== undefined) console.warn(`test/browser is skipped: ${NO_BROWSER}`);

describe.skipIf(NO_BROWSER !== undefined)('the report page in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    const { code } = await commandLine(['run', SCENARIO, '--replications', '4', '--workers', '1', '--html', file]);
    expect(code).toBe(0);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(['file', 'http'])('it opens from %s, offline, with one request and without a message', async (scheme) => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { page, requests, messages } = await watchedPage(browser);
    try {
      await page.goto(scheme === 'file' ? address : `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.context().setOffline(true);
      await page.getByText('What if', { exact: true }).first().waitFor();
      await page.locator('#what-if').waitFor();
      expect(requests).toHaveLength(1);
      expect(messages).toEqual([]);
    } finally {
      await page.context().close();
      server.close();
    }
  });

  test.each([
    { name: 'light', width: 1000, scheme: 'light', media: 'screen' },
    { name: 'dark', width: 1000, scheme: 'dark', media: 'screen' },
    { name: '390 px wide', width: 390, scheme: 'light', media: 'screen' },
    { name: '390 px wide and dark', width: 390, scheme: 'dark', media: 'screen' },
    { name: 'in print', width: 1000, scheme: 'light', media: 'print' },
  ] as const)('axe-core finds nothing wrong with it, $name', async ({ width, scheme, media }) => {
    // axe-core is put into the page, which the page's own policy forbids.
    const { page } = await watchedPage(browser, { viewport: { width, height: 800 }, bypassCSP: true });
    await page.emulateMedia({ colorScheme: scheme, media });
    await page.goto(address);
    for (const summary of await page.locator('summary:visible').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    // Nothing sticks out: wide tables scroll within the page.
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await page.context().close();
  });

  test('every control is reached by Tab, in the order of the page, and works by keyboard', async () => {
    const { page } = await watchedPage(browser);
    await page.goto(address);
    const reached: string[] = [];
    for (let i = 0; i < 200; i += 1) {
      await page.keyboard.press('Tab');
      const id = await page.evaluate<string>('document.activeElement?.id || document.activeElement?.tagName');
      if (id === 'BODY') break;
      reached.push(id);
    }
    const controls = ['what-if-field', 'what-if-input', 'what-if-share', 'what-if-runs', 'what-if-run'];
    expect(reached.filter((id) => controls.includes(id))).toEqual(controls);
    expect(reached).toContain('SUMMARY');
    await page.locator('#what-if-input').focus();
    await page.keyboard.press('Enter');
    await page.locator('#what-if-answer table').waitFor();
    await page.context().close();
  });

  test('print shows the numbers of every chart and not the form', async () => {
    const { page } = await watchedPage(browser);
    await page.emulateMedia({ media: 'print' });
    await page.goto(address);
    expect(await page.locator('#what-if').isVisible()).toBe(false);
    expect(await page.locator('figure table').first().isVisible()).toBe(true);
    await page.context().close();
  });

  test('the what-if counts what `run` counts on the same homes, one by one, with WebAssembly and without', async () => {
    const expected = await sampledByRun();
    const source = readFileSync(file, 'utf8');
    const without = join(folder, 'without.html');
    writeFileSync(without, source.replace(" 'wasm-unsafe-eval'", ''));
    expect(readFileSync(without, 'utf8')).not.toContain("'wasm-unsafe-eval'");
    const pages = await Promise.all([asked(browser, address), asked(browser, pathToFileURL(without).href)]);
    for (const [page, messages] of pages) {
      expect(page).toEqual(expected);
      expect(messages).toEqual([]);
    }
    // The compiled life runs where it may, and nothing stands in for it in silence.
    expect(pages.map(([, , isCompiled]) => isCompiled)).toEqual([true, false]);
  });

  test.runIf(packsFull)(
    'a page with the full what-if changes any field, with the hash and the errors of the command line',
    async () => {
      const full = join(folder, 'full.html');
      const set = ['changes.replacementPerYear=0.5', 'amendments.clauses.five-retries.shows.atLeast=3'];
      const wide = ['run', SCENARIO, '--replications', '1', '--workers', '1'];
      expect((await commandLine([...wide, '--html', full, '--what-if', 'full'])).code).toBe(0);
      const expected = JSON.parse((await commandLine([...wide, ...set.flatMap((text) => ['--set', text]), '--format', 'json'])).out) as { scenarioHash: string }; // prettier-ignore
      const wrong = await commandLine([...wide, '--set', 'changes.replacementPerYaer=0.5']);
      const { page, messages } = await watchedPage(browser);
      await page.goto(pathToFileURL(full).href);
      await page.selectOption('#what-if-field', 'any');
      await page.fill('#what-if-input', set.join('\n'));
      await page.click('#what-if-run');
      await page.locator('#what-if-answer table').waitFor();
      expect(await page.textContent('#what-if-say')).toContain(`#${expected.scenarioHash})`);
      expect(await page.textContent('#what-if-command')).toContain(set.map((text) => `--set ${text}`).join(' '));
      await page.fill('#what-if-input', 'changes.replacementPerYaer=0.5');
      await page.click('#what-if-run');
      await page.getByText('Did you mean').waitFor();
      expect(wrong.err).toContain(await page.textContent('#what-if-say'));
      expect(messages).toEqual([]);
      await page.context().close();
    },
  );

  test('where no worker can start, the form says so and shows the command', async () => {
    const { page } = await watchedPage(browser);
    await page.addInitScript('delete window.Worker');
    await page.goto(address);
    await page.click('#what-if-run');
    expect(await page.textContent('#what-if-say')).toContain('starts no worker');
    expect(await page.textContent('#what-if-command')).toContain(`smets1-bench run ${SCENARIO}`);
    await page.context().close();
  });
});

type Sampled = Readonly<Record<string, { readonly before: readonly number[]; readonly after: readonly number[] }>>;

/** Asks the page's worker what its form asks, and gives the counts of the sample. */
async function asked(browser: Browser, url: string): Promise<[Sampled, string[], boolean]> {
  const { page, messages } = await watchedPage(browser);
  await page.addInitScript(`
    const Made = window.Worker;
    window.Worker = class extends Made {
      constructor(url) {
        super(url);
        this.addEventListener('message', ({ data }) => { if (data.kind === 'answer') window.answered = data; });
      }
      postMessage(message) {
        // The last worker is the one that answers: where WebAssembly is barred it has no compiled life.
        if (message.kind === 'task') window.compiled = message.life !== undefined;
        super.postMessage(message);
      }
    };`);
  await page.goto(url);
  const index = await page.evaluate<number>(`[...document.querySelectorAll('#what-if-field option')].findIndex((option) => option.textContent === '${CHANGE.path}')`); // prettier-ignore
  await page.selectOption('#what-if-field', String(index));
  await page.fill('#what-if-input', CHANGE.value);
  await page.selectOption('#what-if-share', String(SHARE));
  await page.selectOption('#what-if-runs', String(RUNS));
  await page.click('#what-if-run');
  await page.locator('#what-if-answer table').waitFor();
  const rows = await page.evaluate<
    readonly {
      category: string;
      sampled: Sampled[string];
    }[]
  >('window.answered.rows');
  const isCompiled = await page.evaluate<boolean>('window.compiled === true');
  await page.context().close();
  return [Object.fromEntries(rows.map(({ category, sampled }) => [category, sampled])), messages, isCompiled];
}

/** What `run` counts with each population cut to the same size. */
async function sampledByRun(): Promise<Sampled> {
  const { scenario } = loadScenarioFile(SCENARIO, []);
  const cut = Object.entries(
    scaledScenario(scenario, { share: SHARE, strataMin: STRATA_MIN }).scenario.populations,
  ).map(([name, { installations }]) => `populations.${name}.installations=${installations}`);
  const counted = async (set: readonly string[]) => {
    const result = await runScenario(loadScenarioFile(SCENARIO, set), {
      seed: scenario.seed,
      replications: RUNS,
      workers: 1,
      asOf: [],
      months: [],
      elapsed: () => 0,
      interruption: new AbortController().signal,
      onProgress: () => undefined,
    });
    const { installations, gasMeters } = headlineOf(headlineInput(result));
    return new Map([...installations, ...gasMeters].map(({ category, samples }) => [category as string, samples]));
  };
  const [before, after] = [await counted(cut), await counted([...cut, `${CHANGE.path}=${CHANGE.value}`])];
  return Object.fromEntries([...after].map(([category, samples]) => [category, { before: before.get(category) ?? [], after: samples }])); // prettier-ignore
}

describe.skipIf(NO_BROWSER !== undefined)('the live view in Chromium', () => {
  test('it shows what the folder says, without a message, and says so when the bench has gone', async () => {
    const browser = await openBrowser();
    const { page, messages } = await watchedPage(browser, { bypassCSP: false });
    const shown = mkdtempSync(join(tmpdir(), 'live-page-'));
    try {
      let stop: () => void = () => undefined;
      const address = new Promise<string>((resolve) => {
        void commandLine(['live', shown], { onText: (text, interrupt) => (resolve(text.trim()), (stop = interrupt)) });
      });
      await page.goto(await address);
      await page.getByText('nothing yet').waitFor();
      expect(page.url()).not.toContain('token');
      expect(messages).toEqual([]);
      stop();
      await page.getByText('The bench has gone').waitFor();
    } finally {
      await browser.close();
      rmSync(shown, { recursive: true, force: true });
    }
  });
});
