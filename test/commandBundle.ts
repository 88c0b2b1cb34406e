/** Before all tests: makes what they start as a process of its own. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundleOfCheckout } from '../.ci/bundleCommand.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the file that Node starts. */
    command: string;
  }
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * CI starts the checkout's own command, as users do. Elsewhere a bundle of the same sources is started, which takes a third
 * of the processor time, because `npm test` starts more than fifty processes while one waits.
 */
export async function setup({ provide }: TestProject): Promise<(() => void) | undefined> {
  if (process.env['CI'] === 'true') {
    provide('command', join(ROOT, 'src/cli/smets1-bench.mjs'));
    return undefined;
  }
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'command-'));
  await bundleOfCheckout(folder);
  provide('command', join(folder, 'main.js'));
  return () => rmSync(folder, { recursive: true, force: true });
}
