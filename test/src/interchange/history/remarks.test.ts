import { describe, expect, test } from 'vitest';
import { meantOutcome, Remarks } from '../../../../src/interchange/history/remarks.ts';
import type { Attempt, History } from '../../../../src/migration/history.ts';

const attempt = (outcome: string): Attempt => ({
  at: 1_636_362_000,
  kind: 'migration',
  outcome,
  cause: 'device',
  table510: false,
});

function history(outcomes: readonly string[], suppliers: { electricity: string; gas: string }): History {
  return {
    installation: {
      installationId: '1',
      cohort: 'IOC',
      groupId: '',
      mpan: '2000000000015',
      esmeDormant: true,
      electricityPaymentMode: 'credit',
      electricitySupplier: suppliers.electricity,
      dmc: '',
      gas: { mprn: '3938424403', dormant: true, paymentMode: 'credit', supplier: suppliers.gas },
    },
    attempts: outcomes.map(attempt),
    events: [{ at: 1_636_362_000, event: 'gas-supplier', value: '\\N' }],
  };
}

describe('outcomes that the catalogue does not list', () => {
  test('unlisted outcomes are counted, the most frequent first, with those that look like a slip', () => {
    const remarks = new Remarks();
    remarks.add(history(['OK', 'MA112', 'X-9', 'ok', 'X-9', 'NO-WAN', 'X-9'], { electricity: 'A', gas: 'B' }));
    expect(remarks.lines().slice(0, 2)).toEqual([
      '3 attempts: outcome "X-9" is not in the catalogue and counts as a failure.',
      '1 attempt: outcome "OK" is not in the catalogue and counts as a failure (ok?).',
    ]);
    expect(remarks.unlistedOutcomes).toEqual([
      ['X-9', 3],
      ['OK', 1],
    ]);
  });

  test.each([
    ['OK', 'ok'],
    ['ma112', 'MA112'],
    ['GT1', 'GT01'],
    ['GT-01', 'GT01'],
    ['Ok_Esme', 'ok-esme'],
    ['NOWAN', 'NO-WAN'],
    ['SUCCESS', 'ok'],
    ['syn_tn1', 'SYN-TN01'],
    ['GT02', undefined],
    ['MA11', undefined],
  ])('%s looks like %s', (text, meant) => {
    expect(meantOutcome(text)).toBe(meant);
  });
});

describe('words for a missing value', () => {
  test.each(['NULL', 'null', 'NaN', 'None', '\\N', 'N/A', '#N/A', '<NA>', 'NaT', '-'])(
    'the word %s for a missing value is reported',
    (word) => {
      const remarks = new Remarks();
      remarks.add(history([], { electricity: word, gas: 'A' }));
      expect(remarks.lines()[0]).toMatch(
        /^1 row: electricity_supplier ".*" is taken as it stands; leave the cell empty/,
      );
      expect(remarks.lines()[1]).toMatch(/^1 row: value "/);
    },
  );

  test('a word for a missing value is reported as an outcome too', () => {
    const remarks = new Remarks();
    remarks.add(history(['NaN'], { electricity: 'Nantwich Energy', gas: 'Na Power' }));
    expect(remarks.lines()[0]).toMatch(/outcome "NaN" is not in the catalogue .* looks like a missing value/);
    expect(remarks.lines()).toHaveLength(2);
  });

  test('a file full of different texts is summed up', () => {
    const remarks = new Remarks();
    const outcomes = Array.from({ length: 1500 }, (_, i) => `X-${i}`);
    remarks.add(history(outcomes, { electricity: 'A', gas: 'B' }));
    expect(remarks.lines().at(-2)).toMatch(/^and 981 texts more of these kinds/);
    expect(remarks.lines().at(-1)).toMatch(/^and 500 rows with still other texts/);
  });
});
