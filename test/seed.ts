import { relative } from 'node:path';

/** The one variable that sets the seed of any test: a text, or a whole number where the test's dice take one. */
const VARIABLE = 'BENCH_SEED';

/**
 * The seed text of a test file, printed with the command that repeats the run.
 *
 * @param file the test's own path, `import.meta.filename`
 * @param fallback the seed without `BENCH_SEED`; CI runs with this one
 */
export function seedText(file: string, fallback: string): string {
  const seed = process.env[VARIABLE] ?? fallback;
  console.log(`seed ${seed}; to repeat: ${repeat(file, seed)}`);
  return seed;
}

/**
 * The seed of a test file as a whole number, printed with the command that repeats the run.
 *
 * @throws Error if `BENCH_SEED` is set and is no whole number from 0 to 2^31 - 1
 */
export function seedNumber(file: string, fallback: number): number {
  const text = process.env[VARIABLE] ?? String(fallback);
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed >= 2 ** 31) {
    throw new Error(`${VARIABLE}: found ${text}, expected a whole number from 0 to 2147483647 for this test`);
  }
  console.log(`seed ${seed}; to repeat: ${repeat(file, seed)}`);
  return seed;
}

/** The command that runs one test file again with the same seed. */
export function repeat(file: string, seed: string | number): string {
  return `${VARIABLE}=${seed} npx vitest run ${relative(process.cwd(), file)}`;
}
