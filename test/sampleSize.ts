/**
 * How much of a sample a test takes: what the variable says; else the whole of it in CI, and a part in `npm test`, which is
 * to answer while one waits. Only for what is a sample anyway; the number is in what the test prints.
 */
export function sampleSize(
  variable: string,
  { whole, part }: { readonly whole: number; readonly part: number },
): number {
  return Number(process.env[variable] ?? (isCi ? whole : part));
}

const isCi = process.env['CI'] === 'true';
