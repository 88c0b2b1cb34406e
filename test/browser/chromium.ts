// Debian's Chromium for the tests of pages. Where it is not installed they are skipped with the reason; in CI (CI=true) a
// missing browser fails them: `.ci/run` installs it.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const CHROMIUM = PATHS.find((path) => existsSync(path));

/** Why the tests of pages cannot run; undefined: they can. */
export const NO_BROWSER =
  CHROMIUM === undefined && process.env['CI'] !== 'true'
    ? 'no Chromium at /usr/bin/chromium (Debian: apt-get install chromium)'
    : undefined;

export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(`no Chromium at ${PATHS.join(', ')}`);
  // As root, and in most containers, Chromium has no sandbox.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** What a page did while it was open. */
export interface Watched {
  readonly page: Page;
  readonly requests: string[];
  /** Console messages and errors; a page must have none. */
  readonly messages: string[];
}

/** A page that cannot reach the network, with everything that it asks for and says. */
export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
  // As in vitest.config.ts: a guard that decides nothing on a busy machine.
  context.setDefaultTimeout(600_000);
  const page = await context.newPage();
  const [requests, messages]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => messages.push(error.message));
  return { page, requests, messages };
}

interface AxeResult {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds wrong with a page. Its context must have `bypassCSP`: the page's own policy forbids the script. */
export async function violations(page: Page): Promise<string[]> {
  const isThere = await page.evaluate<boolean>("'axe' in window");
  if (!isThere) await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  const found = await page.evaluate<readonly AxeResult[]>('axe.run().then(({ violations }) => violations)');
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
