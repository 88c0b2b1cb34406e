import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { syntheticMpan, syntheticMprn } from '../../src/installation/identifiers.ts';
import { formatOf, type Format, type Input } from '../../src/interchange/format/formats.ts';
import { joinHistories } from '../../src/interchange/history/joinHistories.ts';
import { oneHistory } from '../../src/interchange/history/oneHistory.ts';
import type { History } from '../../src/migration/history.ts';
import { instant } from '../../src/time.ts';
import { historyArbitrary } from '../src/exclusion/chainedHistories.ts';
import { freshFolder, removeFolders, recordsOf, writeRecords, type Cells, type Records } from './decideHarness.ts';
import { commandLine, unbroken } from './harness.ts';
import { failed, failedWeeks, house } from './recordRows.ts';

const explain = (...args: readonly string[]) => commandLine(['explain', ...args]);

afterAll(removeFolders);

// What `explain` says of recorded histories, and that it reads of an installation what `decide` does. Traces and near
// misses are the engine's and tested there.

const MPAN = String(syntheticMpan(10, 7));
const MPRN = String(syntheticMprn(7));
const HOUSE = house(7, { dmc: 'D1' });
const GAS: Cells = { mprn: MPRN, gsme_dormant: 'yes', gas_payment_mode: 'credit', gas_supplier: 'Acme' };
const OTHER = house(8);
const TWO = failedWeeks(7, 2);

async function run(records: Partial<Records>, options: { format?: Format; args?: readonly string[] } = {}) {
  const all: Records = { installations: [HOUSE, OTHER], attempts: TWO, events: [], ...records };
  const files = await writeRecords(freshFolder(), all, options.format ?? 'csv');
  const answer = await explain(...files, '--installation', '7', '--as-of', '2022-06-30', ...(options.args ?? []));
  return { ...answer, out: unbroken(answer.out) };
}

describe('explain of records', () => {
  test('after two weeks of MA112 explain shows what counted, what is missing, and the shortest way to it', async () => {
    const { code, out, err: errors } = await run({});
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('Installation 7, as of 2022-06-30T22:59:59Z, by the rules various-1-proposed-2021-11-03');
    expect(out).toContain('no-wan-attempting (18.8, No WAN Attempting Migration): does not hold');
    expect(out).toContain('  + 2022-01-03T10:00:00Z  migration MA112: counts');
    expect(out).toContain('2 of 3 separate weeks; one more MA112 in any week after 2022-W02 would do');
    expect(out).toContain('  no-wan-attempting: 1 more row\n    2022-06-30T23:00:00Z  migration MA112');
    expect(out).toContain('Clause 18.8'); // the citation
  });

  test('after three weeks the category holds, any dropped week undoes it, and a fourth makes it firm', async () => {
    const three = [...TWO, failed('17')];
    const { out } = await run({ attempts: three });
    expect(out).toContain('(18.8, No WAN Attempting Migration): HOLDS');
    expect(out.match(/dropping it undoes the category/g)).toHaveLength(3);
    const firm = await run({ attempts: [...three, failed('24')] });
    expect(firm.out).toContain('no-wan-attempting holds; dropping any one row would not undo it');
  });

  test('a cohort that a clause does not extend to has no near miss', async () => {
    const { out } = await run({ installations: [{ ...HOUSE, cohort: 'FOC' }] });
    expect(out).toContain('no-wan-attempting: none; the clause does not extend to the cohort');
  });

  test('meter points are masked in text and in JSON, and last digits tell them apart', async () => {
    const records = { installations: [{ ...HOUSE, ...GAS }] };
    for (const format of ['text', 'json']) {
      const { out } = await run(records, { args: ['--format', format] });
      expect(out).not.toContain(MPAN);
      expect(out).not.toContain(MPRN);
      expect(out).toContain(`*${MPAN.slice(-3)}`);
      expect(out).toContain(`*${MPRN.slice(-3)}`);
    }
  });

  test('explain reports notes, unlisted codes, doubled rows and rows after the as-of', async () => {
    const attempts = [...TWO, failed('03'), failed('11', { outcome: 'ok' }), failed('12', { outcome: 'XX-1' })];
    const late = { ...failed('03'), at: '2022-07-01T10:00:00Z' };
    const { code, out } = await run({ attempts: [...attempts, late] });
    expect(code).toBe(0);
    expect(out).toContain('notes\n  2022-01-12T10:00:00Z  attempt after the migration; ignored');
    expect(out).toContain('migration XX-1: unlisted code');
    expect(out).toContain('1 row more than once');
    expect(out).toContain('1 row after the as-of, ignored');
  });

  test("events of the installation's DMC belong to its history, and those of another DMC do not", async () => {
    const event = (subject: string): Cells => ({ subject, at: '2022-01-05T10:00:00Z', event: 'sos-uneconomic' });
    const events = [event('dmc:D2'), event('dmc:D1')];
    expect((await run({ events })).out).toContain('uneconomic-to-test (18.5, Uneconomic to Test): HOLDS');
    expect((await run({ events: events.slice(0, 1) })).out).toContain('Uneconomic to Test): does not hold');
  });

  test('another rule set gives another answer', async () => {
    const { out } = await run({}, { args: ['--set-rule', 'separateWeeks=sevenDays'] });
    expect(out).toContain('from 2022-01-17T10:00:00Z');
    const before = await run({}, { args: ['--rules', 'regime-2021-02-01'] });
    expect(before.out).toContain('the rule set has no category of exclusion');
    const lax = await run({}, { args: ['--set-rule', 'clauses.no-wan-attempting.shows.atLeast=2'] });
    expect([lax.code, lax.err + lax.out]).toEqual([0, expect.stringMatching(/No WAN Attempting.*: HOLDS/)]);
  });

  test('without --as-of the last day of the rule set is used, and in-force needs an as-of', async () => {
    const files = await writeRecords(freshFolder(), { installations: [HOUSE], attempts: TWO, events: [] });
    const { out } = await explain(...files, '--installation', '7');
    expect(out).toContain('as of 2022-12-31T23:59:59Z');
    const inForce = await explain(...files, '--installation', '7', '--rules', 'in-force');
    expect(inForce.code).toBe(1);
    expect(inForce.err).toContain('--as-of');
  });

  test('the three formats give the same explanation', async () => {
    const records = { installations: [{ ...HOUSE, ...GAS }], attempts: [...TWO, failed('17', { outcome: 'GT01' })] };
    const csv = await run(records, { format: 'csv' });
    const ndjson = await run(records, { format: 'ndjson' });
    const parquet = await run(records, { format: 'parquet' });
    expect(csv.out).toContain('GT01');
    expect(ndjson).toEqual(csv);
    expect(parquet).toEqual(csv);
  });
});

describe('rows that are refused', () => {
  test('refused rows of the installation are shown, the rest is explained, and the exit code is 2', async () => {
    const { code, out } = await run({ attempts: [...TWO, failed('17', { kind: 'visit' })] });
    expect(code).toBe(2);
    expect(out).toMatch(/attempts\.csv:4: kind: found "visit", expected instruction\|migration/);
    expect(out).toContain('2 of 3 separate weeks');
  });

  test('refused rows of other installations are counted, and the exit code is 0', async () => {
    const { code, out } = await run({ attempts: [...TWO, failed('17', { installation_id: '8', kind: 'visit' })] });
    expect(code).toBe(0);
    expect(out).toContain('1 refused row of others');
    expect(out).not.toContain('visit');
  });

  test('refused rows of its DMC are shown, and those of another DMC are counted', async () => {
    const event = (subject: string): Cells => ({ subject, at: '2022-01-05T10:00:00Z', event: 'readmit' });
    const own = await run({ events: [event('dmc:D1')] });
    expect([own.code, own.out]).toEqual([2, expect.stringContaining('readmit of a DMC')]);
    const other = await run({ events: [event('dmc:D2')] });
    expect([other.code, other.out]).toEqual([0, expect.stringContaining('1 refused row of others')]);
  });

  test('rows that contradict each other leave no history, and the exit code is 2', async () => {
    const { code, out } = await run({ attempts: [...TWO, failed('10', { outcome: 'GT01' })] });
    expect(code).toBe(2);
    expect(out.match(/another outcome at 2022-01-10T10:00:00Z/g)).toHaveLength(2);
    expect(out).toContain('There is no history to explain');
  });

  test('a wrong check digit refuses the installation, and its meter point stays masked', async () => {
    const wrong = `${MPAN.slice(0, -1)}${(Number(MPAN.at(-1)) + 1) % 10}`;
    const { code, out } = await run({ installations: [{ ...HOUSE, mpan: wrong }] });
    expect(code).toBe(2);
    expect(out).toContain('check digits');
    expect(out).not.toContain(wrong);
  });

  test('an unknown installation is a usage error, and its attempts are refused', async () => {
    const nobody = await run({ installations: [OTHER], attempts: [] });
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('no row of')]);
    const attempts = await run({ installations: [OTHER] });
    expect([attempts.code, attempts.out]).toEqual([2, expect.stringContaining('an installation that is not there')]);
  });

  test('a file of another record is refused whole', async () => {
    const files = await writeRecords(freshFolder(), { installations: [HOUSE], attempts: TWO, events: [] });
    const swapped = ['--installations', files[3] as string, '--attempts', files[1] as string];
    const { code, out, err: errors } = await explain(...swapped, '--installation', '7');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toContain('nothing is explained');
  });
});

describe('what is read of an installation', () => {
  const AS_OF = instant('2022-10-01T12:00:00Z');

  function inputsOf(files: readonly string[]): Record<'installations' | 'attempts' | 'events', Input[]> {
    const input = (path: string): Input[] => [{ name: path, path, format: formatOf(path) as Format }];
    return {
      installations: input(files[1] as string),
      attempts: input(files[3] as string),
      events: input(files[5] as string),
    };
  }

  /** What `decide` gets to see, by installation. */
  async function joined(files: readonly string[]): Promise<Map<string, History>> {
    const histories = new Map<string, History>();
    const temporary = mkdtempSync(join(tmpdir(), 'explain-test-'));
    await joinHistories(inputsOf(files), {
      asOf: AS_OF,
      temporary,
      decide: (history) => history,
      open: () => {
        histories.clear();
        return {
          refuse: () => undefined,
          emit: (id: string, history: History) => void histories.set(id, history),
          discard: () => undefined,
        };
      },
    });
    rmSync(temporary, { recursive: true });
    return histories;
  }

  test('explain reads the same history as decide, even with rows that are wrong or contradict each other', async () => {
    let undecided = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(historyArbitrary(), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', 'visit', 'contradiction'),
        async (drawn, spoil) => {
          const histories = drawn.map((history, i) => ({
            ...history,
            installation: { ...history.installation, installationId: `i${(i * 3) % 4}`, dmc: i % 2 ? 'D1' : '' },
          }));
          const records = recordsOf(histories);
          const [first] = records.attempts;
          const more: Cells[] = !first || spoil === '' ? [] : [{ ...first, ...(spoil === 'visit' ? { kind: 'visit' } : { outcome: 'ZZ9', table_5_10: 'no' }) }]; // prettier-ignore
          const attempts = [...records.attempts, ...more];
          const files = await writeRecords(freshFolder(), { ...records, attempts });
          const decided = await joined(files);
          for (const { installation } of histories) {
            const id = installation.installationId;
            const one = await oneHistory(inputsOf(files), id, AS_OF);
            // Where rows stood in the files is no part of a history.
            expect(plain(one.history)).toEqual(plain(decided.get(id)));
            if (!one.history) undecided += 1;
            expect(one.refused.length > 0).toBe(more.length > 0 && id === first?.installation_id);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(undecided).toBeGreaterThan(0);
  });

  function plain(history: History | undefined): unknown {
    if (!history) return undefined;
    const without = <R extends object>(rows: readonly R[]): unknown[] =>
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'file' && key !== 'line')));
    return {
      installation: history.installation,
      attempts: without(history.attempts),
      events: without(history.events),
    };
  }
});
