// Bundles the command line for the package: one file an entry, and pieces that are loaded when a command asks for them. A
// start then opens a few files instead of some hundred. The threads that it starts are bundled too. Other packages stay
// outside, each under its own licence.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A module of a bundle finds files from the place that it has outside of the bundle: data, threads, the glossary. */
const places = (placeOf) => ({
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|sim|devices|test)\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', placeOf(path)), loader: 'ts' };
    });
  },
});

/** In the package every module also stands in dist/ by itself. */
const placeInPackage = (path) => `new URL('../${relative(root, path).replace(/\.ts$/, '.js')}', import.meta.url).href`;

/** Writes dist/bin: `main.js` and its pieces. */
export async function bundleCommand() {
  await bundleInto('dist/bin', placeInPackage);
}

/** The same bundle over the sources of this checkout: it starts as the package does, and its threads run the sources. */
export async function bundleOfCheckout(outdir) {
  await bundleInto(outdir, (path) => JSON.stringify(pathToFileURL(path).href));
}

/** The modules that a thread of a pool starts with. */
const THREADS = ['sim/kernel/run/worker', 'sim/forecast/forecastWorker'];

/** Writes a file to dist/bin for each module that a thread starts with. The module in dist/ then only imports that file. */
export async function bundleThreads() {
  await build({
    ...bundling('dist/bin', placeInPackage),
    entryPoints: THREADS.map((module) => `${module}.ts`),
    entryNames: '[name]',
  });
  for (const module of THREADS) {
    const up = relative(dirname(module), '.');
    writeFileSync(`${root}/dist/${module}.js`, `import '${up}/bin/${basename(module)}.js';\n`);
  }
}

async function bundleInto(outdir, placeOf) {
  await build({
    ...bundling(outdir, placeOf),
    entryPoints: ['src/cli/main.ts'],
    splitting: true,
    chunkNames: '[name]-[hash]',
  });
}

function bundling(outdir, placeOf) {
  return {
    absWorkingDir: root,
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    charset: 'utf8',
    logLevel: 'error',
    plugins: [places(placeOf)],
  };
}
