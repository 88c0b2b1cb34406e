import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const isCi = process.env['CI'] === 'true';
/** In CI samples run as their own help says; elsewhere they are bundled, which starts them in a quarter of the time. */
const bundles = isCi ? undefined : await bundled();

/** The command that starts a sample of test/examples, such as `engines/rightEngine.ts`, on this very Node. */
export function sampleCommand(path: string): string {
  return bundles === undefined
    ? `"${process.execPath}" --import tsx "${join(ROOT, 'test/examples', path)}"`
    : `"${process.execPath}" "${join(bundles, path.replace(/\.ts$/, '.js'))}"`;
}

async function bundled(): Promise<string> {
  // Below node_modules, so that other packages are found from there.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.cache-samples-'));
  // A worker runs many files: the bundles stay until it ends.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: globSync('test/examples/*/*.ts', { cwd: ROOT, absolute: true }),
    outbase: join(ROOT, 'test/examples'),
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [
      {
        name: 'places',
        setup: ({ onLoad }) =>
          // Data files stand beside their source, not beside the bundle.
          onLoad({ filter: /\/(src|sim|devices|test)\/.*\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8').replaceAll(
              'import.meta.url',
              JSON.stringify(pathToFileURL(path).href),
            ),
            loader: 'ts',
          })),
      },
    ],
  });
  return folder;
}
