import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import type { R1Engine, R1Result } from './engine.ts';
import { KERNEL_DICE, KERNEL_INSTALLATIONS, kernelSeed } from './kernel.ts';

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

function simpyOf(name: string, script: string): R1Engine {
  return {
    name,
    dice: name,
    installations: 100_000,
    absent: () => pythonWithout('simpy', 'python3-simpy3'),
    // One imports the other: without leaving it compiled beside the source.
    run: async (installations, seed) => runProgram(PYTHON, ['-B', file(script), ...options(installations, seed)]),
  };
}

/** The model in SimPy's own terms: links are processes. */
const simpy = simpyOf('SimPy', 'r1_simpy_links.py');
/** Links drawn by hand, no further than an attempt asks. */
const leanSimpy = simpyOf('lean SimPy', 'r1_simpy.py');

const numpy: R1Engine = {
  name: 'NumPy',
  dice: 'NumPy',
  installations: 2_000_000,
  absent: () => pythonWithout('numpy', 'python3-numpy'),
  run: async (installations, seed) => {
    const runs = NUMPY_BLOCKS.map((block) =>
      runProgram(PYTHON, [file('r1_numpy.py'), ...options(installations, seed), '--block', String(block)]),
    );
    return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
  },
};

const gccAbsent = (): string | undefined =>
  spawnSync('gcc', ['--version']).status === 0 ? undefined : 'no gcc; apt-get install gcc libc6-dev';

/** Compiles and runs a program of one file. */
function runC(source: string, args: readonly string[]): R1Result {
  const folder = mkdtempSync(join(tmpdir(), 'r1-'));
  try {
    const program = join(folder, 'r1');
    // Fused multiply-adds would round otherwise than the kernel does.
    const flags = ['-O2', '-ffp-contract=off'];
    const built = spawnSync('gcc', [...flags, '-o', program, file(source), '-lm'], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`gcc: ${built.stderr}`);
    return runProgram(program, args);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const c: R1Engine = {
  name: 'C',
  dice: 'C',
  installations: 4_000_000,
  absent: gccAbsent,
  run: async (installations, seed) => ({
    ...runC('r1.c', options(installations, seed)),
    engine: 'C -O2, xoshiro256++',
  }),
};

/** R1 written once more, with the kernel's dice: its counts are the kernel's, or one of the two is wrong. */
export const cOfSameDice: R1Engine = {
  name: 'C of same dice',
  dice: KERNEL_DICE,
  installations: KERNEL_INSTALLATIONS,
  absent: gccAbsent,
  run: async (installations, seed) => {
    const { k0, k1 } = seedWords(kernelSeed(seed));
    const args = ['--n', String(installations), '--k0', String(k0), '--k1', String(k1)];
    return { ...runC('r1_threefry.c', args), engine: "C -O2, the kernel's dice" };
  },
};

export const PEERS: readonly R1Engine[] = [simpy, leanSimpy, numpy, c, cOfSameDice];
