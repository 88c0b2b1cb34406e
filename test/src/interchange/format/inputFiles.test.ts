import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Input } from '../../../../src/interchange/format/formats.ts';
import { inputFiles, InputWrong, type InputOptions } from '../../../../src/interchange/format/inputFiles.ts';
import { readInstallations } from '../../../../src/interchange/history/recordReaders.ts';
import { RECORDS } from '../../../../src/interchange/record/records.ts';

const root = mkdtempSync(join(tmpdir(), 'input-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const HEADER = 'installation_id,mpan,esme_dormant,electricity_payment_mode';
const row = (id: string): string => `${id},2000000000015,yes,credit`;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(() => {
  write('hive/cohort=IOC/group_id=A%20B/part-0.csv', `${HEADER}\n${row('1')}\n`);
  write('hive/cohort=MOC_MDS/group_id=__HIVE_DEFAULT_PARTITION__/part-0.csv', `${HEADER}\n${row('2')}\n`);
  write('hive/cohort=IOC/group_id=C/part-1.ndjson', `${JSON.stringify(jsonRow('3'))}\n`);
  write('hive/_SUCCESS', '');
  write('hive/cohort=IOC/.part-0.csv.crc', 'x');
  write('hive/_temporary/0/part-9.csv', 'half a file');
  write('dated/year=2021/month=11/a.csv', `${HEADER},cohort\n${row('4')},FOC\n`);
  write('misspelt/cohorts=IOC/a.csv', `${HEADER}\n${row('5')}\n`);
  write('odd/data.txt', 'x');
  mkdirSync(join(root, 'empty'));
});

function jsonRow(id: string): Readonly<Record<string, string>> {
  const names = HEADER.split(',');
  return Object.fromEntries(
    row(id)
      .split(',')
      .map((cell, i) => [names[i], cell]),
  ) as Record<string, string>;
}

const notes: string[] = [];
function options(more: Partial<InputOptions> = {}): InputOptions {
  notes.length = 0;
  return {
    format: undefined,
    zoneless: 'refuse',
    columns: { ignored: new Set(), renamed: new Map() },
    stdin: Readable.from([]),
    temporary: root,
    note: (text) => notes.push(text),
    ...more,
  };
}

const find = (name: string, more: Partial<InputOptions> = {}): Promise<readonly Input[]> =>
  inputFiles([name], RECORDS.installations, options(more));

/** Id, cohort and group of every installation, in the order of the files. */
async function installations(inputs: readonly Input[]): Promise<string[]> {
  const found: string[] = [];
  for (const input of inputs) {
    for await (const batch of readInstallations(input, (refused) => expect(refused).toBeUndefined())) {
      for (let i = 0; i < batch.rows; i += 1) {
        const { installationId, cohort, groupId } = batch.installation(i);
        found.push(`${installationId} ${cohort} ${groupId}`);
      }
    }
  }
  return found;
}

describe('folders and globs', () => {
  const HIVE = ['1 IOC A B', '3 IOC C', '2 MOC_MDS '];

  test('a folder stands for its files in order, with the columns that folders name', async () => {
    expect(await installations(await find(join(root, 'hive')))).toEqual(HIVE);
    expect(notes).toEqual([]);
  });

  test('a quoted glob stands for the same files', async () => {
    expect(await installations(await find(join(root, 'hive/**/part-*')))).toEqual(HIVE);
    expect(await installations(await find(join(root, 'hive/cohort=IOC/*/*.{csv,ndjson}')))).toEqual(HIVE.slice(0, 2));
  });

  test('folders that name no column are skipped and reported', async () => {
    expect(await installations(await find(join(root, 'dated')))).toEqual(['4 FOC ']);
    expect(notes).toEqual([`${join(root, 'dated')}: the folders year=, month= name no column of installations; passed over.`]); // prettier-ignore
  });

  test('a folder whose name is nearly a column is refused', async () => {
    await expect(find(join(root, 'misspelt'))).rejects.toThrow(
      /cohorts=IOC names no column of installations; cohort=\?/,
    );
    const columns = { ignored: new Set<string>(), renamed: new Map([['cohorts', 'cohort']]) };
    expect(await installations(await find(join(root, 'misspelt'), { columns }))).toEqual(['5 IOC ']);
  });

  test.each([
    ['nothing.csv', /no such file/],
    ['nothing-*.csv', /no file there/],
    ['empty', /no file there/],
    ['odd', /found a name that does not tell the format, expected \.csv, \.ndjson, \.jsonl or \.parquet/],
  ])('%s is refused', async (name, expected) => {
    const wrong = find(join(root, name));
    await expect(wrong).rejects.toThrow(InputWrong);
    await expect(wrong).rejects.toThrow(expected);
  });
});

describe('pipes', () => {
  test('standard input is read in the given format', async () => {
    const stdin = Readable.from([`${HEADER},cohort\n${row('7')},FOC\n`]);
    expect(await installations(await find('-', { stdin, format: 'csv' }))).toEqual(['7 FOC ']);
    await expect(find('-', { stdin: Readable.from([]) })).rejects.toThrow(/found a name that does not tell the format/);
  });

  test.skipIf(process.platform === 'win32')('more than one named pipe is read, each once', async () => {
    const pipes = ['one.csv', 'two'].map((name) => join(root, name));
    const writers = pipes.map((path, i) => {
      execFileSync('mkfifo', [path]);
      return spawn('sh', [
        '-c',
        `printf '%s,cohort\\n%s,FOC\\n' "$1" "$2" > "$3"`,
        'sh',
        HEADER,
        row(`${8 + i}`),
        path,
      ]);
    });
    const inputs = await inputFiles(pipes, RECORDS.installations, options({ format: 'csv' }));
    expect(await installations(inputs)).toEqual(['8 FOC ', '9 FOC ']);
    for (const writer of writers) writer.kill();
  });
});
