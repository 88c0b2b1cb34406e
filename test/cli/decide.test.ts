import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { syntheticMpan, syntheticMprn } from '../../src/installation/identifiers.ts';
import {
  decide,
  freshFolder,
  removeFolders,
  readRecord,
  writeRecords,
  type DecideAnswer,
  type Cells,
  type Records,
} from './decideHarness.ts';
import { commandLine } from './harness.ts';
import { failed, failedWeeks, house } from './recordRows.ts';

afterAll(removeFolders);

// These show what `decide` does with rows that are wrong, doubled or strange. They do not show that its verdicts are
// right: the engine has its own tests.

const HOUSE = house(7, { dmc: 'D1' });
const WITH_GAS: Cells = {
  ...HOUSE,
  installation_id: '9',
  mpan: String(syntheticMpan(11, 9)),
  mprn: String(syntheticMprn(9)),
  gsme_dormant: 'no',
  gas_payment_mode: 'credit',
  gas_supplier: 'Acme',
};
/** Three weeks of MA112: no-wan-attempting holds of installation 7. */
const THREE = failedWeeks(7);
const HOLDS: Records = { installations: [HOUSE, WITH_GAS], attempts: THREE, events: [] };

async function run(records: Partial<Records>, ...args: string[]): Promise<DecideAnswer> {
  const folder = freshFolder();
  const files = await writeRecords(folder, { ...HOLDS, ...records });
  return decide(folder, ...files, '--as-of', '2022-06-30', ...args);
}

function lines(text: string | undefined): string[] {
  return (text ?? '').trimEnd().split('\n').slice(1);
}

describe('decide', () => {
  test('decide writes the verdicts and tells what it read', async () => {
    const answer = await run({});
    expect(answer.code).toBe(0);
    expect(answer.out).toBe(
      'installation_id,category,clause,excludes,met_at,effective_from,counted,evidence,reported\n' +
        '7,no-wan-attempting,18.8,installation,2022-01-17T10:00:00Z,2022-01-17T10:00:00Z,3,' +
        '2022-01-03T10:00:00Z;2022-01-10T10:00:00Z;2022-01-17T10:00:00Z,yes\n',
    );
    expect(answer.notes).toBe('installation_id,at,note\n');
    expect(answer.refused).toBeUndefined();
    expect(answer.errors).toContain('2 installations, 3 attempts, 0 events');
    expect(answer.errors).toContain('as of 2022-06-30T22:59:59Z'); // the last second of that London day
  });

  test('verdicts come in the order of the installations, whatever the order of the files', async () => {
    const ids = ['20', '3', '100', 'x', '7'];
    const installations = ids.map((id) => ({ ...HOUSE, installation_id: id }));
    const attempts = [...ids].reverse().flatMap((id) => THREE.map((row) => ({ ...row, installation_id: id })));
    const answer = await run({ installations, attempts });
    expect(lines(answer.out).map((line) => line.split(',')[0])).toEqual(ids);
    expect(answer.errors).toContain('temporary files');
    const sorted = await run({ installations: installations.slice(0, 3).reverse().toReversed(), attempts: [] });
    expect(sorted.errors).toContain('temporary files');
    const numbers = ['3', '20', '100'].map((id) => ({ ...HOUSE, installation_id: id }));
    expect((await run({ installations: numbers, attempts: [] })).errors).toContain('order of their numbers');
    const texts = ['100', '20', '3'].map((id) => ({ ...HOUSE, installation_id: id }));
    expect((await run({ installations: texts, attempts: [] })).errors).toContain('order of their ids');
  });

  test('rows after the as-of are ignored and counted, but checked', async () => {
    const late = failed('24', { at: '2022-07-01T00:00:00Z' });
    const answer = await run({ attempts: [...THREE.slice(0, 2), late] });
    expect(answer).toMatchObject({ code: 0 });
    expect(lines(answer.out)).toEqual([]);
    expect(answer.errors).toContain('1 row after the as-of, ignored');
    const bad = await run({ attempts: [...THREE, { ...late, cause: 'gremlins' }] });
    expect(bad.code).toBe(2);
    const contradicted = await run({ attempts: [...THREE, late, { ...late, outcome: 'GT01' }] }, '--keep-going');
    expect(contradicted.code).toBe(2);
    expect(lines(contradicted.out)).toEqual([]);
  });

  test('equal rows count as one, even if one of them leaves a default out', async () => {
    const twice = [...THREE, { ...failed('03'), cause: 'device', table_5_10: 'no' }, failed('10')];
    const answer = await run({ attempts: twice, installations: [HOUSE, HOUSE, WITH_GAS] });
    expect(answer.code).toBe(0);
    expect(lines(answer.out)).toEqual(lines((await run({})).out));
    expect(answer.errors).toContain('3 rows more than once');
  });

  test('rows that contradict each other are all refused, and their installation gets no verdict', async () => {
    const attempts = [...THREE, failed('10', { outcome: 'GT01' }), failed('10')];
    const strict = await run({ attempts });
    expect(strict).toMatchObject({ code: 2, out: undefined, notes: undefined });
    const others = THREE.map((row) => ({ ...row, installation_id: '9' }));
    const installations = [HOUSE, { ...WITH_GAS, gsme_dormant: 'yes' }];
    const kept = await run({ installations, attempts: [...attempts, ...others] }, '--keep-going');
    expect(kept.code).toBe(2);
    expect(lines(kept.out).map((line) => line.split(',')[0])).toEqual(['9']);
    expect(lines(kept.refused).map((line) => line.split(',')[1])).toEqual(['3', '5', '6']);
    expect(kept.errors).toContain('1 installation without a verdict');
  });

  test('a contradiction among installations, events or the events of a DMC leaves no verdict either', async () => {
    const event = (subject: string, name: string, value = ''): Cells => {
      return { subject, at: '2022-01-01T00:00:00Z', event: name, value };
    };
    for (const records of [
      { installations: [HOUSE, { ...HOUSE, cohort: 'MOC_MDS' }] },
      { events: [event('7', 'master-key-unobtainable'), event('7', 'master-key-obtained')] },
      { events: [event('7', 'electricity-supplier', 'A'), event('7', 'electricity-supplier', 'B')] },
      { events: [event('dmc:D1', 'sos-uneconomic'), event('dmc:D1', 'sos-direct-otherwise')] },
    ]) {
      const answer = await run(records, '--keep-going');
      expect(answer.code).toBe(2);
      expect(lines(answer.out)).toEqual([]);
      expect(lines(answer.refused)).toHaveLength(2);
      expect(answer.errors).toMatch(/[12] installations? without a verdict/);
    }
  });

  test('notes are summed up and written', async () => {
    const ok = failed('18', { outcome: 'ok' });
    const stranger = { subject: '9', at: '2022-01-01T00:00:00Z', event: 'supplier-gsme-exclusion', value: 'Stranger' };
    const answer = await run({ attempts: [...THREE, ok, failed('24')], events: [stranger] });
    expect(answer.code).toBe(0);
    expect(lines(answer.notes)).toEqual(['7,2022-01-24T10:00:00Z,afterMigration', '9,2022-01-01T00:00:00Z,stranger']);
    expect(answer.errors).toContain('1 noted: attempt after the migration; ignored.');
  });

  test('codes that the catalogue does not know are carried, and are not in Table 5.10', async () => {
    const attempts = ['03', '10', '17', '24', '31'].map((day) => failed(day, { outcome: 'Never_Heard-of' }));
    expect(lines((await run({ attempts })).out).join()).toContain('five-retries');
  });

  test('decide takes named and changed rule sets, and refuses wrong ones', async () => {
    const twoEnough = await run({ attempts: THREE.slice(0, 2) }, '--set-rule', 'separateWeeks=sevenDays');
    expect(twoEnough.code).toBe(0);
    expect((await run({}, '--rules', 'regime-2021-02-01')).out).toMatch(/^[^\n]*\n$/);
    expect((await run({}, '--rules', 'nonesuch')).code).toBe(1);
    expect((await run({}, '--set-rule', 'separateWeeks=fortnight')).code).toBe(1);
  });
});

/** Each row is refused at this column; the row stands on line 2 of its file. */
const REFUSED: readonly (readonly [string, Partial<Records>, string])[] = [
  ['an unknown cohort', { installations: [{ ...HOUSE, cohort: 'MOC' }] }, 'cohort'],
  ['a wrong MPAN check digit', { installations: [{ ...HOUSE, mpan: '2000000000016' }] }, 'mpan'],
  ['a wrong MPRN check digit', { installations: [{ ...WITH_GAS, mprn: '3938424404' }] }, 'mprn'],
  ['no MPAN', { installations: [{ ...HOUSE, mpan: '' }] }, 'mpan'],
  ['gas columns half set', { installations: [{ ...WITH_GAS, gsme_dormant: '' }] }, 'mprn+gsme_dormant+gas_payment_mode+gas_supplier'],
  ['gas columns without an MPRN', { installations: [{ ...HOUSE, gas_supplier: 'A' }] }, 'mprn+gsme_dormant+gas_payment_mode+gas_supplier'],
  ['an id like a DMC', { installations: [{ ...HOUSE, installation_id: 'dmc:1' }] }, 'installation_id'],
  ['an instant without its Z', { attempts: [failed('03', { at: '2022-01-03T10:00:00' })] }, 'at'],
  ['a day that there is not', { attempts: [failed('03', { at: '2022-02-30T10:00:00Z' })] }, 'at'],
  ['the 24th hour', { attempts: [failed('03', { at: '2022-02-03T24:00:00Z' })] }, 'at'],
  ['another century', { attempts: [failed('03', { at: '2038-01-01T00:00:00Z' })] }, 'at'],
  ['an unknown kind', { attempts: [failed('03', { kind: 'retry' })] }, 'kind'],
  ['a code with a space', { attempts: [failed('03', { outcome: 'GT 01' })] }, 'outcome'],
  ['a code too long', { attempts: [failed('03', { outcome: 'X'.repeat(33) })] }, 'outcome'],
  ['an unknown cause', { attempts: [failed('03', { cause: 'weather' })] }, 'cause'],
  ['ok by the system', { attempts: [failed('03', { outcome: 'ok', cause: 'system' })] }, 'outcome+cause'],
  ['ok of Table 5.10', { attempts: [failed('03', { outcome: 'ok', table_5_10: 'yes' })] }, 'outcome+table_5_10'],
  ['an instruction ok-esme', { attempts: [failed('03', { kind: 'instruction', outcome: 'ok-esme' })] }, 'kind+outcome'],
  ['an unknown installation', { attempts: [failed('03', { installation_id: '8' })] }, 'installation_id'],
  ['an unknown subject', { events: [{ subject: '8', at: '2022-01-01T00:00:00Z', event: 'readmit' }] }, 'subject'],
  ['an unknown event', { events: [{ subject: '7', at: '2022-01-01T00:00:00Z', event: 'lost' }] }, 'event'],
  ['a readmit with a value', { events: [{ subject: '7', at: '2022-01-01T00:00:00Z', event: 'readmit', value: 'x' }] }, 'value'],
  ['dormant perhaps', { events: [{ subject: '7', at: '2022-01-01T00:00:00Z', event: 'esme-dormant', value: 'maybe' }] }, 'value'],
  ['gas without a GSME', { events: [{ subject: '7', at: '2022-01-01T00:00:00Z', event: 'gas-supplier', value: 'A' }] }, 'subject+event'],
  ['a decision on an installation', { events: [{ subject: '7', at: '2022-01-01T00:00:00Z', event: 'sos-uneconomic' }] }, 'subject+event'],
  ['a readmit of a DMC', { events: [{ subject: 'dmc:D1', at: '2022-01-01T00:00:00Z', event: 'readmit' }] }, 'subject+event'],
  ['a DMC without a name', { events: [{ subject: 'dmc:', at: '2022-01-01T00:00:00Z', event: 'sos-uneconomic' }] }, 'subject'],
]; // prettier-ignore

describe('refused rows', () => {
  test.each(REFUSED)('%s is refused', async (_name, records, column) => {
    // Other files must not add refusals of their own.
    const attempts = records.attempts ?? [];
    const strict = await run({ ...records, attempts });
    expect(strict.errors).not.toContain('   at '); // no stack
    expect(strict).toMatchObject({ code: 2, out: undefined, refused: undefined });
    const kept = await run({ ...records, attempts }, '--keep-going');
    expect(kept.code).toBe(2);
    expect(kept.out).toBeDefined();
    const rows = lines(kept.refused);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(new RegExp(`[.]csv,2,${column.replaceAll('+', '[+]')},`));
  });

  test('decide --keep-going decides the rows that are not refused', async () => {
    const answer = await run({ attempts: [failed('01', { outcome: '!' }), ...THREE] }, '--keep-going');
    expect(answer.code).toBe(2);
    expect(lines(answer.out)).toEqual(lines((await run({})).out));
  });

  test('--max-errors ends the reading; --keep-going only shows fewer', async () => {
    const attempts = Array.from({ length: 30 }, (_, i) => failed(String(i + 1).padStart(2, '0'), { outcome: '!' }));
    const strict = await run({ attempts }, '--max-errors', '5');
    expect(strict.errors.match(/found/g)).toHaveLength(5);
    expect(strict.errors).toContain('ended at 5 refused rows');
    const kept = await run({ attempts }, '--max-errors', '5', '--keep-going');
    expect(kept.errors.match(/found/g)).toHaveLength(5);
    expect(lines(kept.refused)).toHaveLength(30);
    expect((await run({}, '--max-errors', '0')).code).toBe(1);
  });

  test('no output contains a whole meter point', async () => {
    const wrong = '2000000000016';
    const answers = [
      await run({ installations: [{ ...HOUSE, mpan: wrong }], attempts: [] }, '--keep-going'),
      await run({ installations: [{ ...HOUSE, cohort: wrong }], attempts: [] }, '--keep-going'),
      await run(
        { installations: [{ ...HOUSE, gas_supplier: wrong, mprn: `${wrong}x` }], attempts: [] },
        '--keep-going',
      ),
      await run(
        { installations: [HOUSE, { ...HOUSE, mpan: String(syntheticMpan(12, 1)) }], attempts: [] },
        '--keep-going',
      ),
    ];
    for (const answer of answers) {
      expect(answer.code).toBe(2);
      expect(`${answer.errors}${answer.refused}`).not.toMatch(/\d{13}/);
    }
    expect(answers[0]?.refused).toContain('**********016');
  });
});

describe('files and formats', () => {
  test('CSV, NDJSON and Parquet give the same verdicts, in any of the three', async () => {
    const wanted = lines((await run({})).out);
    for (const format of ['csv', 'ndjson', 'parquet'] as const) {
      const folder = freshFolder();
      const files = await writeRecords(folder, HOLDS, format);
      const rows: Cells[][] = [];
      for (const to of ['csv', 'ndjson', 'parquet'] as const) {
        const out = join(folder, `verdicts.${to}`);
        const answer = await decide(folder, ...files, '--as-of', '2022-06-30', '--out', out);
        expect(answer.code).toBe(0);
        if (to === 'csv') expect(lines(answer.out)).toEqual(wanted);
        rows.push(await readRecord(out, 'verdicts', to));
      }
      expect(rows[0]).toHaveLength(1);
      expect(rows[1]).toEqual(rows[0]);
      expect(rows[2]).toEqual(rows[0]);
    }
  });

  test('decide reads standard input and writes standard output', async () => {
    const folder = freshFolder();
    const files = ['installations', 'attempts', 'events'].map((name) => join(folder, `${name}.csv`));
    await writeRecords(folder, HOLDS);
    const args = ['--installations', files[0] as string, '--attempts', '-', '--as-of', '2022-06-30', '--out', '-'];
    const answer = await commandLine(['decide', ...args, '--format', 'csv'], {
      stdin: readFileSync(files[1] as string),
    });
    expect(answer.out).toMatch(/^installation_id,category.*\n7,no-wan-attempting/);
    expect(answer.code).toBe(0);
    expect(answer.err).toContain('1 verdict of 1 installation');
    expect(readdirSync(folder).filter((name) => name.startsWith('-'))).toEqual([]);
  });

  test('a record in several files is read as one', async () => {
    const folder = freshFolder();
    await writeRecords(folder, HOLDS);
    const text = readFileSync(join(folder, 'attempts.csv'), 'utf8').split('\n');
    writeFileSync(join(folder, 'a.csv'), `${text.slice(0, 2).join('\n')}\n`);
    writeFileSync(join(folder, 'b.csv'), `${text[0]}\n${text.slice(2).join('\n')}`);
    const args = ['--installations', join(folder, 'installations.csv'), '--as-of', '2022-06-30'];
    const answer = await decide(
      folder,
      ...args,
      '--attempts',
      join(folder, 'a.csv'),
      '--attempts',
      join(folder, 'b.csv'),
    );
    expect(lines(answer.out)).toEqual(lines((await run({})).out));
  });

  test('faults that the user must mend give exit code 1, and no file is left behind', async () => {
    const folder = freshFolder();
    const files = await writeRecords(folder, HOLDS);
    const empty = freshFolder(); // a folder stands for the files in it
    const before = readdirSync(folder);
    const asOf = ['--as-of', '2022-06-30'];
    const wrong: readonly (readonly string[])[] = [
      [...files],
      [...files, '--as-of', '2022-13-01'],
      [...asOf, ...files.slice(0, 2)],
      ['--installations', join(folder, 'none.csv'), '--attempts', files[3] as string, ...asOf],
      ['--installations', empty, '--attempts', files[3] as string, ...asOf],
      ['--installations', '-', '--attempts', '-', '--format', 'csv', ...asOf],
      ['--installations', '-', '--attempts', files[3] as string, ...asOf],
      [...files, ...asOf, '--out', join(folder, 'verdicts.txt')],
      [...files, ...asOf, '--out', join(folder, 'no', 'verdicts.csv')],
      [...files, ...asOf, '--out', files[1] as string],
      [...files, ...asOf, '--format', 'xml'],
    ];
    for (const args of wrong) {
      const answer = await decide(folder, ...args);
      expect([args.slice(-4), answer.code, answer.errors]).toEqual([args.slice(-4), 1, expect.stringMatching(/./)]);
      expect(answer.errors).not.toContain('   at ');
    }
    await decide(folder, ...files, ...asOf, '--max-errors', '1', '--attempts', files[1] as string);
    expect(readdirSync(folder)).toEqual(before);
  });
});
