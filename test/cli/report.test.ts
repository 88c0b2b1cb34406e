import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { syntheticMpan, syntheticMprn } from '../../src/installation/identifiers.ts';
import { freshFolder, removeFolders, writeRecords, type Cells, type Records } from './decideHarness.ts';
import { commandLine, type Answer } from './harness.ts';
import { failedWeeks } from './recordRows.ts';

afterAll(removeFolders);

// What the report commands write and say on records of another system, and how they fail. The arithmetic has its own
// tests; that the verdicts are right is the engine's.

const mpan = (serial: number): string => String(syntheticMpan(10, serial));
const mprn = (serial: number): string => String(syntheticMprn(serial));

/** An IOC installation, both meters Dormant. */
const house = (id: number, electricity: string, gas: string): Cells => ({
  installation_id: String(id),
  cohort: 'IOC',
  mpan: mpan(id),
  mprn: mprn(id),
  esme_dormant: 'yes',
  gsme_dormant: 'yes',
  electricity_payment_mode: 'credit',
  gas_payment_mode: 'credit',
  dmc: 'D1',
  electricity_supplier: electricity,
  gas_supplier: gas,
});
const event = (subject: string, at: string, name: string, value = ''): Cells => ({ subject, at: `${at}T12:00:00Z`, event: name, value }); // prettier-ignore

/** 1: no WAN, one supplier, moves in February. 2: no WAN, two suppliers. 3: GT01. 4: no WAN, nobody known. 5: nothing. */
const RECORDS: Records = {
  installations: [house(1, 'Acme', 'Acme'), house(2, 'Acme', 'Bolt & Co/..'), house(3, 'Acme', 'Acme'), house(4, '', ''), house(5, 'Acme', 'Acme')], // prettier-ignore
  attempts: [...failedWeeks(1), ...failedWeeks(2), ...failedWeeks(3, 3, 'GT01'), ...failedWeeks(4)],
  events: [event('1', '2022-02-10', 'electricity-supplier', 'Zap'), event('dmc:D1', '2021-11-03', 'dcc-recommends')],
};

let folder: string;
let files: string[];
beforeEach(async () => {
  folder = freshFolder();
  files = await writeRecords(folder, RECORDS);
});
afterEach(() => {
  delete process.env['SMETS1_BENCH_PSEUDONYM_KEY'];
});

const report = (...args: string[]): Promise<Answer> => commandLine(['report', ...args]);
const read = (...names: string[]): string => readFileSync(join(folder, ...names), 'utf8');
const MONTHS = ['--from-month', '2022-01', '--to-month', '2022-02'];
const supplierFiles = (...more: string[]): Promise<Answer> =>
  report('supplier-files', ...files, ...MONTHS, '--out', join(folder, 'files'), ...more);

describe('report supplier-files', () => {
  test('supplier-files writes one file per supplier and month, and a summary of the moves', async () => {
    const answer = await supplierFiles();
    expect(answer.code).toBe(0);
    expect(readdirSync(join(folder, 'files')).sort()).toEqual([
      'Acme_2022-01.csv',
      'Acme_2022-02.csv',
      'Bolt%20%26%20Co%2f%2e%2e_2022-01.csv',
      'Bolt%20%26%20Co%2f%2e%2e_2022-02.csv',
      'Zap_2022-01.csv',
      'Zap_2022-02.csv',
      'manifest.json',
      'summary.csv',
    ]);
    expect(read('files', 'Acme_2022-01.csv')).toBe(
      'mpan,mprn,exclusion_category\n' +
        `${mpan(1)},,No WAN Attempting Migration\n` +
        `${mpan(2)},,No WAN Attempting Migration\n` +
        `,${mprn(1)},No WAN Attempting Migration\n` +
        `,${mprn(3)},Consistent GT01 Check Failure\n`,
    );
    expect(read('files', 'Zap_2022-01.csv')).toBe('mpan,mprn,exclusion_category\n');
    expect(read('files', 'Zap_2022-02.csv')).toBe(`mpan,mprn,exclusion_category\n${mpan(1)},,No WAN Attempting Migration\n`); // prettier-ignore
    expect(read('files', 'summary.csv').split('\n').slice(0, 6)).toEqual([
      'month,supplier,known_to_dcc,file,electricity_rows,gas_rows,added,moved_in,moved_out,removed,recategorised',
      '2022-01,Acme,yes,Acme_2022-01.csv,2,2,4,0,0,0,0',
      '2022-01,Bolt & Co/..,yes,Bolt%20%26%20Co%2f%2e%2e_2022-01.csv,0,1,1,0,0,0,0',
      '2022-01,Zap,yes,Zap_2022-01.csv,0,0,0,0,0,0,0',
      '2022-01,,no,,1,1,2,0,0,0,0',
      '2022-02,Acme,yes,Acme_2022-02.csv,1,2,0,0,1,0,0',
    ]);
    expect(answer.out).toContain('(not known to DCC)');
  });

  test('replaced installations leave the files, and contradictory replacements are refused', async () => {
    writeFileSync(join(folder, 'replaced.csv'), 'installation_id,at\n1,2022-02-20T00:00:00Z\n5,2022-01-01T00:00:00Z\n');
    expect((await supplierFiles('--replaced', join(folder, 'replaced.csv'))).code).toBe(0);
    expect(read('files', 'Acme_2022-01.csv')).toContain(mpan(1));
    expect(existsSync(join(folder, 'files', 'Zap_2022-02.csv'))).toBe(false); // Zap never had it at the end of a month
    expect(read('files', 'summary.csv')).toContain('2022-02,Acme,yes,Acme_2022-02.csv,1,1,0,0,0,2,0');
    writeFileSync(join(folder, 'twice.csv'), 'installation_id,at\n1,2022-02-20T00:00:00Z\n1,2022-02-21T00:00:00Z\n');
    const out = ['--out', join(folder, 'other')];
    const twice = await report('supplier-files', ...files, ...MONTHS, ...out, '--replaced', join(folder, 'twice.csv'));
    expect(twice).toMatchObject({ code: 2, out: '' });
    expect(twice.err).toContain('twice.csv:3: at: found another instant');
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  test('an MPAN of two installations is a failed property: exit code 4, and no file is kept', async () => {
    const installations = RECORDS.installations.map((row, i) => (i === 3 ? { ...row, mpan: mpan(1) } : row));
    files = await writeRecords(folder, { ...RECORDS, installations });
    const answer = await supplierFiles();
    expect(answer.code).toBe(4);
    expect(answer.err).toContain('excluded under two installations');
    expect(answer.err).not.toMatch(/\d{9,}/);
    expect(readdirSync(folder).filter((name) => name.startsWith('files'))).toEqual([]);
  });

  test('the order of rows and installations changes no byte', async () => {
    await supplierFiles();
    const reversed = Object.fromEntries(Object.entries(RECORDS).map(([name, rows]) => [name, (rows as Cells[]).toReversed()])); // prettier-ignore
    const other = freshFolder();
    const args = await writeRecords(other, reversed as unknown as Records);
    await report('supplier-files', ...args, ...MONTHS, '--out', join(other, 'files'));
    // The manifest names the files that were read, whose rows have another order here.
    for (const name of readdirSync(join(folder, 'files')).filter((file) => file !== 'manifest.json'))
      expect(readFileSync(join(other, 'files', name), 'utf8')).toBe(read('files', name));
  });

  test('a folder with files, an invalid month, and records that end too early are usage errors', async () => {
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', 'mine.txt'), '');
    expect(await supplierFiles()).toMatchObject({ code: 1 });
    expect(readdirSync(join(folder, 'files'))).toEqual(['mine.txt']);
    expect((await supplierFiles('--to-month', '2022-13')).err).toContain('YYYY-MM');
    expect((await supplierFiles('--to-month', '2021-01')).err).toContain('--from-month lies after');
    expect((await supplierFiles('--as-of', '2022-02-27')).err).toContain('the records at 2022-02-27T23:59:59Z');
  });
});

describe('--pseudonymise', () => {
  test('--pseudonymise writes equal pseudonyms everywhere, with a key of a file or the environment', async () => {
    writeFileSync(join(folder, 'key'), 'a key of 16 bytes or more\n');
    expect((await supplierFiles('--pseudonymise', '--pseudonym-key-file', join(folder, 'key'))).code).toBe(0);
    const january = read('files', 'Acme_2022-01.csv');
    for (const id of [1, 2, 3, 4]) for (const point of [mpan(id), mprn(id)]) expect(january).not.toContain(point);
    expect(january.match(/mpan-[0-9a-f]{32}/g)).toHaveLength(2);
    expect(january.match(/mprn-[0-9a-f]{32}/g)).toHaveLength(2);
    expect(january.split('\n').slice(1, 3)).toEqual(january.split('\n').slice(1, 3).toSorted()); // not the MPANs' order
    process.env['SMETS1_BENCH_PSEUDONYM_KEY'] = 'a key of 16 bytes or more';
    const same = await report('supplier-files', ...files, ...MONTHS, '--out', join(folder, 'same'), '--pseudonymise');
    expect(same.code).toBe(0);
    expect(read('same', 'Acme_2022-01.csv')).toBe(january);
    process.env['SMETS1_BENCH_PSEUDONYM_KEY'] = 'another key of 16 bytes or more';
    await report('supplier-files', ...files, ...MONTHS, '--out', join(folder, 'unlike'), '--pseudonymise');
    expect(read('unlike', 'Acme_2022-01.csv')).not.toContain(/mpan-\w+/.exec(january)?.[0]);
  });

  test('--pseudonymise writes nothing without a key or with a short one', async () => {
    expect(await supplierFiles('--pseudonymise')).toMatchObject({ code: 1, out: '' });
    process.env['SMETS1_BENCH_PSEUDONYM_KEY'] = 'short secret';
    const short = await supplierFiles('--pseudonymise');
    expect(short.err).toContain('found a key of 12 bytes, expected at least 16');
    expect(short.err).not.toContain('secret');
    expect((await supplierFiles('--pseudonym-key-file', 'nowhere')).err).toContain('goes with --pseudonymise');
    expect((await supplierFiles('--pseudonymise', '--pseudonym-key-file', 'nowhere')).err).toContain('ENOENT');
    expect(existsSync(join(folder, 'files'))).toBe(false);
  });
});

describe('the other reports on exported records', () => {
  const asOf = ['--as-of', '2022-06-30'];

  test('consultation counts both suppliers of an installation, and has a row for unknown suppliers', async () => {
    const answer = await report('consultation', ...files, ...asOf, '--out', join(folder, 'c.csv'));
    expect(answer.code).toBe(0);
    expect(read('c.csv')).toBe(
      'supplier,known_to_dcc,category,exclusion_category,installations,electricity_meters,gas_meters,dual_supplier_installations\n' +
        'Acme,yes,no-wan-attempting,No WAN Attempting Migration,2,1,1,2\n' +
        'Acme,yes,gt01,Consistent GT01 Check Failure,1,0,1,0\n' +
        'Bolt & Co/..,yes,no-wan-attempting,No WAN Attempting Migration,1,0,1,1\n' +
        'Zap,yes,no-wan-attempting,No WAN Attempting Migration,1,1,0,1\n' +
        ',no,no-wan-attempting,No WAN Attempting Migration,1,1,1,0\n',
    );
    expect(answer.out).toMatch(/each once +no-wan-attempting +3 /);
    const before = await report('consultation', ...files, '--as-of', '2021-11-03');
    expect(before.out).not.toContain('each once  ');
  });

  test('replacements has a visit for every meter that is excluded in effect', async () => {
    const answer = await report('replacements', ...files, ...asOf, '--out', join(folder, 'r.csv'));
    expect(answer.code).toBe(0);
    const rows = read('r.csv').trimEnd().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
    expect(rows.reduce((sum, row) => sum + Number(row[4]), 0)).toBe(7); // two each of 1, 2 and 4, one of 3
    expect(rows.every((row) => (row[3] ?? '') > '2022-01' && (row[3] ?? '') <= '2022-12')).toBe(true);
    expect(answer.out).toContain('7 meters');
  });

  test('uneconomic takes costs from a file, and refuses rows that are wrong', async () => {
    writeFileSync(join(folder, 'dmcs.csv'), 'dmc,epcl_entry,dmct_cost_pounds\nD1,,1000\nD2,2021-12-01,5\n');
    const answer = await report('uneconomic', ...files, ...asOf, '--dmcs', join(folder, 'dmcs.csv'), '--out', join(folder, 'u.csv')); // prettier-ignore
    expect(answer.code).toBe(0);
    expect(read('u.csv').split('\n')[1]).toBe(
      'D1,,,5,0,3,0,2,1000.00,500.00,1000.00,2,dcc-recommends,2021-11-03,0', // 1, 2 and 4 are excluded otherwise
    );
    writeFileSync(join(folder, 'bad.csv'), 'dmc,epcl_entry,dmct_cost_pounds\nD1,soon,1\nD2,,-1\nD3,,1\nD3,,2\n');
    const bad = await report('uneconomic', ...files, ...asOf, '--dmcs', join(folder, 'bad.csv'));
    expect(bad).toMatchObject({ code: 2, out: '' });
    expect(bad.err.match(/bad\.csv:(\d): (\w+)/g)).toEqual(['bad.csv:2: epcl_entry', 'bad.csv:3: dmct_cost_pounds', 'bad.csv:5: dmc']); // prettier-ignore
    expect((await report('uneconomic', ...files, ...asOf)).err).toContain('--scenario FILE');
  });

  test('calendar writes what is in force at each date, and the volumes of each future', async () => {
    const answer = await report('calendar', ...files, ...asOf, '--late', '2022-02-01', '--out', join(folder, 'cal'));
    expect(answer.code).toBe(0);
    expect(read('cal', 'calendar.csv')).toContain('2021-12-07,18.8 No WAN Attempting Migration in force');
    const volumes = read('cal', 'volumes.csv').split('\n');
    const of = (start: string): string | undefined => volumes.find((line) => line.startsWith(start) && line.includes(',effective,IOC,no-wan-attempting')); // prettier-ignore
    expect(of('adopted,2021-12-07,2022-12-31')).toMatch(/,3$/);
    expect(of('adopted,2021-12-07,2021-12-31')).toMatch(/,0$/);
    expect(of('late,2022-02-01,2022-12-31')).toMatch(/,3$/);
    expect(of('not-adopted,,2022-12-31')).toMatch(/,0$/);
    expect((await report('calendar', ...files, ...asOf, '--late', '2021-12-07')).err).toContain('Expected a day after');
  });

  test('refused rows stop a report, or are left out with --keep-going; meter points are masked', async () => {
    const bad = { ...house(6, 'Acme', 'Acme'), mpan: '2000000000016' };
    files = await writeRecords(folder, { ...RECORDS, installations: [...RECORDS.installations, bad] });
    const strict = await report('consultation', ...files, ...asOf, '--out', join(folder, 'c.csv'));
    expect(strict).toMatchObject({ code: 2, out: '' });
    expect(strict.err).toContain('**********016');
    expect(strict.err).not.toContain('2000000000016');
    expect(existsSync(join(folder, 'c.csv'))).toBe(false);
    const kept = await report('consultation', ...files, ...asOf, '--out', join(folder, 'c.csv'), '--keep-going');
    expect(kept.code).toBe(2);
    expect(kept.out).toContain('Acme');
  });

  test('a report asks for an option that is missing', async () => {
    expect((await report('consultation')).err).toContain('Name a run');
    expect((await report('consultation', ...files)).err).toContain('--as-of');
    expect((await report('consultation', ...files, '--run', folder)).err).toContain('not both');
    expect((await report('consultation', '--run', folder)).err).toContain('without manifest.json');
    expect((await report('consultation', ...files, ...asOf, '--out', join(folder, 'no', 'c.csv'))).code).toBe(1);
    expect((await report('consultation', ...files, ...asOf, '--out', '-')).err).toContain('name a file');
    expect((await report('consultation', ...files, ...asOf, '--set-rule', 'mixed=perhaps')).code).toBe(1);
  });
});
