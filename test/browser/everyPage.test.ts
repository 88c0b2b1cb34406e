// Every kind of page: that everyone can read it, in every light and width and on paper, and that it names nobody and no place.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { numbersOutsideTables } from '../pageNumbers.ts';
import { commandLine } from '../cli/harness.ts';
import { NO_BROWSER, openBrowser, violations, watchedPage } from './chromium.ts';
import { IS_WHOLE, makePages, TRIED_KINDS, type PageKind } from './everyPage.ts';

const folder = mkdtempSync(join(tmpdir(), 'every-page-'));
let pages: ReadonlyMap<PageKind, string>;
const textOf = (kind: PageKind): string => readFileSync(pages.get(kind) as string, 'utf8');

beforeAll(async () => {
  pages = await makePages(folder, TRIED_KINDS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The page as a reader has it: without scripts and style, and without the letters and figures of its markup. */
function shown(page: string): string {
  return page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ');
}

describe.each(TRIED_KINDS)('the page of kind "%s"', (kind) => {
  test('has every number that a chart writes in the table of the chart', () => {
    const page = textOf(kind);
    // The curves of a page of thresholds, and the fans of a forecast, write no number beside a mark.
    if (/class="value[^"]*">/.test(page)) expect(numbersOutsideTables(page)).toEqual([]);
    else expect(page).toMatch(/<svg[\s\S]*<table/);
  });

  test('has a title, and says what every section and picture is', () => {
    const page = textOf(kind);
    expect(/<title>([^<]*)/.exec(page)?.[1]?.length).toBeGreaterThan(3);
    for (const [section] of page.matchAll(/<section[\s\S]*?<\/section>/g))
      expect(section).toMatch(/<h2 id="[^"]+">[^<]{5,}/);
    for (const [, caption = ''] of page.matchAll(/<figcaption>([^<]*)/g)) expect(caption).toMatch(/^\S.*\.$/);
    expect(shown(page)).not.toMatch(/undefined|NaN|\[object|Infinity|-0(?![.\d])/);
    // What decides it: the scenario, the version, and the command that gives it again.
    expect(shown(page)).toMatch(/#[\da-f]{12}/);
    expect(shown(page)).toMatch(/The same again\s+smets1-bench /);
  });

  test('names no meter point, folder or host', () => {
    const page = textOf(kind);
    expect(page).not.toContain(folder);
    expect(page).not.toContain(process.cwd());
    expect(page).not.toContain(tmpdir());
    if (hostname().length > 5 && hostname() !== 'localhost') expect(page).not.toContain(hostname());
    // An MPAN has 13 digits and an MPRN up to 10, here 11; a page has no number so long.
    expect(shown(page)).not.toMatch(/(?<![\da-f.])\d{9,}(?![\da-f])/);
  });
});

/** Print comes first: it shows tables that nobody has opened. */
const MEDIA = [
  { name: 'in print', width: 900, scheme: 'light', media: 'print' },
  { name: 'light', width: 1280, scheme: 'light', media: 'screen' },
  { name: 'dark', width: 800, scheme: 'dark', media: 'screen' },
  { name: '390 px wide', width: 390, scheme: 'light', media: 'screen' },
  { name: '390 px wide and dark', width: 390, scheme: 'dark', media: 'screen' },
] as const;
const TRIED_MEDIA = IS_WHOLE ? MEDIA : MEDIA.slice(4);

if (NO_BROWSER !== undefined) console.warn(`every page in Chromium is skipped: ${NO_BROWSER}`);

describe.skipIf(NO_BROWSER !== undefined)('every page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => browser.close());

  /** What axe-core finds wrong with a page in every light and width and on paper, and whether anything sticks out of it. */
  async function faultsOf(address: string, ready = 'h1'): Promise<readonly string[]> {
    const { page, messages } = await watchedPage(browser, { bypassCSP: true });
    await page.goto(address);
    await page.locator(ready).first().waitFor();
    const found: string[] = [];
    for (const { name, width, scheme, media } of TRIED_MEDIA) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme, media });
      if (media === 'screen')
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      found.push(...(await violations(page)).map((fault) => `${name}: ${fault}`));
      const isWithin = await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');
      if (isWithin !== true) found.push(`${name}: the page is wider than the window`);
    }
    await page.context().close();
    return [...found, ...messages];
  }

  test.each(TRIED_KINDS)(
    'axe-core finds nothing wrong with a page of kind "%s", and nothing sticks out',
    async (kind) => {
      expect(await faultsOf(pathToFileURL(pages.get(kind) as string).href)).toEqual([]);
    },
  );

  test('axe-core finds nothing wrong with the live view of a sweep, in any light or width', async () => {
    let stop: () => void = () => undefined;
    const swept = join(folder, 'sweep-over-a-grid-out');
    const address = new Promise<string>((resolve) => {
      void commandLine(['live', swept], { onText: (text, interrupt) => (resolve(text.trim()), (stop = interrupt)) });
    });
    try {
      expect(await faultsOf(await address, '#live-blocks table')).toEqual([]);
    } finally {
      stop();
    }
  });
});
