/**
 * What the bytes of the page of `npm start` are made of: each part, packed alone, and what the whole page would lose
 * without it. Parts share repetitions, so the second column adds up to less than the page.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { commandLine } from '../cli/harness.ts';
import { printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

/** Bytes of gzip without what the full loader adds. */
const PAGE_MOST = 60_000;

const DOCUMENT = { style: /<style>[\s\S]*?<\/style>/g, tables: /<table[\s\S]*?<\/table>/g, drawings: /<svg[\s\S]*?<\/svg>/g }; // prettier-ignore
const SCRIPTS = /<script( type="text\/plain" id="([\w-]+)")?>[\s\S]*?<\/script>/g;

export async function pageBytesBenchmark({ quick }: Sizes): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'page-bytes-'));
  const file = join(folder, 'page.html');
  const replications = quick ? [] : ['--replications', '20'];
  const scenario = quick ? 'test/cli/reportRun.yaml' : 'scenarios/various1.yaml';
  await commandLine(['run', scenario, ...replications, '--workers', '2', '--html', file]);
  const page = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  const scripts = [...page.matchAll(SCRIPTS)].map(([text, , id]) => ({ name: id ?? 'script of the page', text }));
  const document = page.replaceAll(SCRIPTS, '');
  const parts = Object.entries(DOCUMENT).map(([name, of]) => ({ name: `document: ${name}`, all: of, text: (document.match(of) ?? []).join('') })); // prettier-ignore
  const sections = [...document.matchAll(/<section aria-labelledby="([\w-]+)"[\s\S]*?<\/section>/g)].map(([text, id]) => ({ name: `section ${id}`, text })); // prettier-ignore
  /** The page without the part. */
  const remaining = (name: string, text: string): string => {
    if (name === 'document') return scripts.map((script) => script.text).join('\n');
    const all = parts.find((part) => part.name === name)?.all;
    return all === undefined ? page.replace(text, () => '') : page.replaceAll(all, '');
  };
  const rows = [{ name: 'document', text: document }, ...parts, ...sections, ...scripts].map(({ name, text }) => {
    const lost = remaining(name, text);
    return [name, String(text.length), String(packed(text)), String(packed(page) - packed(lost))];
  });
  printTable(['part', 'characters', 'gzip alone', 'gzip less without it'], rows);
  return printGoal({ what: 'the page of npm start', found: packed(page), atMost: PAGE_MOST, unit: 'bytes of gzip', quick }); // prettier-ignore
}

function packed(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}
