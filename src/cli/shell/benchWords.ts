import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Io } from './io.ts';

const NAME = 'smets1-bench';

/**
 * How a reader starts the bench where he is: by its name if his shell finds it, otherwise through npx, which finds it
 * in a checkout and in the project that installed it. npm adds folders of packages to `PATH` for its scripts alone, so
 * these do not count.
 */
export function benchWords(env: Io['env']): string {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '' && !/node_modules|_npx/.test(folder)); // prettier-ignore
  return folders.some((folder) => existsSync(join(folder, NAME))) ? NAME : `npx ${NAME}`;
}
