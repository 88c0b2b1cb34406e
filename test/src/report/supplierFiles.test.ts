import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from '../../../src/migration/history.ts';
import { excludedAt } from '../../../src/report/records/excluded.ts';
import {
  cutAtReplacement,
  excludedPoints,
  faultsOfMonth,
  filesOfMonth,
  summariesOf,
  suppliersOf,
  type ExcludedPoint,
} from '../../../src/report/records/supplierFiles.ts';
import { endOfLondonDate, instant } from '../../../src/time.ts';
import { decideAt, decider, estateArbitrary, event, gt01, house, noWan } from './fixtures.ts';

// What stands in which file of which month. That the verdicts are right is the engine's own tests.

const MONTHS = ['2021-12-31', '2022-01-31', '2022-02-28', '2022-03-31'];
const ENDS = MONTHS.map(endOfLondonDate);
const points = (...histories: readonly History[]): ExcludedPoint[] =>
  histories.flatMap((history) => excludedPoints(history, decider, ENDS));

/** The rows of a month's files by supplier, headers left out. */
function filesOf(all: readonly ExcludedPoint[], month: number): Record<string, string[]> {
  const known = suppliersOf(all).filter((supplier) => supplier !== '');
  const files = [...filesOfMonth(all, month, known, (category) => category)];
  return Object.fromEntries(files.map((file) => [file.supplier, file.text.trimEnd().split('\n').slice(1)]));
}

const { mpan } = house(7);
const mprn = house(7).gas?.mprn ?? '';

describe('the monthly file of a supplier', () => {
  test('an excluded installation has a row for each meter, an MPAN row before the MPRN row', () => {
    const all = points(noWan(7));
    expect(filesOf(all, 0)).toEqual({ Acme: [] }); // 31 December: not yet excluded
    expect(filesOf(all, 1)).toEqual({ Acme: [`${mpan},,no-wan-attempting`, `,${mprn},no-wan-attempting`] });
  });

  test('a gas meter excluded under GT01 has its MPRN row alone, also once the ESME has migrated', () => {
    const history = gt01(7);
    const ok = { ...history.attempts[0], at: instant('2022-02-07T10:00:00Z'), outcome: 'ok-esme' } as const;
    const all = points({ ...history, attempts: [...history.attempts, ok as (typeof history.attempts)[number]] });
    expect(filesOf(all, 1)).toEqual({ Acme: [`,${mprn},gt01`] });
    expect(filesOf(all, 3)).toEqual({ Acme: [`,${mprn},gt01`] });
  });

  test('a change of the gas supplier moves the MPRN row and leaves the MPAN row', () => {
    const all = points(noWan(7, {}, [event('2022-02-10', 'gas-supplier', 'Bolt')]));
    expect(filesOf(all, 1).Acme).toHaveLength(2);
    expect(filesOf(all, 2)).toEqual({
      Acme: [`${mpan},,no-wan-attempting`],
      Bolt: [`,${mprn},no-wan-attempting`],
    });
    const [acme, bolt] = summariesOf(all, 2, suppliersOf(all));
    expect(acme).toMatchObject({ electricityRows: 1, gasRows: 0, movedOut: 1, movedIn: 0, added: 0, removed: 0 });
    expect(bolt).toMatchObject({ electricityRows: 0, gasRows: 1, movedOut: 0, movedIn: 1, added: 0, removed: 0 });
  });

  test('a readmitted installation leaves the file, and so does one that becomes Active', () => {
    for (const change of [event('2022-02-10', 'readmit'), event('2022-02-10', 'esme-dormant', 'no')]) {
      const all = points(noWan(7, {}, [change]));
      expect(filesOf(all, 1).Acme).toHaveLength(2);
      expect(filesOf(all, 2).Acme).toEqual([]);
      expect(summariesOf(all, 2, ['Acme'])[0]).toMatchObject({ removed: 2, movedOut: 0 });
    }
  });

  test('a replaced installation leaves the file with the month of its replacement, to the second', () => {
    const [point] = points(noWan(7)) as [ExcludedPoint];
    const end = endOfLondonDate('2022-02-28');
    expect(filesOf([cutAtReplacement(point, end, ENDS)], 2).Acme).toEqual([]);
    expect(filesOf([cutAtReplacement(point, end + 1, ENDS)], 2).Acme).toHaveLength(1);
    expect(cutAtReplacement(point, instant('2021-01-01T00:00:00Z'), ENDS).stays).toEqual([]);
  });

  test('suppliers not known to DCC have no file but a summary', () => {
    const all = points(noWan(7, { electricitySupplier: '' }));
    expect(filesOf(all, 1)).toEqual({ Acme: [`,${mprn},no-wan-attempting`] });
    expect(summariesOf(all, 1, suppliersOf(all)).at(-1)).toMatchObject({ supplier: '', electricityRows: 1, added: 1 });
  });

  test('before the categories are in force no installation is in a file', () => {
    const met = noWan(7).attempts.map((row) => ({ ...row, at: row.at - 90 * 86_400 }));
    const october = excludedPoints({ ...noWan(7), attempts: met }, decider, [endOfLondonDate('2021-11-30'), ENDS[0] as number]); // prettier-ignore
    expect(october[0]?.stays).toEqual([{ from: 1, to: 2, supplier: 'Acme', category: 'no-wan-attempting' }]);
  });
});

describe('the check that every meter point stands in exactly one file', () => {
  const all = points(noWan(7), noWan(8, { electricitySupplier: 'Bolt' }), gt01(9));
  const texts = (): string[] =>
    [...filesOfMonth(all, 1, ['Acme', 'Bolt'], (category) => category)].map((file) => file.text);

  test('the check of the files holds for the files as they are written', () => {
    expect(faultsOfMonth(all, 1, texts())).toEqual([]);
  });

  test('the check of the files fails if a row is lost, doubled, put into a second file, or of unknown origin', () => {
    const [acme = '', bolt = ''] = texts();
    const row = acme.split('\n')[1] ?? '';
    expect(faultsOfMonth(all, 1, [acme.replace(`${row}\n`, ''), bolt])[0]).toMatchObject({ found: '0 rows in the files of the month' }); // prettier-ignore
    expect(faultsOfMonth(all, 1, [`${acme}${row}\n`, bolt])[0]).toMatchObject({ found: '2 rows in the files of the month' }); // prettier-ignore
    expect(faultsOfMonth(all, 1, [acme, `${bolt}${row}\n`])).toHaveLength(1);
    expect(faultsOfMonth(all, 1, [acme, `${bolt},9999,x\n`])[0]).toMatchObject({ fuel: 'gas', meterPoint: '9999' });
  });

  test('the check of the files fails if two installations share an MPAN', () => {
    const shared = points(noWan(7), noWan(8, { mpan }));
    const files = [...filesOfMonth(shared, 1, ['Acme'], (category) => category)].map((file) => file.text);
    expect(faultsOfMonth(shared, 1, files).map((fault) => fault.found)).toContain('excluded under two installations');
  });
});

describe('properties of the files', () => {
  test('every excluded meter point with a known supplier stands in exactly one file, and the summary adds up', () => {
    let rows = 0;
    fc.assert(
      fc.property(estateArbitrary, (estate) => {
        const ends = ['2021-12-31', '2022-03-31', '2022-06-30', '2022-09-30'].map(endOfLondonDate);
        const all = estate.flatMap((history) => excludedPoints(history, decider, ends));
        const suppliers = suppliersOf(all);
        const known = suppliers.filter((supplier) => supplier !== '');
        for (let month = 1; month < ends.length; month += 1) {
          const files = [...filesOfMonth(all, month, known, (category) => category)];
          expect(
            faultsOfMonth(
              all,
              month,
              files.map((file) => file.text),
            ),
          ).toEqual([]);
          const before = summariesOf(all, month - 1, suppliers);
          for (const [i, now] of summariesOf(all, month, suppliers).entries()) {
            const was = before[i];
            const had = (was?.electricityRows ?? 0) + (was?.gasRows ?? 0);
            const has = now.electricityRows + now.gasRows;
            expect(had + now.added + now.movedIn - now.movedOut - now.removed).toBe(has);
            rows += has;
          }
        }
      }),
      { numRuns: 150, seed: 3 },
    );
    expect(rows).toBeGreaterThan(100); // else nothing was excluded
  });

  test('a point is in the file that a fresh decision at each month end gives', () => {
    const ends = Array.from({ length: 14 }, (_, i) => endOfLondonDate('2021-11-30') + i * 30 * 86_400);
    fc.assert(
      fc.property(estateArbitrary, (estate) => {
        for (const history of estate) {
          const stays = excludedPoints(history, decider, ends).flatMap((point) =>
            point.stays.flatMap(({ from, to, supplier, category }) =>
              Array.from({ length: to - from }, (_, i) => `${from + i} ${point.fuel} ${supplier} ${category}`),
            ),
          );
          const wanted = ends.flatMap((at, month) => {
            const excluded = excludedAt(history, decideAt(history, at).verdicts, at);
            if (!excluded || excluded.effectiveFrom === null) return [];
            return excluded.meters.map(({ fuel, supplier }) => `${month} ${fuel} ${supplier} ${excluded.category}`);
          });
          expect(stays.toSorted()).toEqual(wanted.toSorted());
        }
      }),
      { numRuns: 100, seed: 9 },
    );
  });

  test('the order of the installations changes nothing', () => {
    fc.assert(
      fc.property(estateArbitrary, (estate) => {
        const all = estate.flatMap((history) => excludedPoints(history, decider, ENDS));
        const reversed = [...estate].reverse().flatMap((history) => excludedPoints(history, decider, ENDS));
        for (const month of [1, 2, 3]) {
          expect(filesOf(reversed, month)).toEqual(filesOf(all, month));
          expect(summariesOf(reversed, month, suppliersOf(reversed))).toEqual(
            summariesOf(all, month, suppliersOf(all)),
          );
        }
      }),
      { numRuns: 60, seed: 4 },
    );
  });
});
