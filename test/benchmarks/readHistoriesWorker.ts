// Started by decide.ts in a process of its own: reads the two files of a folder and does nothing with them.
import { join } from 'node:path';
import type { Input } from '../../src/interchange/format/formats.ts';
import { readAttempts, readInstallations } from '../../src/interchange/history/recordReaders.ts';

const folder = process.argv[2] as string;

function refuse(): never {
  throw new Error('the workload is well formed');
}

function input(name: string): Input {
  return { path: join(folder, `${name}.parquet`), name, format: 'parquet' };
}

let rows = 0;
for await (const batch of readInstallations(input('installations'), refuse)) rows += batch.rows;
for await (const batch of readAttempts(input('attempts'), refuse)) rows += batch.rows;
console.log(rows);
