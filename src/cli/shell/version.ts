import { existsSync, readFileSync } from 'node:fs';

/** The version in package.json: two folders up in a checkout, three in the package, whose code lies under dist/. */
export function benchVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    const url = new URL(path, import.meta.url);
    if (!existsSync(url)) continue;
    const manifest = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string };
    if (manifest.name === 'smets1-bench' && manifest.version !== undefined) return manifest.version;
  }
  throw new Error('no package.json of smets1-bench above the command line');
}
