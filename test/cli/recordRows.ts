// Rows of records that many tests of commands start from.
import { syntheticMpan } from '../../src/installation/identifiers.ts';
import type { Cells } from './decideHarness.ts';

/** An installation of IOC without gas, whose electricity meter is Dormant and in credit mode. */
export function house(id: number | string, more: Cells = {}): Cells {
  return {
    installation_id: String(id),
    cohort: 'IOC',
    mpan: String(syntheticMpan(10, Number(id))),
    esme_dormant: 'yes',
    electricity_payment_mode: 'credit',
    ...more,
  };
}

/** A migration attempt of installation 7 that fails on a day of January 2022, with MA112. */
export function failed(day: string, more: Cells = {}): Cells {
  return { installation_id: '7', at: `2022-01-${day}T10:00:00Z`, kind: 'migration', outcome: 'MA112', ...more };
}

/** Attempts that fail in successive weeks, from 3 January 2022 on. There are at most four. */
export function failedWeeks(id: number | string, count = 3, outcome = 'MA112'): Cells[] {
  return ['03', '10', '17', '24'].slice(0, count).map((day) => failed(day, { installation_id: String(id), outcome }));
}
