import { existsSync, readFileSync } from 'node:fs';

/**
 * The version in this project's package.json.
 *
 * The file is searched for upwards from this module, because a checkout and the built package (whose code lies under
 * dist/) have it at different depths.
 *
 * @throws Error if no package.json named `smets1-bench` is found above this module.
 */
export function benchVersion(): string {
  let folder = new URL('./', import.meta.url);
  for (;;) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) {
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (manifest.name === 'smets1-bench' && manifest.version !== undefined) return manifest.version;
    }
    const parent = new URL('../', folder);
    if (parent.href === folder.href) throw new Error('no package.json of smets1-bench above the command line');
    folder = parent;
  }
}
