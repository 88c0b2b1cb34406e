import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { R1Engine, R1Result } from './engine.ts';

/** Debian's: its packages of SimPy and NumPy are not seen by another Python that may come first on the path. */
const PYTHON = '/usr/bin/python3';
/** NumPy is run at each, and its best time counts. */
const NUMPY_BLOCKS = [20_000, 50_000, 100_000];

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

function runProgram(command: string, args: readonly string[]): R1Result {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout) as R1Result;
}

const options = (installations: number, seed: number) => ['--n', String(installations), '--seed', String(seed)];

function pythonWithout(module: string, debianPackage: string): string | undefined {
  const run = spawnSync(PYTHON, ['-c', `import ${module}`]);
  return run.status === 0 ? undefined : `${PYTHON} has no ${module}; apt-get install ${debianPackage}`;
}

const simpy: R1Engine = {
  name: 'SimPy',
  installations: 100_000,
  absent: () => pythonWithout('simpy', 'python3-simpy3'),
  run: async (installations, seed) => runProgram(PYTHON, [file('r1_simpy.py'), ...options(installations, seed)]),
};

const numpy: R1Engine = {
  name: 'NumPy',
  installations: 2_000_000,
  absent: () => pythonWithout('numpy', 'python3-numpy'),
  run: async (installations, seed) => {
    const runs = NUMPY_BLOCKS.map((block) =>
      runProgram(PYTHON, [file('r1_numpy.py'), ...options(installations, seed), '--block', String(block)]),
    );
    return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
  },
};

const c: R1Engine = {
  name: 'C',
  installations: 4_000_000,
  absent: () => (spawnSync('gcc', ['--version']).status === 0 ? undefined : 'no gcc; apt-get install gcc libc6-dev'),
  run: async (installations, seed) => {
    const folder = mkdtempSync(join(tmpdir(), 'r1-'));
    try {
      const program = join(folder, 'r1');
      const built = spawnSync('gcc', ['-O2', '-o', program, file('r1.c'), '-lm'], { encoding: 'utf8' });
      if (built.status !== 0) throw new Error(`gcc: ${built.stderr}`);
      return { ...runProgram(program, options(installations, seed)), engine: 'C -O2, xoshiro256++' };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export const PEERS: readonly R1Engine[] = [simpy, numpy, c];
