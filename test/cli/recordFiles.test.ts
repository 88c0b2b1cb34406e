// Files as other programs write them, through the commands; and outputs that must not replace what they should not.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { syntheticMpan } from '../../src/installation/identifiers.ts';
import { decide, freshFolder, removeFolders, writeRecords } from './decideHarness.ts';
import { commandLine, unbroken } from './harness.ts';
import { failed, failedWeeks, house } from './recordRows.ts';

afterAll(removeFolders);

const MPAN = String(syntheticMpan(10, 7));
const HOUSE = house(7, { dmc: 'D1' });
const THREE = failedWeeks(7);
const AS_OF = ['--as-of', '2022-06-30'];

let folder: string;
let files: readonly string[];
const [installations, attempts] = [1, 3];
const fileOf = (index: number): string => files[index] as string;
beforeEach(async () => {
  folder = freshFolder();
  files = await writeRecords(folder, { installations: [HOUSE], attempts: THREE, events: [] });
});

/** The verdicts of the records as they were written, to compare with. */
async function verdicts(): Promise<string> {
  const { out, code } = await decide(freshFolder(), ...files, ...AS_OF);
  expect(code).toBe(0);
  return out as string;
}

describe('inputs', () => {
  test('a folder, a quoted glob, gzip and hive partitions are read, and explained alike', async () => {
    const wanted = await verdicts();
    const hive = join(folder, 'hive', 'kind=migration', 'year=2022');
    mkdirSync(hive, { recursive: true });
    const lines = readFileSync(fileOf(attempts), 'utf8').split('\n');
    const without = lines.map((line) => line.replace('kind,', '').replace('migration,', '')).join('\n');
    writeFileSync(join(hive, 'part-0.csv.gz'), gzipSync(without));
    writeFileSync(join(folder, 'hive', '_SUCCESS'), '');
    const input = ['--installations', fileOf(installations), '--attempts'];
    const byFolder = await decide(folder, ...input, join(folder, 'hive'), ...AS_OF);
    expect(byFolder.errors).toMatch(/the folders year= name no column of attempts; passed over/);
    expect(byFolder.out).toBe(wanted);
    expect((await decide(folder, ...input, join(folder, 'hive/**/*.gz'), ...AS_OF)).out).toBe(wanted);
    const explained = await commandLine(['explain', ...input, join(folder, 'hive'), '--installation', '7', ...AS_OF]);
    expect(explained.out).toContain('no-wan-attempting');
    expect(explained.code).toBe(0);
  });

  test('times without a zone are refused with the option, which every command has', async () => {
    const text = readFileSync(fileOf(attempts), 'utf8').replaceAll('T10:00:00Z', ' 00:30:00');
    writeFileSync(fileOf(attempts), text);
    const refused = await decide(folder, ...files, ...AS_OF);
    expect(refused.code).toBe(2);
    expect(refused.errors).toMatch(/found "2022-01-03 00:30:00", expected a time with its zone .*--times-without-zone utc\|london/); // prettier-ignore
    const zone = ['--times-without-zone', 'london'];
    expect((await decide(folder, ...files, ...AS_OF, ...zone)).out).toContain('2022-01-17T00:30:00Z');
    expect((await commandLine(['explain', ...files, ...zone, '--installation', '7'])).code).toBe(0);
    expect((await commandLine(['report', 'consultation', ...files, ...zone, ...AS_OF])).code).toBe(0);
  });

  test('columns are skipped and renamed if the user says so', async () => {
    const wanted = await verdicts();
    const rows = THREE.map((row) => `x,7,${row['at']},migration,MA112`);
    writeFileSync(fileOf(attempts), ['batch,installation_id,at,kind,result', ...rows, ''].join('\n'));
    const naming = ['--ignore-columns', 'batch,more', '--rename-column', 'result=outcome'];
    const answer = await decide(folder, ...files, ...AS_OF, ...naming);
    expect([answer.code, answer.errors.includes('refused')]).toEqual([0, false]);
    expect(answer.out).toBe(wanted);
    const wrong = await decide(folder, ...files, ...AS_OF, '--rename-column', 'result=outcom');
    expect(wrong.errors).toMatch(/no record has a column outcom/);
  });

  test.skipIf(process.platform === 'win32')('every input may be a pipe, and explain reads standard input', async () => {
    const wanted = await verdicts();
    const pipes = [installations, attempts].map((index) => {
      const path = join(folder, `pipe-${index}`);
      execFileSync('mkfifo', [path]);
      spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', fileOf(index), path]);
      return path;
    });
    const args = ['--installations', pipes[0] as string, '--attempts', pipes[1] as string, '--format', 'csv'];
    expect((await decide(folder, ...args, ...AS_OF)).out).toBe(wanted);
    const stdin = readFileSync(fileOf(attempts), 'utf8');
    const explain = ['explain', '--installations', fileOf(installations), '--attempts', '-', '--installation', '7'];
    expect((await commandLine([...explain, '--input-format', 'csv'], { stdin })).out).toContain('no-wan-attempting');
    expect((await commandLine(explain, { stdin })).err).toMatch(
      /expected .csv, .ndjson, .jsonl or .parquet\n  Or say the format: --input-format csv/,
    );
  });

  test('outcomes that the catalogue does not list are reported, with those that look like a slip', async () => {
    files = await writeRecords(folder, {
      installations: [{ ...HOUSE, electricity_supplier: 'NULL' }],
      attempts: [failed('03', { outcome: 'OK' }), failed('10', { outcome: 'ma112' })],
      events: [],
    });
    const { errors, code } = await decide(folder, ...files, ...AS_OF);
    expect(code).toBe(0);
    expect(errors).toContain('1 attempt: outcome "OK" is not in the catalogue and counts as a failure (ok?).');
    expect(errors).toContain('1 attempt: outcome "ma112" is not in the catalogue and counts as a failure (MA112?).');
    expect(errors).toContain('1 row: electricity_supplier "NULL" is taken as it stands; leave the cell empty to say nothing.'); // prettier-ignore
    expect((await commandLine(['explain', ...files, '--installation', '7'])).out).toContain(
      'counts as a failure (ok?)',
    );
  });

  test('an id that is an MPAN is masked wherever it is refused', async () => {
    const house = { ...HOUSE, installation_id: MPAN };
    files = await writeRecords(folder, {
      installations: [house, { ...house, cohort: 'FOC' }],
      attempts: [failed('03', { installation_id: MPAN })],
      events: [{ subject: MPAN, at: '2022-01-01T00:00:00Z', event: 'gsme-dormant', value: 'yes' }],
    });
    const answer = await decide(folder, ...files, ...AS_OF, '--keep-going');
    expect(answer.code).toBe(2);
    expect(answer.errors).toMatch(/\*{10}\d{3} again, unlike/);
    for (const text of [answer.errors, answer.refused]) expect(text).not.toContain(MPAN);
    const explained = await commandLine(['explain', ...files, '--installation', MPAN]);
    expect(explained.out + explained.err).not.toContain(MPAN);
  });

  test('records whose meter points are pseudonyms are read', async () => {
    const pseudonym = `mpan-${'0123456789abcdef'.repeat(2)}`;
    files = await writeRecords(folder, { installations: [{ ...HOUSE, mpan: pseudonym }], attempts: THREE, events: [] });
    expect((await decide(folder, ...files, ...AS_OF)).code).toBe(0);
    files = await writeRecords(folder, { installations: [{ ...HOUSE, mpan: pseudonym.replace('mpan', 'mprn') }], attempts: THREE, events: [] }); // prettier-ignore
    expect((await decide(folder, ...files, ...AS_OF, '--replace')).errors).toMatch(
      /expected an MPAN of 13 digits .* or a pseudonym/,
    );
  });
});

describe('near misses of explain', () => {
  const near = async (...args: readonly string[]): Promise<string> =>
    unbroken((await commandLine(['explain', ...files, '--installation', '7', ...args])).out).split(
      'Near misses',
    )[1] as string;

  test('explain promises no decision on a DMC to an installation without one', async () => {
    expect(await near(...AS_OF)).toMatch(/uneconomic-to-test: 1 more row\n/);
    files = await writeRecords(folder, { installations: [{ ...HOUSE, dmc: '' }], attempts: THREE, events: [] });
    expect(await near(...AS_OF)).toMatch(/uneconomic-to-test: none; the DMC of the installation is not known/);
    const { out } = await commandLine(['explain', ...files, '--installation', '7', ...AS_OF]);
    expect(out.split('Near misses')[0]).toMatch(/the DMC of the installation is not known/);
  });

  test('after the expiry explain says that a near miss could not take effect', async () => {
    expect(await near(...AS_OF)).not.toContain('could not take effect');
    expect(await near('--as-of', '2023-02-01')).toMatch(/five-retries: 2 more rows; it would hold and could not take effect: exclusions took effect until 2022-12-31 only/); // prettier-ignore
    expect(await near(...AS_OF, '--set-rule', 'clauses.five-retries.inForceFrom=null')).toMatch(/the clause is never in force/); // prettier-ignore
  });
});

test('one row is one row in the texts of decide', async () => {
  writeFileSync(fileOf(attempts), readFileSync(fileOf(attempts), 'utf8').replace('2022-01-17T10:00:00Z', 'soon'));
  const { errors } = await decide(folder, ...files, ...AS_OF);
  expect(errors).toContain('1 row refused; nothing was written');
  expect(errors).not.toMatch(/\b1 rows/);
});

describe('an output that would replace an input is refused before anything is read', () => {
  const outs: readonly (readonly [string, (folder: string, files: readonly string[]) => readonly string[]])[] = [
    ['by its name', (_folder, given) => ['--out', given[attempts] as string]],
    ['by a hard link', (at, given) => {
      linkSync(given[attempts] as string, join(at, 'hard.csv'));
      return ['--out', join(at, 'hard.csv')];
    }],
    ['by a link', (at, given) => {
      symlinkSync(given[attempts] as string, join(at, 'soft.csv'));
      return ['--out', join(at, 'soft.csv')];
    }],
    ['through a folder that is a link', (at, given) => {
      symlinkSync(at, `${at}-linked`);
      return ['--out', join(`${at}-linked`, basename(given[attempts] as string))];
    }],
    ['as the notes', (at, given) => {
      linkSync(given[attempts] as string, join(at, 'v.csv.notes.csv'));
      return ['--out', join(at, 'v.csv')];
    }],
    ['as the refused rows', (at, given) => {
      linkSync(given[attempts] as string, join(at, 'v.csv.refused.csv'));
      return ['--out', join(at, 'v.csv'), '--keep-going'];
    }],
    ['as the comparison', (at, given) => ['--out', join(at, 'v.csv'), '--compare', 'regime-2021-02-01', '--compare-out', given[installations] as string]],
    ['as the volumes under readings', (at, given) => {
      linkSync(given[attempts] as string, join(at, 'v.csv.readings.csv'));
      return ['--out', join(at, 'v.csv'), '--readings', 'all'];
    }],
  ]; // prettier-ignore

  test.each(outs)('an output that would replace an input is refused: %s', async (_name, make) => {
    const args = make(folder, files);
    const before = readFileSync(fileOf(attempts), 'utf8');
    const { code, errors } = await decide(folder, ...files, ...AS_OF, ...args);
    expect(errors).toMatch(/would replace this input/);
    expect(code).toBe(1);
    expect(readFileSync(fileOf(attempts), 'utf8')).toBe(before);
  });

  test('an output is refused if it is a file that an input folder or glob stands for', async () => {
    const given = [
      '--installations',
      fileOf(installations),
      '--attempts',
      join(dirname(fileOf(attempts)), 'attempts*'),
    ];
    const { errors } = await decide(folder, ...given, ...AS_OF, '--out', fileOf(attempts));
    expect(errors).toMatch(/would replace this input/);
  });

  test('an output is refused if it is a file of rules or another output', async () => {
    const rules = join(folder, 'own.yaml');
    writeFileSync(rules, 'extends: various-1-proposed-2021-11-03\nname: own\n');
    const asRules = await decide(folder, ...files, ...AS_OF, '--rules', rules, '--out', rules, '--format', 'csv');
    expect(asRules.errors).toMatch(/would replace this input/);
    const out = join(folder, 'v.csv');
    const twice = await decide(folder, ...files, ...AS_OF, '--out', out, '--compare', 'regime-2021-02-01', '--compare-out', `${out}.notes.csv`); // prettier-ignore
    expect(twice.errors).toMatch(/--compare-out would replace what --out/);
  });

  test.each(['consultation', 'replacements'])(
    'an output that would replace an input of report %s is refused',
    async (name) => {
      const { code, err } = await commandLine(['report', name, ...files, ...AS_OF, '--out', fileOf(installations)]);
      expect(err).toMatch(/would replace this input/);
      expect(code).toBe(1);
    },
  );

  test('a report output is refused if it is a file that is read with the records', async () => {
    const dmcs = join(folder, 'dmcs.csv');
    writeFileSync(dmcs, 'dmc,epcl_entry,dmct_cost_pounds\nD1,,1\n');
    const { err } = await commandLine(['report', 'uneconomic', ...files, ...AS_OF, '--dmcs', dmcs, '--out', dmcs]);
    expect(err).toMatch(/would replace this input/);
    const replaced = join(folder, 'replaced.csv');
    writeFileSync(replaced, 'installation_id,at\n');
    const other = await commandLine(['report', 'replacements', ...files, ...AS_OF, '--replaced', replaced, '--out', replaced]); // prettier-ignore
    expect(other.err).toMatch(/would replace this input/);
  });
});

describe('outputs', () => {
  test('an output link is followed, even if its target does not exist yet, and a file keeps its mode', async () => {
    const wanted = await verdicts();
    const target = join(folder, 'target.csv');
    writeFileSync(target, 'old');
    chmodSync(target, 0o600);
    symlinkSync(target, join(folder, 'link.csv'));
    symlinkSync('new.csv', join(folder, 'dangling.csv'));
    await decide(folder, ...files, ...AS_OF, '--out', join(folder, 'link.csv'), '--replace');
    await decide(folder, ...files, ...AS_OF, '--out', join(folder, 'dangling.csv'));
    for (const name of ['link.csv', 'dangling.csv']) expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe(wanted);
    expect(readFileSync(join(folder, 'new.csv'), 'utf8')).toBe(wanted);
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.platform === 'win32')('a pipe is written through, whole and without side files', async () => {
    const wanted = await verdicts();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('sh', ['-c', 'cat "$1" > "$1.read"', 'sh', pipe]);
    const done = new Promise((resolve) => reader.once('exit', resolve));
    // Not by the harness, which would read the pipe itself.
    const args = ['decide', ...files, ...AS_OF, '--out', pipe, '--format', 'csv', '--keep-going'];
    const { code } = await commandLine(args);
    await done;
    expect(code).toBe(0);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readFileSync(`${pipe}.read`, 'utf8')).toBe(wanted);
    expect(readdirSync(folder).filter((name) => /notes|refused|partial/.test(name))).toEqual([]);
  });

  test.skipIf(!existsSync('/dev/full'))('no output appears if a side file finds no room', async () => {
    const out = join(folder, 'v.csv');
    writeFileSync(out, 'before');
    const before = readdirSync(folder);
    const args = ['--out', out, '--replace', '--compare', 'regime-2021-02-01', '--compare-out', '/dev/full'];
    const { code, errors } = await decide(folder, ...files, ...AS_OF, ...args);
    expect([code, errors]).toEqual([1, expect.stringMatching(/no room/)]);
    expect(readFileSync(out, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(before);
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });
});
