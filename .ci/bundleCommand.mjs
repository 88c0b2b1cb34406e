// Bundles the command line for the package: one file an entry, and pieces that are loaded when a command asks for them. A
// start then opens a few files instead of some hundred. Other packages stay outside, each under its own licence.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A module of a bundle finds files from the place that it has in dist/ by itself: data, threads, the glossary. */
const places = {
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|sim|devices|test)\/.*\.ts$/ }, ({ path }) => {
      const own = relative(root, path).replace(/\.ts$/, '.js');
      const text = readFileSync(path, 'utf8');
      return {
        contents: text.replaceAll('import.meta.url', `new URL('../${own}', import.meta.url).href`),
        loader: 'ts',
      };
    });
  },
};

/** Writes dist/bin: `main.js` and its pieces. */
export async function bundleCommand() {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'dist/bin',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    chunkNames: '[name]-[hash]',
    charset: 'utf8',
    logLevel: 'error',
    plugins: [places],
  });
}
