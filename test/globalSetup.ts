/** Before all tests: makes what they start as a process of its own, and a folder for what they write. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../devices/rig/bench/isAlive.ts';
import { bundleOfCheckout } from '../.ci/bundleCommand.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the file that Node starts. */
    command: string;
  }
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A file system in memory, on Linux. */
const MEMORY = '/dev/shm';
/** The process that made a folder stands in its name. */
const PREFIX = 'smets1-bench-tests-';
/** What tests write comes to a tenth of this. */
const MEMORY_BYTES_MIN = 4 * 2 ** 30;

/**
 * CI starts the checkout's own command, as users do, and writes to a disk. Elsewhere a bundle of the same sources is
 * started, which takes a third of the processor time, because `npm test` starts more than fifty processes while one waits.
 * For the same reason temporary files are in memory where there is room for them: ledgers and journals wait for the disk
 * after every step.
 */
export async function setup({ provide }: TestProject): Promise<(() => void) | undefined> {
  if (process.env['CI'] === 'true') {
    provide('command', join(ROOT, 'src/cli/smets1-bench.mjs'));
    return undefined;
  }
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const bundle = mkdtempSync(join(cache, 'command-'));
  await bundleOfCheckout(bundle);
  provide('command', join(bundle, 'main.js'));
  const folders = [bundle];
  if (hasMemory()) {
    forgetDead();
    process.env['TMPDIR'] = mkdtempSync(join(MEMORY, `${PREFIX}${process.pid}-`));
    folders.push(process.env['TMPDIR']);
  }
  return () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
}

/** Removes what test runs have left that were killed: it would take memory until the machine is started anew. */
function forgetDead(): void {
  for (const name of readdirSync(MEMORY)) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : undefined;
    if (pid !== undefined && !isAlive(pid)) rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}

function hasMemory(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= MEMORY_BYTES_MIN;
}
