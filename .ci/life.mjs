// Compiles the life of an installation to WebAssembly: `npm run life`. With `--check` it only compares what it would write with
// what is there. The compiled module is committed, so that neither a checkout nor a page needs the compiler.
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
const MODULE = 'sim/kernel/run/lifeModule.ts';
/** No collector: an instance serves one replication, and what it holds goes with it. Warning 235 is about exported types. */
const OPTIONS = ['--optimizeLevel', '3', '--converge', '--runtime', 'stub', '--disableWarning', '235'];

/** Most functions of the life are small and called often: a call costs as much as they do. Limits in nodes of the syntax tree. */
const INLINED = { always: 40, ifCheap: 400, ifCalledOnce: 400 };

register();
const allCodes = {};

/** The exported numbers of a file of codes; they are also kept for the module's own check. */
async function codesOf(file) {
  const codes = { ...(await import(pathToFileURL(join(root, file)).href)) };
  for (const [name, value] of Object.entries(codes)) {
    if (!Number.isInteger(value)) throw new Error(`${file}: ${name} is no whole number`);
    if (Object.hasOwn(allCodes, name)) throw new Error(`${file}: ${name} stands in another file of codes too`);
    allCodes[name] = value;
  }
  return codes;
}

async function compile() {
  const sources = await assemblyScriptSources(root, ENTRY, codesOf);
  let binary;
  const { error, stderr } = await asc.main([ENTRY, '--outFile', 'life.wasm', ...OPTIONS], {
    readFile: (name) => sources.get(name.replace(/^\.\//, '')) ?? null,
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${stderr.toString()}\nThe files belong to the subset of sim/kernel/README.md.`);
  return inlined(binary);
}

/** Inlines more than the compiler does by itself, which makes lives a sixth faster. */
function inlined(binary) {
  const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SignExt } = binaryen.Features;
  const module = binaryen.readBinary(binary);
  module.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SignExt);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(INLINED.always);
  binaryen.setFlexibleInlineMaxSize(INLINED.ifCheap);
  binaryen.setOneCallerInlineMaxSize(INLINED.ifCalledOnce);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  module.optimize();
  return module.emitBinary();
}

const binary = await compile();
const path = join(root, MODULE);
const text = await format(
  `// Written by \`npm run life\` from ${ENTRY} and what it imports. Do not edit.
/** The WebAssembly form of the kernel, in base64. */
export const LIFE_MODULE = '${Buffer.from(binary).toString('base64')}';
/** The numbers of the tables that it was compiled with. */
export const LIFE_CODES: Readonly<Record<string, number>> = ${JSON.stringify(allCodes)};
`,
  { ...(await resolveConfig(path)), filepath: path },
);
if (process.argv.includes('--check')) {
  const isSame = existsSync(path) && readFileSync(path, 'utf8') === text;
  console.log(isSame ? 'the compiled life is of these sources' : 'the compiled life is of other sources: npm run life');
  process.exitCode = isSame ? 0 : 1;
} else {
  writeFileSync(path, text);
  console.log(`${MODULE}: ${binary.length} bytes`);
}
