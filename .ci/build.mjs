// Builds dist/ for the tarball: JavaScript and declarations by tsc, and beside them the files that code reads or
// starts without importing them. `--unchecked` leaves out the check of types, which is the gate's: half the time.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleCommand, bundleThreads } from './bundleCommand.mjs';
import { bundlePage, PACKED_SCRIPTS, PAGE_SCRIPTS } from './bundlePage.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(`${root}/dist`, { recursive: true, force: true });
const unchecked = process.argv.includes('--unchecked') ? ['--noCheck'] : [];
const args = [tsc, '-p', `${root}/.ci/tsconfig.build.json`, ...unchecked];
const built = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

/** What tsc compiles or nobody reads at run time; the bin finds dist/ from its place in src/. */
const NOT_COPIED = /\.(ts|md)$|smets1-bench\.mjs$/;
for (const folder of ['src', 'sim', 'devices', 'scenarios', 'test/kit']) {
  if (!existsSync(`${root}/${folder}`)) continue;
  cpSync(`${root}/${folder}`, `${root}/dist/${folder}`, {
    recursive: true,
    filter: (path) => !NOT_COPIED.test(path),
  });
}

// The case tables, as they are and as JSON that needs no reader of ours.
const { resolvedCasesJson } = await import(`${root}/dist/test/kit/cases/resolvedCase.js`);
mkdirSync(`${root}/dist/test/cases`, { recursive: true });
for (const name of readdirSync(`${root}/test/cases`).filter((one) => one.endsWith('.yaml'))) {
  const text = readFileSync(`${root}/test/cases/${name}`, 'utf8');
  writeFileSync(`${root}/dist/test/cases/${name}`, text);
  writeFileSync(`${root}/dist/test/cases/${name.replace(/yaml$/, 'json')}`, resolvedCasesJson(text, name));
}

// What the bin starts, and what a thread starts.
await bundleCommand();
await bundleThreads();

// The glossary is read at run time, from beside the code that reads it.
cpSync(`${root}/src/docs/glossary.md`, `${root}/dist/src/docs/glossary.md`);

// What a report page runs. Workers are packed here: it takes longer than the rest of a page.
const { recode } = await import(`${root}/dist/sim/browser/recode.js`);
mkdirSync(`${root}/dist/browser`, { recursive: true });
for (const name of Object.keys(PAGE_SCRIPTS)) {
  const script = await bundlePage(name);
  if (PACKED_SCRIPTS.includes(name))
    writeFileSync(`${root}/dist/browser/${name}.packed`, recode(Buffer.from(script), true));
  else writeFileSync(`${root}/dist/browser/${name}.js`, script);
}
