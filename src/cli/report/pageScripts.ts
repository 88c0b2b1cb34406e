import { deflateRawSync } from 'node:zlib';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PAGE_LIFE } from '../../../sim/browser/pageLife.ts';
import { readText } from '../shell/readText.ts';

/**
 * The scripts of pages: the script of a report, the worker that holds the kernel, the worker that reads scenarios too, and
 * the script of the live view.
 */
export type PageScript = 'client' | 'worker' | 'full' | 'live';

/** The folder of the built scripts in the package. It is beside `dist/src`. */
const BUILT = new URL('../../../browser/', import.meta.url);
/** The bundler for a checkout. There the scripts are bundled from the sources whenever a page is made. */
const BUNDLER = new URL('../../../.ci/bundlePage.mjs', import.meta.url);

interface Bundler {
  readonly bundlePage: (name: PageScript) => Promise<string>;
}

/** The text of one script. */
export async function pageScript(name: PageScript): Promise<string> {
  const built = fileURLToPath(new URL(`${name}.js`, BUILT));
  if (existsSync(built)) return readText(built);
  const { bundlePage } = (await import(BUNDLER.href)) as Bundler;
  return bundlePage(name);
}

/** The text of one script, deflated and in base64: the page inflates it before it starts the worker. */
export async function packedScript(name: PageScript): Promise<string> {
  return packed(Buffer.from(await pageScript(name)));
}

/** The compiled life in the same form. It stands beside the worker, where base64 hides none of its repetitions. */
export function packedLife(): string {
  return packed(Buffer.from(PAGE_LIFE, 'base64'));
}

function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString('base64');
}
