import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FORMATS, type Format } from '../../src/interchange/format/formats.ts';
import { readRaw } from '../../src/interchange/format/readRaw.ts';
import { readAttempts, readEvents, readInstallations } from '../../src/interchange/history/recordReaders.ts';
import { recordOf } from '../../src/interchange/record/records.ts';
import { FileRefused, type RefusedRow } from '../../src/interchange/record/refusal.ts';
import { decide, freshFolder, removeFolders, writeRecord, writeRecords, type Cells } from '../cli/decideHarness.ts';
import { sampleSize } from '../sampleSize.ts';
import { BOMBS } from './parquetBombs.ts';

afterAll(removeFolders);

// What is not a record is refused in words, and takes neither the process, the memory nor the day with it. Time is
// bounded by the runner's timeout alone. Whether a damaged file that still reads has the right rows is not asked.

const PARQUET_RUNS = sampleSize('FUZZ_PARQUET', { whole: 600, part: 150 });

const ATTEMPT: Cells = { installation_id: '7', at: '2022-01-03T10:00:00Z', kind: 'migration', outcome: 'MA112' };
const HEADER = 'installation_id,at,kind,outcome,cause,table_5_10';
const ROW = '7,2022-01-03T10:00:00Z,migration,MA112,,';

interface Read {
  readonly accepted: number;
  readonly refused: readonly RefusedRow[];
  readonly file: FileRefused | undefined;
}

async function readBytes(bytes: Uint8Array | string, format: Format): Promise<Read> {
  const path = join(freshFolder(), `attempts.${format}`);
  writeFileSync(path, bytes);
  const refused: RefusedRow[] = [];
  let accepted = 0;
  let file: FileRefused | undefined;
  try {
    for await (const batch of readAttempts({ path, name: 'attempts', format }, (row) => refused.push(row))) {
      accepted += batch.accepted.reduce((sum, one) => sum + one, 0);
    }
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    file = error;
  }
  for (const row of refused) expect(row.found.length + row.expected.length).toBeLessThan(1000);
  return { accepted, refused, file };
}

/** Name, text, rows accepted, rows refused, whether the file is refused. */
const CSV: readonly (readonly [string, string | Uint8Array, number, number, boolean])[] = [
  ['an empty file', '', 0, 0, true],
  ['a header alone', HEADER, 0, 0, false],
  ['a header and LF', `${HEADER}\n`, 0, 0, false],
  ['one row without LF', `${HEADER}\n${ROW}`, 1, 0, false],
  ['CRLF', `${HEADER}\r\n${ROW}\r\n${ROW}\r\n`, 2, 0, false],
  ['CRLF without the last', `${HEADER}\r\n${ROW}\r`, 1, 0, false],
  ['a BOM', `\ufeff${HEADER}\n${ROW}\n`, 1, 0, false],
  ['a BOM, quotes and CRLF', `\ufeff"${HEADER.replaceAll(',', '","')}"\r\n"${ROW.replaceAll(',', '","')}"\r\n`, 1, 0, false],
  ['empty lines', `\n${HEADER}\n\n${ROW}\n\r\n\n`, 1, 0, false],
  ['a quoted comma in a code', `${HEADER}\n7,2022-01-03T10:00:00Z,migration,"MA,112",,\n${ROW}\n`, 1, 1, false],
  ['a quoted line end', `${HEADER}\n7,2022-01-03T10:00:00Z,migration,"MA\n112",,\n${ROW}\n`, 1, 1, false],
  ['a quote left open', `${HEADER}\n${ROW}\n"7,2022\n${ROW}\n${ROW}\n`, 3, 1, false],
  ['a quote inside a field', `${HEADER}\n7,2022-01-03T10:00:00Z,migration,MA"112,,\n${ROW}\n`, 1, 1, false],
  ['text after a quote', `${HEADER}\n"7"x,2022-01-03T10:00:00Z,migration,MA112,,\n${ROW}\n`, 1, 1, false],
  ['a field too few', `${HEADER}\n${ROW.slice(0, -1)}\n${ROW}\n`, 1, 1, false],
  ['a field too many', `${HEADER}\n${ROW},\n${ROW}\n`, 1, 1, false],
  ['10,000 columns', `${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join()}\n${ROW}\n`, 0, 0, true],
  ['10,000 fields', `${HEADER}\n${ROW}${','.repeat(10_000)}\n${ROW}\n`, 1, 1, false],
  ['a doubled column', `${HEADER},at\n${ROW},\n`, 0, 0, true],
  ['a misspelt column', `${HEADER.replace('cause', 'couse')}\n${ROW}\n`, 0, 0, true],
  ['a column missing', `${HEADER.replace('at,', '')}\n`, 0, 0, true],
  ['optional columns left out', 'kind,outcome,at,installation_id\nmigration,GT01,2022-01-03T10:00:00Z,7\n', 1, 0, false],
  ['a field of 2 MB', `${HEADER}\n${ROW}\n7,${'x'.repeat(2 << 20)},migration,MA112,,\n${ROW}\n`, 0, 0, true],
  ['a field of 900 KB', `${HEADER}\n${ROW}\n7,${'x'.repeat(900_000)},migration,MA112,,\n${ROW}\n`, 2, 1, false],
  ['a quoted field of 2 MB', `${HEADER}\n"${'x\n'.repeat(1 << 20)}`, 0, 0, true],
  ['3 MB of quotes', `${HEADER}\n${'"'.repeat(3 << 20)}`, 0, 0, true],
  ['no line end in 2 MB', 'x'.repeat(2 << 20), 0, 0, true],
  ['NUL in a code', `${HEADER}\n7,2022-01-03T10:00:00Z,migration,MA\u0000112,,\n`, 0, 1, false],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from(`${HEADER}\n7,2022-01-03T10:00:00Z,migration,MA`), Buffer.from([0xff, 0xfe]), Buffer.from(`,,\n${ROW}\n`)]), 1, 1, false],
  ['UTF-16', Buffer.from(`${HEADER}\n${ROW}\n`, 'utf16le'), 0, 0, true],
  ['only line ends', '\n'.repeat(1000), 0, 0, true],
]; // prettier-ignore

const JSON_ROW = JSON.stringify(ATTEMPT);
const NDJSON: typeof CSV = [
  ['an empty file', '', 0, 0, false],
  ['a row', `${JSON_ROW}\n`, 1, 0, false],
  ['a row without LF, with CRLF and a BOM', `\ufeff${JSON_ROW}\r\n\r\n${JSON_ROW}`, 2, 0, false],
  ['null and absent', `${JSON.stringify({ ...ATTEMPT, cause: null, table_5_10: '' })}\n`, 1, 0, false],
  ['an id as a number', `${JSON.stringify({ ...ATTEMPT, installation_id: 7 })}\n`, 1, 0, false],
  ['an id as a fraction', `${JSON.stringify({ ...ATTEMPT, installation_id: 7.5 })}\n`, 0, 1, false],
  ['an id as a huge number', `${JSON_ROW.replace('"7"', '1e30')}\n`, 0, 1, false],
  ['a truth', `${JSON.stringify({ ...ATTEMPT, cause: true })}\n`, 0, 1, false],
  ['an unknown key', `${JSON.stringify({ ...ATTEMPT, couse: 'device' })}\n${JSON_ROW}\n`, 1, 1, false],
  ['__proto__', `${JSON_ROW.replace('{', '{"__proto__":{"cause":"system"},')}\n`, 0, 1, false],
  ['a list, a text, a number, null', `[]\n"x"\n7\nnull\n${JSON_ROW}\n`, 1, 4, false],
  ['half an object', `${JSON_ROW.slice(0, 20)}\n${JSON_ROW}\n`, 1, 1, false],
  ['200,000 lists in lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}\n${JSON_ROW}\n`, 1, 1, false],
  ['100,000 objects in objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n${JSON_ROW}\n`, 1, 1, false],
  ['a cell of nested lists', `${JSON_ROW.replace('"MA112"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`)}\n`, 0, 1, false],
  ['a line of 2 MB', `"${'x'.repeat(2 << 20)}"\n`, 0, 0, true],
  ['a lone surrogate', `${JSON_ROW.replace('MA112', '\\ud800')}\n`, 0, 1, false],
]; // prettier-ignore

describe('CSV', () => {
  test.each(CSV)('%s', async (_name, text, accepted, refused, file) => {
    const read = await readBytes(text, 'csv');
    expect([read.accepted, read.refused.length, read.file !== undefined]).toEqual([accepted, refused, file]);
  });

  test('lines are counted through quoted line ends', async () => {
    const read = await readBytes(`${HEADER}\n7,"\n\n",a,b,,\n${ROW}\nx,y,z,w,,\n`, 'csv');
    expect(read.refused.map((row) => [row.line, row.column])).toEqual([
      [2, 'at'],
      [6, 'at'],
    ]);
  });
});

describe('NDJSON', () => {
  test.each(NDJSON)('%s', async (_name, text, accepted, refused, file) => {
    const read = await readBytes(text, 'ndjson');
    expect([read.accepted, read.refused.length, read.file !== undefined]).toEqual([accepted, refused, file]);
  });
});

describe('Parquet', () => {
  test.each(Object.keys(BOMBS))('%s is refused', async (name) => {
    const read = await readBytes((BOMBS[name] as () => Uint8Array)(), 'parquet');
    // A run may claim more codes than its page has values: it is cut there, and the rows are then no attempts.
    expect(read.file?.message ?? read.refused[0]?.expected).toMatch(/./);
    expect(read.accepted).toBe(0);
  });

  test('the bombs together stay under 400 MB', () => {
    // In a process of its own: what it takes at the most is known there.
    const folder = freshFolder();
    const paths = Object.entries(BOMBS).map(([_name, make], i) => {
      const path = join(folder, `${i}.parquet`);
      writeFileSync(path, make());
      return path;
    });
    const reader = JSON.stringify(join(process.cwd(), 'src/interchange/history/recordReaders.ts'));
    const script = join(folder, 'read.mts');
    writeFileSync(
      script,
      `import { readAttempts } from ${reader};
      let refused = 0;
      for (const path of process.argv.slice(2)) {
        try { for await (const _ of readAttempts({ path, name: path, format: 'parquet' }, () => {})); }
        catch (error) { if (error.name === 'FileRefused') refused += 1; else throw error; }
      }
      console.log(refused, Math.round(process.resourceUsage().maxRSS / 1024));`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, ...paths], { encoding: 'utf8' });
    const [refused, megabytes] = stdout.trim().split(' ').map(Number);
    expect(stderr).toBe('');
    expect(refused).toBeGreaterThanOrEqual(paths.length - 1);
    expect(megabytes).toBeLessThan(400);
  });

  test('cut short anywhere, a file is refused', async () => {
    const path = join(freshFolder(), 'a.parquet');
    await writeRecord(path, 'attempts', Array.from({ length: 50 }, (_, i) => ({ ...ATTEMPT, installation_id: `${i}` })), 'parquet'); // prettier-ignore
    const whole = readFileSync(path);
    expect((await readBytes(whole, 'parquet')).accepted).toBe(50);
    for (let length = 0; length < whole.length; length += 7) {
      const read = await readBytes(whole.subarray(0, length), 'parquet');
      expect(read.file).toBeDefined();
    }
  });

  test('with bytes changed, a file is refused or read', async () => {
    const path = join(freshFolder(), 'a.parquet');
    const rows = Array.from({ length: 300 }, (_, i) => ({ ...ATTEMPT, installation_id: String(i % 100), cause: i % 3 ? 'device' : '' })); // prettier-ignore
    await writeRecord(path, 'attempts', rows, 'parquet');
    const whole = readFileSync(path);
    let refused = 0;
    const changes = fc.array(fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, byte } of changed) bytes[at] = byte;
        if ((await readBytes(bytes, 'parquet')).file) refused += 1;
      }),
      { numRuns: PARQUET_RUNS, seed: 1 },
    );
    expect(refused).toBeGreaterThan(PARQUET_RUNS / 6);
  });
});

describe('anything', () => {
  test('random bytes are refused or read, in every format and record', async () => {
    const likely = fc.array(
      fc.oneof(fc.constantFrom('"', ',', '\n', '\r\n', '{', '}', '[', ':', 'null', HEADER, ROW, JSON_ROW), fc.string()),
      { maxLength: 30 },
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      likely.map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array({ maxLength: 300 }).map((body) => Buffer.concat([Buffer.from('PAR1'), body, Buffer.from('PAR1')])),
    );
    const readers = [readInstallations, readAttempts, readEvents] as const;
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...FORMATS), fc.constantFrom(...readers), async (body, format, read) => {
        const path = join(freshFolder(), 'x');
        writeFileSync(path, body);
        try {
          for await (const _ of read({ path, name: 'x', format }, () => undefined));
        } catch (error) {
          expect(error).toBeInstanceOf(FileRefused);
        }
      }),
      { numRuns: sampleSize('FUZZ_TEXTS', { whole: 500, part: 200 }), seed: 2 },
    );
  });

  test('CSV reads the same in chunks of any size as whole', async () => {
    // Chunks are of 512 KB: a file of several has its quotes and line ends on their borders.
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i},"a ""quoted"", text\r\n${'x'.repeat(i % 50)}"`);
    const path = join(freshFolder(), 'big.csv');
    writeFileSync(path, `installation_id,dmc\r\n${rows.join('\r\n')}\r\n`);
    const record = { ...recordOf('installations'), columns: recordOf('installations').columns.map((c) => ({ ...c, required: false })) }; // prettier-ignore
    const found: string[] = [];
    const refuse = (row: RefusedRow): never => {
      throw new FileRefused(row);
    };
    for await (const batch of readRaw({ path, name: 'big', format: 'csv' }, record, refuse)) {
      const dmc = batch.columns[9];
      if (dmc && 'texts' in dmc) found.push(...dmc.texts.map((text) => text ?? ''));
    }
    expect(found).toHaveLength(rows.length);
    expect(found.every((text, i) => text === `a "quoted", text\r\n${'x'.repeat(i % 50)}`)).toBe(true);
  });

  test('decide answers garbage with exit code 2, in words', async () => {
    const folder = freshFolder();
    const files = await writeRecords(folder, { installations: [], attempts: [], events: [] });
    for (const [name, bytes] of [
      ['attempts.csv', 'PAR1 is no header'],
      ['attempts.csv', `${HEADER}\n"`],
      ['installations.csv', new Uint8Array(5000)],
      ['events.csv', ''],
    ] as const) {
      writeFileSync(join(folder, name), bytes);
      for (const more of [[], ['--keep-going']]) {
        const answer = await decide(folder, ...files, '--as-of', '2022-01-01', '--replace', ...more);
        expect([name, answer.code]).toEqual([name, 2]);
        expect(answer.errors).toMatch(/found/);
        expect(answer.errors).not.toContain('   at ');
      }
      await writeRecords(folder, { installations: [], attempts: [], events: [] });
    }
  });
});
