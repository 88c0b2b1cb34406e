// Compiles the life of an installation to WebAssembly: `npm run life`. With `--check` it only compares what it would write with
// what is there. The compiled module is committed, so that neither a checkout nor a page needs the compiler.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { register } from 'tsx/esm/api';
import { assemblyScriptSources, isCodes } from './lifeSource.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = process.env.LIFE_ENTRY ?? 'sim/kernel/life/lifeEntry.ts';
const MODULE = 'sim/kernel/run/lifeModule.ts';

register();
const allCodes = {};
async function codesOf(file) {
  const codes = { ...(await import(pathToFileURL(join(root, file)).href)) };
  for (const [name, value] of Object.entries(codes)) {
    if (!Number.isInteger(value)) throw new Error(`${file}: ${name} is no whole number`);
    allCodes[name] = value;
  }
  return codes;
}

const sources = await assemblyScriptSources(root, ENTRY, codesOf);
if (process.argv.includes('--text')) for (const [file, text] of sources) console.log(`// ${file}\n${text}`);
let binary;
const { error, stderr } = await asc.main(
  [
    ENTRY,
    '--outFile',
    'life.wasm',
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--converge',
    '--runtime',
    'stub',
    '--disableWarning',
    '235',
  ],
  {
    readFile: (name) => sources.get(name.replace(/^\.\//, '')) ?? null,
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  },
);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
void isCodes;
if (process.env.LIFE_WASM) writeFileSync(process.env.LIFE_WASM, binary);
const text = `// Written by \`npm run life\` from ${ENTRY} and what it imports. Do not edit.
/** The WebAssembly form of the kernel, in base64. */
export const LIFE_MODULE =
  '${Buffer.from(binary).toString('base64')}';
/** The numbers of the tables that it was compiled with. */
export const LIFE_CODES: Readonly<Record<string, number>> = ${JSON.stringify(allCodes, null, 2)};
`;
const path = join(root, MODULE);
if (process.argv.includes('--check')) {
  const isSame = existsSync(path) && readFileSync(path, 'utf8') === text;
  console.log(isSame ? 'the compiled life is of these sources' : 'the compiled life is of other sources: npm run life');
  process.exit(isSame ? 0 : 1);
}
if (!process.env.LIFE_WASM) writeFileSync(path, text);
console.log(`${MODULE}: ${binary.length} bytes of ${sources.size} files`);
