import { COHORTS } from '../../src/installation/cohort.ts';
import type { Attempt, EventName, History, HistoryEvent } from '../../src/migration/history.ts';
import { DAY, HOUR, instant, WEEK } from '../../src/time.ts';

/** The as-of of the workload: after every row of it. */
export const AS_OF = instant('2022-12-30T12:00:00Z');

const FIRST = instant('2021-03-01T09:00:00Z');
const CODES = ['MA112', 'GT01', 'SYN-TN01', 'SYN-DF01'] as const;
/** Of thirty events: how many have a name, and their values. */
const EVENTS: readonly (readonly [weight: number, event: EventName, values: readonly string[]])[] = [
  [8, 'supplier-gsme-exclusion', ['A', 'A', 'B']],
  [6, 'gas-supplier', ['A', 'B']],
  [4, 'gsme-dormant', ['yes', 'no']],
  [3, 'electricity-supplier', ['A', 'B']],
  [3, 'master-key-unobtainable', ['']],
  [1, 'master-key-obtained', ['']],
  [3, 'sos-uneconomic', ['']],
  [1, 'sos-direct-otherwise', ['']],
  [1, 'readmit', ['']],
];
const EVENTS_OF_30 = EVENTS.flatMap(([weight, event, values]) =>
  Array.from({ length: weight }, () => ({ event, values })),
);

/**
 * Histories of three to twelve rows, a week apart or less, whose failures tend to one code, so that thresholds are
 * reached and just missed; the same on every run. A workload for deciding, not a likely population.
 */
export function workload(histories: number): History[] {
  let state = 42;
  /** Lehmer's generator, modulus 2^31 - 1. */
  function below(n: number): number {
    state = (state * 48_271) % 2_147_483_647;
    return state % n;
  }
  function of<T>(values: readonly T[]): T {
    return values[below(values.length)] as T;
  }

  function attempt(at: number, code: string): Attempt {
    const row = { at, cause: 'device', table510: false } as const;
    const roll = below(40);
    if (roll < 10) return { ...row, kind: 'instruction', outcome: roll < 9 ? 'NO-WAN' : 'ok' };
    if (roll === 10) return { ...row, kind: 'migration', outcome: below(3) === 0 ? 'ok' : 'ok-esme' };
    const outcome = roll < 18 ? of(CODES) : code;
    const cause = roll === 20 ? 'system' : 'device';
    return { at, kind: 'migration', outcome, cause, table510: outcome.startsWith('SYN-DF') };
  }

  return Array.from({ length: histories }, (_, i) => {
    const rows = 3 + below(10);
    const code = of(CODES);
    const hasGsme = below(5) > 0;
    const attempts: Attempt[] = [];
    const events: HistoryEvent[] = [];
    let at = FIRST + below(400) * DAY;
    for (let row = 0; row < rows; row += 1) {
      at += below(4) === 0 ? DAY : WEEK - DAY + below(3 * DAY) + below(HOUR);
      const { event, values } = of(EVENTS_OF_30);
      const gas = event.startsWith('g') || event.startsWith('supplier');
      if (below(6) > 0) attempts.push(attempt(at, code));
      else if (hasGsme || !gas) events.push({ at, event, value: of(values) });
    }
    return {
      installation: {
        installationId: String(i),
        cohort: of(COHORTS),
        groupId: '',
        mpan: '2000000000015',
        esmeDormant: below(5) > 0,
        electricityPaymentMode: 'credit',
        electricitySupplier: 'A',
        dmc: '',
        gas: hasGsme
          ? {
              mprn: '3938424403',
              dormant: below(4) > 0,
              paymentMode: below(6) > 0 ? 'credit' : 'prepayment',
              supplier: 'A',
            }
          : null,
      },
      attempts,
      events,
    };
  });
}

export function rowsOf(histories: readonly History[]): number {
  return histories.reduce((sum, { attempts, events }) => sum + attempts.length + events.length, 0);
}
