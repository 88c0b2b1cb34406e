// `decide` on 10 million attempts over 3 million installations from Parquet, beside merely reading the same files.
// Each is a process of its own, so that its peak memory is its own. Run: npx tsx test/benchmarks/decide.bench.ts
// [installations] [attempts]. It says what this machine did; nothing here passes or fails.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decideCommand } from '../../src/cli/decide.ts';
import { readAttempts, readInstallations } from '../../src/interchange/recordReaders.ts';
import { writeHistories } from './histories.ts';

const [, script, ...given] = process.argv;

async function read(folder: string): Promise<void> {
  const refuse = (): void => {
    throw new Error('the workload is well formed');
  };
  const input = (name: string): { path: string; name: string; format: 'parquet' } => {
    return { path: join(folder, `${name}.parquet`), name, format: 'parquet' };
  };
  let rows = 0;
  for await (const batch of readInstallations(input('installations'), refuse)) rows += batch.rows;
  for await (const batch of readAttempts(input('attempts'), refuse)) rows += batch.rows;
  process.stderr.write(`${rows} rows\n`);
}

async function decide(folder: string): Promise<void> {
  const file = (name: string): string => join(folder, `${name}.parquet`);
  await decideCommand().parseAsync(
    [
      ...['--installations', file('installations'), '--attempts', file('attempts')],
      ...['--as-of', '2021-12-31', '--out', file('verdicts')],
    ],
    { from: 'user' },
  );
}

function measure(what: string, folder: string): void {
  const node = [...process.execArgv, script as string, what, folder];
  const started = process.hrtime.bigint();
  const { stderr, status } = spawnSync(process.execPath, node, { encoding: 'utf8' });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  process.stdout.write(`${what}: ${seconds.toFixed(1)} s, exit ${status}\n${stderr}\n`);
}

const STEPS: Readonly<Record<string, (folder: string) => Promise<void>>> = { read, decide };

if (script === fileURLToPath(import.meta.url)) {
  const step = STEPS[given[0] ?? ''];
  if (step) {
    await step(given[1] as string);
    const { maxRSS, userCPUTime } = process.resourceUsage();
    process.stderr.write(`peak ${Math.round(maxRSS / 1024)} MB, processor ${(userCPUTime / 1e6).toFixed(1)} s\n`);
  } else {
    const installations = Number(given[0] ?? 3_000_000);
    const attempts = Number(given[1] ?? 10_000_000);
    const folder = mkdtempSync(join(tmpdir(), 'decide-bench-'));
    await writeHistories(folder, installations, attempts);
    for (const what of Object.keys(STEPS)) measure(what, folder);
    rmSync(folder, { recursive: true });
  }
}
