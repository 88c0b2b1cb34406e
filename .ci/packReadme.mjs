// The package has a README of its own (src/docs/package.md): npm packs whatever stands as README.md. `prepack` puts it
// there and `postpack` puts the repository's back; it waits in dist/, which is no part of the repository.
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [own, readme, kept] = ['src/docs/package.md', 'README.md', 'dist/README.repository.md'].map(at);

if (process.argv[2] === 'swap') {
  if (!existsSync(kept)) copyFileSync(readme, kept);
  copyFileSync(own, readme);
} else {
  if (!existsSync(kept)) throw new Error('packReadme: found no README to put back');
  copyFileSync(kept, readme);
  rmSync(kept);
}
