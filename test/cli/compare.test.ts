import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { decide, freshFolder, removeFolders, writeRecords, type Cells, type Records } from './decideHarness.ts';
import { failedWeeks, house } from './recordRows.ts';

afterAll(removeFolders);

// What `decide --compare` and `--readings all` write and say. Whose verdict is right is the engine's own tests.

/** 1 has two weeks of MA112, 2 three, 3 four. */
const RECORDS: Records = {
  installations: [house('1'), house('2'), house('3')],
  attempts: [...failedWeeks('1', 2), ...failedWeeks('2', 3), ...failedWeeks('3', 4)],
  events: [],
};
const RULES = `extends: ${VARIOUS1.name}\nname: four-weeks\nclauses: { no-wan-attempting: { shows: { atLeast: 4 } } }\n`;

async function compared(records: Records, ...args: string[]) {
  return await comparedWith(RULES, records, ...args);
}

/** `RULES` among the arguments stands for the file of the other rules. */
async function comparedWith(other: string, records: Records, ...args: string[]) {
  const folder = freshFolder();
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, other);
  const files = await writeRecords(folder, records);
  const answer = await decide(folder, ...files, '--as-of', '2022-06-30', ...args.map((arg) => (arg === 'RULES' ? rules : arg))); // prettier-ignore
  const text = (name: string): string | undefined => existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined; // prettier-ignore
  return { ...answer, folder, moves: text('out.csv.compare.csv'), readings: text('out.csv.readings.csv') };
}

describe('decide --compare', () => {
  test('decide --compare names the installations that move, from where to where, and why', async () => {
    const answer = await compared(RECORDS, '--compare', 'RULES');
    expect(answer.code).toBe(0);
    expect(answer.moves).toBe(
      'installation_id,from_category,to_category,reason\n' +
        '2,no-wan-attempting,,no-wan-attempting: shows.atLeast 3 -> 4\n',
    );
    expect(answer.errors).toMatch(/from \\ to +none\nno-wan-attempting +1\n/);
    expect(answer.errors.replaceAll(/\s+/g, ' ')).toContain('The histories are as they were recorded');
    expect(answer.errors).toContain('1 more keep their category, in effect from another instant.'); // 3, a week later
    expect(answer.out).toBe((await compared(RECORDS)).out); // the verdicts are the same as without
  });

  test('decide --compare says which differences act on checks and move no given history', async () => {
    const other =
      `extends: ${VARIOUS1.name}\nname: of-checks\nreadings: { gt01WithoutWan: lastNews }\n` +
      'windows: { wanWindowSeconds: [{ from: 2012-01-01, value: 86400, source: ourAssumption }] }\n';
    const answer = await comparedWith(other, RECORDS, '--compare', 'RULES');
    const said = answer.errors.replaceAll(/\s+/g, ' ');
    expect(said).toContain('0 installations move');
    expect(said).toContain('They differ in what acts on the checks of an attempt: reading gt01WithoutWan: unjudged -> lastNews; windows.wanWindowSeconds: 604800 from 2012-01-01+604800 from 2021-02-01 -> 86400 from 2012-01-01.'); // prettier-ignore
    expect((await compared(RECORDS, '--compare', 'RULES')).errors).not.toContain('checks of an attempt');
  });

  test('decide --compare takes the name of its file, and keeps the order of unsorted installations', async () => {
    const installations = [house('3'), house('2'), house('1')];
    const folder = freshFolder();
    const out = join(folder, 'who.csv');
    const attempts = [...failedWeeks('1', 3), ...failedWeeks('2', 3), ...failedWeeks('3', 4)];
    const answer = await compared({ ...RECORDS, installations, attempts }, '--compare', 'RULES', '--compare-out', out);
    expect(answer.moves).toBeUndefined();
    const ids = readFileSync(out, 'utf8').trimEnd().split('\n').slice(1).map((line) => line[0]); // prettier-ignore
    expect(ids).toEqual(['2', '1']);
    expect(answer.errors).toContain('temporary files');
  });

  test('decide --compare writes no file if rows are refused', async () => {
    const attempts = [...RECORDS.attempts, { ...failedWeeks('1', 1)[0], outcome: 'no such code!' } as Cells];
    const answer = await compared({ ...RECORDS, attempts }, '--compare', 'RULES', '--readings', 'all');
    expect(answer).toMatchObject({ code: 2, out: undefined, moves: undefined, readings: undefined });
    expect(readdirSync(answer.folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('decide --compare reports wrong rules and files as usage errors', async () => {
    expect((await compared(RECORDS, '--compare', 'nonesuch')).code).toBe(1);
    expect((await compared(RECORDS, '--compare-out', 'x.csv')).errors).toContain('goes with --compare');
    const answer = await compared(RECORDS, '--compare', 'RULES', '--compare-out', '/nowhere/at/all.csv');
    expect(answer).toMatchObject({ code: 1, out: undefined });
  });
});

describe('decide --readings all', () => {
  test('decide --readings all gives the volumes of each reading, whatever the order of the files', async () => {
    const mixed: Cells = { ...house('4'), mprn: '3938424404', gsme_dormant: 'no', gas_payment_mode: 'credit' };
    const records = {
      ...RECORDS,
      // Out of order: the files are read three times, and must be counted once.
      installations: [house('1'), { ...mixed, mprn: '3938424403' }, house('3'), house('2')].slice(0, 4),
      attempts: [...RECORDS.attempts, ...failedWeeks('4', 3)],
    };
    const answer = await compared(records, '--readings', 'all');
    expect(answer.code).toBe(0);
    const volume = (reading: string, value: string, measure = 'qualifying'): string | undefined =>
      answer.readings?.split('\n').find((line) => line.startsWith(`${reading},${value},${measure},IOC,no-wan-attempting,`)); // prettier-ignore
    expect(volume('', '')).toMatch(/,installations,2$/);
    expect(volume('mixed', 'anyDormant')).toMatch(/,3$/);
    expect(volume('mixed', 'anyDormant', 'effective')).toMatch(/,3$/);
    expect(volume('beforeInForce', 'ignore')).toMatch(/,2$/);
    expect(answer.errors).toMatch(/^mixed=anyDormant +\. +\. +\. +\+1 /m);
  });
});
