import fc from 'fast-check';
import type { History } from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { Instant } from '../../../src/time.ts';
import { historyArbitrary } from '../arbitraries/histories.ts';
import { installationArbitrary } from '../arbitraries/installations.ts';
import { law, mustEqual, type Law } from './law.ts';

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
});

/**
 * The Monday of the ISO week of the London date, as text. It uses the host's time-zone data and not the bench's table.
 */
function londonWeek(at: Instant): string {
  const part = Object.fromEntries(LONDON.formatToParts(at * 1000).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1 } = part;
  const noon = new Date(Date.UTC(year, month - 1, day, 12));
  noon.setUTCDate(noon.getUTCDate() - ((noon.getUTCDay() + 6) % 7));
  return noon.toISOString().slice(0, 10);
}

/**
 * Solely Dormant installations with no event and no migration, with an as-of after all rows: the simplest histories.
 */
const PLAIN = historyArbitrary({
  installation: installationArbitrary().map((row) => ({
    ...row,
    esmeDormant: true,
    gas: row.gas === null ? null : { ...row.gas, dormant: true },
  })),
  migrations: false,
  readmits: false,
  events: false,
});

/** Rows may be repeated; each counts once. Times are unique by kind, since rows that differ contradict each other. */
function plainCounts({ attempts, installation: { cohort, gas } }: History): [string, number][] {
  const weeks = (counts: (code: string, table510: boolean) => boolean) =>
    new Set(
      attempts
        .filter(({ kind, cause }) => kind === 'migration' && cause === 'device')
        .filter(({ outcome, table510 }) => counts(outcome, table510))
        .map(({ at }) => londonWeek(at)),
    ).size;
  const instructions = attempts.filter(({ kind, cause }) => kind === 'instruction' && cause === 'device');
  const prepared = Math.max(
    ...attempts.filter(({ kind, outcome }) => kind === 'instruction' && outcome === 'ok').map(({ at }) => at),
  );
  const noWan = new Set(
    instructions.filter(({ outcome, at }) => outcome === 'NO-WAN' && at > prepared).map(({ at }) => at),
  ).size;
  const credit = cohort === 'MOC_Secure' || (cohort === 'IOC' && gas?.paymentMode === 'credit');
  const held: [string, number, boolean][] = [
    ['no-wan-before', noWan, cohort === 'IOC' && noWan >= 3],
    ['no-wan-attempting', weeks((code) => code === 'MA112'), cohort === 'IOC' || cohort === 'MOC_MDS'],
    ['gt01', weeks((code) => code === 'GT01'), gas !== null && credit],
    ['five-retries', weeks((_code, table510) => !table510), cohort !== 'FOC'],
  ];
  const needs: Record<string, number> = { 'five-retries': 5 };
  return held.flatMap(([category, count, inScope]) =>
    inScope && count >= (needs[category] ?? 3) ? [[category, count] as [string, number]] : [],
  );
}

/** The answer in closed form for histories with failures only. It uses its own calendar. */
export const CLOSED_FORM_LAWS: readonly Law[] = [
  law(
    'a Dormant installation that only ever failed has the categories its separate London weeks add up to',
    () => fc.record({ history: PLAIN }),
    (engine, { history }) => {
      const asOf = Math.max(0, ...history.attempts.map(({ at }) => at), 1_640_000_000);
      const { verdicts } = engine(history, VARIOUS1, asOf);
      mustEqual(
        verdicts.map(({ category, counted }) => [category, counted]),
        plainCounts(history),
        'categories and counts',
      );
    },
    { needsAll: true },
  ),
];
