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

/**
 * True where a costly test runs: in CI, or if the variable is set. Elsewhere it is skipped and says so, because `npm test` is to
 * answer while one waits. Only for what another test shows in part, or what seldom changes.
 */
export function isWhole(variable: string, what: string): boolean {
  const isAsked = isCi || process.env[variable] !== undefined;
  if (!isAsked) console.log(`skipped outside CI: ${what} (${variable}=1 runs it)`);
  return isAsked;
}
