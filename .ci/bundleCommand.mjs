// Bundles the command line for the package: one file an entry, and pieces that are loaded when a command asks for them. A
// start then opens a few files instead of some hundred. Other packages stay outside, each under its own licence.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
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

async function bundleInto(outdir, placeOf) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    chunkNames: '[name]-[hash]',
    charset: 'utf8',
    logLevel: 'error',
    plugins: [places(placeOf)],
  });
}
