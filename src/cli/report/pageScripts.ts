import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readText } from '../shell/readText.ts';

/** What a page runs: its script, and the worker that holds the kernel. */
export interface PageScripts {
  readonly client: string;
  readonly worker: string;
}

/** In the package: the scripts stand built beside `dist/src`. */
const BUILT = new URL('../../../browser/', import.meta.url);
/** In a checkout: they are bundled from the sources whenever a page is made. */
const BUNDLER = new URL('../../../.ci/bundlePage.mjs', import.meta.url);

interface Bundler {
  readonly bundlePage: (name: keyof PageScripts) => Promise<string>;
}

/** The texts of a page's scripts. */
export async function pageScripts(): Promise<PageScripts> {
  const built = (name: keyof PageScripts): string => fileURLToPath(new URL(`${name}.js`, BUILT));
  if (existsSync(built('client'))) return { client: readText(built('client')), worker: readText(built('worker')) };
  const { bundlePage } = (await import(BUNDLER.href)) as Bundler;
  const [client, worker] = await Promise.all([bundlePage('client'), bundlePage('worker')]);
  return { client, worker };
}
