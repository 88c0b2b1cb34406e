import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The files that the gates read, besides the code they check. */
const CONFIGURATION = [
  'package.json',
  'tsconfig.json',
  'eslint.config.js',
  '.dependency-cruiser.cjs',
  '.knip.jsonc',
  '.prettierrc.json',
  '.prettierignore',
  '.ci',
];

export interface GateRun {
  readonly status: number | null;
  readonly output: string;
}

/** A folder outside the checkout with the gates' configuration, our packages, and whatever files a test plants. */
export interface Workspace {
  /** Its path. */
  readonly folder: string;
  plant(files: Readonly<Record<string, string>>): void;
  /** A program of the checkout's node_modules/.bin. */
  tool(name: string, ...args: string[]): GateRun;
  node(...args: string[]): GateRun;
  remove(): void;
}

export function workspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'gates-'));
  for (const name of CONFIGURATION) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const start = (command: string, args: readonly string[]): GateRun => {
    const env = { ...process.env, NO_COLOR: '1' };
    const run = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env });
    return { status: run.status, output: run.stdout + run.stderr };
  };
  return {
    folder,
    plant(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    },
    tool: (name, ...args) => start(join(ROOT, 'node_modules/.bin', name), args),
    node: (...args) => start(process.execPath, args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
