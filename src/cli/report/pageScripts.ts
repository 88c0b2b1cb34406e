import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PAGE_LIFE } from '../../../sim/browser/pageLife.ts';
import { recode } from '../../../sim/browser/recode.ts';
import { readText } from '../shell/readText.ts';

/**
 * The scripts of pages: the script of a report, the worker that holds the kernel, the worker that reads scenarios too, and
 * the script of the live view.
 */
type PageScript = 'client' | 'worker' | 'full' | 'live';

/** The folder of the built scripts in the package. It is beside `dist/src`. */
const BUILT = new URL('../../../browser/', import.meta.url);
/** The bundler for a checkout. There the scripts are bundled from the sources whenever a page is made. */
const BUNDLER = new URL('../../../.ci/bundlePage.mjs', import.meta.url);

interface Bundler {
  readonly bundlePage: (name: PageScript) => Promise<string>;
}

/** The text of a script that a page holds as it is. */
export async function pageScript(name: 'client' | 'live'): Promise<string> {
  const built = fileURLToPath(new URL(`${name}.js`, BUILT));
  return existsSync(built) ? readText(built) : bundled(name);
}

/** Packing takes most of the time of a page, and the scripts do not change while a process runs. */
const packedScripts = new Map<PageScript, Promise<string>>();

/** A script packed and in base64: the page unpacks it before it starts the worker. A process packs each once. */
export function packedScript(name: 'worker' | 'full'): Promise<string> {
  const made = packedScripts.get(name) ?? newlyPacked(name);
  packedScripts.set(name, made);
  return made;
}

async function newlyPacked(name: 'worker' | 'full'): Promise<string> {
  const built = fileURLToPath(new URL(`${name}.packed`, BUILT));
  return existsSync(built) ? readFileSync(built).toString('base64') : packed(Buffer.from(await bundled(name)));
}

async function bundled(name: PageScript): Promise<string> {
  const { bundlePage } = (await import(BUNDLER.href)) as Bundler;
  return bundlePage(name);
}

let life: string | undefined;

/** The compiled life in the same form. It stands beside the worker, so that both are unpacked at once. */
export function packedLife(): string {
  return (life ??= packed(Buffer.from(PAGE_LIFE, 'base64')));
}

/** Bytes packed and in base64. */
export function packed(bytes: Uint8Array): string {
  return Buffer.from(recode(bytes, true)).toString('base64');
}
