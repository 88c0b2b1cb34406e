// Compiles the life of an installation to WebAssembly: `npm run life`. With `--check` it only compares what it would write with
// what is there. The compiled modules are committed, so that neither a checkout nor a page needs the compiler. A page has a
// module of its own from the same sources, compiled to be small.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';
import { format, resolveConfig } from 'prettier';
import { register } from 'tsx/esm/api';
import { assemblyScriptSources } from './lifeSource.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'sim/kernel/life/lifeEntry.ts';
const PAGE_ENTRY = 'sim/kernel/life/countEntry.ts';
const MODULE = 'sim/kernel/run/lifeModule.ts';
const PAGE_MODULE = 'sim/browser/pageLife.ts';
/** No collector: an instance serves one replication, and what it holds goes with it. Warning 235 is about exported types. */
const OPTIONS = ['--optimizeLevel', '3', '--converge', '--runtime', 'stub', '--disableWarning', '235'];
/** A page's module stops without a text: the texts of its assertions and the places in its files are left out. */
const SMALL = ['--shrinkLevel', '1', '--use', 'abort='];

/** Most functions of the life are small and called often: a call costs as much as they do. Limits in nodes of the syntax tree. */
const INLINED = { shrinkLevel: 0, always: 40, ifCheap: 400, ifCalledOnce: 4000 };
/** For a page: half of the bytes, for a sixth more of processor time. */
const INLINED_IN_PAGE = { shrinkLevel: 1, always: 15, ifCheap: 60, ifCalledOnce: 400 };

register();
const allCodes = {};

const codesKnown = new Map();

/** The exported numbers of a file of codes; they are also kept for the module's own check. */
async function codesOf(file) {
  if (codesKnown.has(file)) return codesKnown.get(file);
  const codes = { ...(await import(pathToFileURL(join(root, file)).href)) };
  for (const [name, value] of Object.entries(codes)) {
    if (!Number.isInteger(value)) throw new Error(`${file}: ${name} is no whole number`);
    if (Object.hasOwn(allCodes, name)) throw new Error(`${file}: ${name} stands in another file of codes too`);
    allCodes[name] = value;
  }
  codesKnown.set(file, codes);
  return codes;
}

async function compile(entry, options) {
  const sources = await assemblyScriptSources(root, entry, codesOf);
  let binary;
  const { error, stderr } = await asc.main([entry, '--outFile', 'life.wasm', ...options], {
    readFile: (name) => sources.get(name.replace(/^\.\//, '')) ?? null,
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${stderr.toString()}\nThe files belong to the subset of sim/kernel/README.md.`);
  return binary;
}

/** Inlines more than the compiler does by itself, which makes lives a sixth faster. */
function inlined(binary, { shrinkLevel, always, ifCheap, ifCalledOnce }) {
  const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SignExt } = binaryen.Features;
  const module = binaryen.readBinary(binary);
  module.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SignExt);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(shrinkLevel);
  binaryen.setAlwaysInlineMaxSize(always);
  binaryen.setFlexibleInlineMaxSize(ifCheap);
  binaryen.setOneCallerInlineMaxSize(ifCalledOnce);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  module.optimize();
  return module.emitBinary();
}

const base64 = (binary) => `'${Buffer.from(binary).toString('base64')}'`;
const head = (entry) => `// Written by \`npm run life\` from ${entry} and what it imports. Do not edit.`;

/** The text of each file by its path. */
async function files() {
  const fast = inlined(await compile(ENTRY, OPTIONS), INLINED);
  const small = inlined(await compile(PAGE_ENTRY, [...OPTIONS, ...SMALL]), INLINED_IN_PAGE);
  return {
    [MODULE]: `${head(ENTRY)}
/** The WebAssembly form of the kernel, in base64. */
export const LIFE_MODULE = ${base64(fast)};
/** The numbers of the tables that it was compiled with. */
export const LIFE_CODES: Readonly<Record<string, number>> = ${JSON.stringify(allCodes)};
`,
    [PAGE_MODULE]: `${head(PAGE_ENTRY)}
/** The WebAssembly form of the kernel for a page, in base64. It is compiled to be small. */
export const PAGE_LIFE = ${base64(small)};
`,
  };
}

for (const [file, unformatted] of Object.entries(await files())) {
  const path = join(root, file);
  const text = await format(unformatted, { ...(await resolveConfig(path)), filepath: path });
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
    console.log(`${file}: ${text.length} characters`);
  } else if (existsSync(path) && readFileSync(path, 'utf8') === text) console.log(`${file} is of these sources`);
  else {
    console.log(`${file} is of other sources: npm run life`);
    process.exitCode = 1;
  }
}
