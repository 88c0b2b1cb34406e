import { describe, expect, test } from 'vitest';
import { backtest, type BacktestInput } from '../../../sim/forecast/backtest/backtest.ts';
import { designDice } from '../../../sim/sweep/sweepDice.ts';
import { parseDate } from '../../../src/time.ts';
import { seedText } from '../../seed.ts';

const SEED = seedText(import.meta.filename, 'backtest');
const day = (date: string): number => parseDate(date) as number;
const FROM = day('2021-02-01');

/** An estate of three parts: 3 million before, 4 that begin in June 2021 and take 20 months, 0.5 simulated. */
function truth(at: number): number {
  const begins = day('2021-06-01');
  const later = Math.min(Math.max((at + 1 - begins) / (20 * 30.4375), 0), 1);
  return 3e6 + 4e6 * later + 5e5 * Math.min((at + 1 - FROM) / 365, 1);
}

function input(change: Partial<BacktestInput> = {}): BacktestInput {
  const dates = ['2021-02-28', '2021-04-30', '2021-06-30', '2021-08-31', '2021-12-31', '2022-06-30', '2022-12-31'];
  return {
    from: FROM,
    parts: [
      { meters: 3e6, isBefore: true },
      { meters: 4e6, isBefore: false },
    ],
    simulated: Array.from({ length: 12 }, (_, m) => ({ day: FROM + 30.4 * (m + 1), meters: (5e5 * (m + 1)) / 12 })),
    rows: dates.map((date) => ({ date, day: day(date), unit: 'meters', count: truth(day(date)), kind: 'reported', source: '' })), // prettier-ignore
    fitUntil: day('2021-08-31'),
    draws: 12_000,
    uniformAt: designDice(SEED),
    ...change,
  };
}

describe('a back-test', () => {
  test('a series that the priors contain is forecast within its range', () => {
    const { rows, effective } = backtest(input());
    expect(effective).toBeGreaterThan(20);
    for (const { seen, p05, p95 } of rows) {
      expect(p05).toBeLessThan(seen);
      expect(p95).toBeGreaterThan(seen);
    }
  });

  test('no later row is looked at: other counts there change no forecast', () => {
    const plain = input();
    const changed = plain.rows.map((row) => (row.day > plain.fitUntil ? { ...row, count: 3 * row.count } : row));
    const forecast = (of: BacktestInput) => backtest(of).rows.map(({ p05, p50, p95, straight }) => [p05, p50, p95, straight]); // prettier-ignore
    expect(forecast(input({ rows: changed }))).toEqual(forecast(plain));
    // A row that is fitted to does change it.
    const fitted = plain.rows.map((row, i) => (i === 3 ? { ...row, count: 1.05 * row.count } : row));
    expect(forecast(input({ rows: fitted }))).not.toEqual(forecast(plain));
  });

  test('more rows to fit to leave narrower ranges at the end', () => {
    const width = (until: string): number => {
      const last = backtest(input({ fitUntil: day(until) })).rows.at(-1);
      return (last?.p95 ?? 0) - (last?.p05 ?? 0);
    };
    expect(width('2022-06-30')).toBeLessThan(width('2021-08-31'));
  });

  test('the straight line goes through two rows and on', () => {
    const rows = ['2021-07-31', '2021-08-31', '2021-10-01'].map((date, i) => ({ date, day: day(date), unit: 'meters' as const, count: 3e6 + i * 1e5, kind: 'reported', source: '' })); // prettier-ignore
    expect(backtest(input({ rows })).rows.map(({ straight }) => Math.round(straight))).toEqual([3e6, 3.1e6, 3.2e6]);
  });
});
