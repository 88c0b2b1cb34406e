// The shortest continuation makes its category hold, and no shorter one does. Shorter ones are searched by brute force among
// the rows that could matter, up to two rows: beyond that only that it holds is shown.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { formatNearMisses, nearMisses } from '../../../../src/exclusion/explain/nearMiss.ts';
import type { ExclusionCategory } from '../../../../src/clauses/clause.ts';
import {
  DMC_EVENTS,
  type Attempt,
  type EventName,
  type History,
  type HistoryEvent,
} from '../../../../src/migration/history.ts';
import type { Installation } from '../../../../src/installation/installation.ts';
import { VARIOUS1 } from '../../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../../src/rules/ruleset.ts';
import { instant, WEEK, type Instant } from '../../../../src/time.ts';
import { ruleSetArbitrary } from '../../../kit/index.ts';
import { questionArbitrary } from '../chainedHistories.ts';
import { readCases } from '../cases.ts';

const CASES = readCases();
const QUESTIONS = questionArbitrary(ruleSetArbitrary);

function after(history: History, rows: readonly (Attempt | HistoryEvent)[], asOf: Instant): History {
  return {
    installation: history.installation,
    attempts: [...history.attempts.filter(({ at }) => at <= asOf), ...rows.filter((row) => 'kind' in row)],
    events: [...history.events.filter(({ at }) => at <= asOf), ...rows.filter((row) => 'event' in row)],
  };
}

function holds(history: History, category: ExclusionCategory, rules: RuleSet, asOf: Instant): boolean {
  return evaluate(history, rules, asOf).verdicts.some((verdict) => verdict.category === category);
}

/** Every row that could help, at a few instants after the as-of. */
function candidates(asOf: Instant, { installation }: History): readonly (Attempt | HistoryEvent)[] {
  // Decisions on a DMC reach nobody whose DMC is not known.
  const ofDmc: readonly EventName[] = installation.dmc === '' ? DMC_EVENTS : [];
  return allCandidates(asOf).filter((row) => !('event' in row && ofDmc.includes(row.event)));
}

function allCandidates(asOf: Instant): readonly (Attempt | HistoryEvent)[] {
  const supplier = ['A', 'B', 'a supplier known to DCC'];
  const values: Partial<Record<EventName, readonly string[]>> = {
    'esme-dormant': ['yes'],
    'gsme-dormant': ['yes', 'no'],
    'gas-payment-mode': ['credit'],
    'electricity-payment-mode': ['credit'],
    'gas-supplier': supplier,
    'supplier-gsme-exclusion': supplier,
    'electricity-supplier': ['another'],
    'master-key-unobtainable': [''],
    'sos-uneconomic': [''],
    'readmit': [''],
  };
  return [asOf + 1, asOf + 2, asOf + WEEK, asOf + 2 * WEEK].flatMap((at) => [
    ...(Object.entries(values) as [EventName, readonly string[]][]).flatMap(([event, texts]) =>
      texts.map((value) => ({ at, event, value })),
    ),
    ...['MA112', 'GT01', 'MA110'].map((outcome) => ({ ...DEVICE, at, kind: 'migration' as const, outcome })),
    { ...DEVICE, at, kind: 'instruction' as const, outcome: 'NO-WAN' },
  ]);
}

const DEVICE = { cause: 'device', table510: false } as const;

test('a continuation makes its category hold, and lies after the as-of', () => {
  fc.assert(
    fc.property(QUESTIONS, ({ history, rules, asOf }) => {
      const held = evaluate(history, rules, asOf).verdicts.map(({ category }) => category);
      for (const near of nearMisses(history, rules, asOf)) {
        expect(near.holds).toBe(held.includes(near.category));
        if (near.holds || near.rows === null) continue;
        const rows = [...near.rows.attempts, ...near.rows.events];
        expect(rows.every(({ at }) => at > asOf && at <= (near.rows?.completeAt ?? 0))).toBe(true);
        expect(holds(after(history, rows, asOf), near.category, rules, near.rows.completeAt)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('no single row makes a category hold if more are needed, and no row does if there is no continuation', () => {
  fc.assert(
    fc.property(QUESTIONS, ({ history, rules, asOf }) => {
      const rows = candidates(asOf, history);
      for (const near of nearMisses(history, rules, asOf)) {
        if (near.holds) continue;
        const length = near.rows === null ? Infinity : near.rows.attempts.length + near.rows.events.length;
        for (const row of rows) {
          const does = holds(after(history, [row], asOf), near.category, rules, row.at);
          if (!does) continue;
          expect(length, near.category).toBe(1);
          expect(near.rows?.completeAt, near.category).toBeLessThanOrEqual(row.at);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('no two rows make a category hold if three are needed', () => {
  fc.assert(
    fc.property(QUESTIONS, ({ history, rules, asOf }) => {
      const rows = candidates(asOf, history);
      for (const near of nearMisses(history, rules, asOf)) {
        if (near.holds) continue;
        const length = near.rows === null ? Infinity : near.rows.attempts.length + near.rows.events.length;
        if (length <= 2) continue;
        for (const [i, one] of rows.entries()) {
          for (const other of rows.slice(i + 1)) {
            if (one.at === other.at && 'event' in one && 'event' in other && one.event === other.event) continue;
            if (one.at === other.at && 'kind' in one && 'kind' in other && one.kind === other.kind) continue;
            const at = Math.max(one.at, other.at);
            expect(holds(after(history, [one, other], asOf), near.category, rules, at), near.category).toBe(false);
          }
        }
      }
    }),
    { numRuns: 4 },
  );
});

test('dropping a row that is listed as undoing a category undoes it, and dropping another does not', () => {
  fc.assert(
    fc.property(QUESTIONS, ({ history, rules, asOf }) => {
      for (const near of nearMisses(history, rules, asOf)) {
        if (!near.holds) continue;
        for (const { row, undoes } of near.restsOn) {
          const without = {
            ...history,
            attempts: history.attempts.filter((one) => JSON.stringify(one) !== JSON.stringify(row)),
            events: history.events.filter((one) => JSON.stringify(one) !== JSON.stringify(row)),
          };
          expect(holds(without, near.category, rules, asOf)).toBe(!undoes);
        }
      }
    }),
    { numRuns: 300 },
  );
});

describe('read', () => {
  const nearOf = (name: string, category: string) => {
    const one = CASES.find((each) => each.name === name);
    if (one === undefined) throw new Error(`no case ${name}`);
    const near = nearMisses(one.history, one.rules, one.asOf).filter((row) => row.category === category);
    return formatNearMisses(near).trimEnd().split('\n');
  };

  test('one more MA112 is missing after two weeks of it', () => {
    expect(nearOf('two MA112 in one week and one in the next are two separate weeks', 'no-wan-attempting')).toEqual([
      'no-wan-attempting: 1 more row',
      '  2022-06-30T23:00:00Z  migration MA112',
    ]);
  });

  test('there is no near miss if the cohort is out of scope', () => {
    expect(nearOf('FOC is out of scope and has no route', 'five-retries')).toEqual([
      'five-retries: none; the clause does not extend to the cohort',
    ]);
  });

  test('each of three weeks is needed, and none of four is', () => {
    const three = nearOf('three attempts in three weeks', 'no-wan-attempting');
    expect(three[0]).toBe('no-wan-attempting holds; dropping any one row would undo it where marked');
    expect(three.slice(1).every((line) => line.endsWith('(dropping it undoes the category)'))).toBe(true);
    const four = nearOf('a fourth is counted too', 'no-wan-before');
    expect(four[0]).toBe('no-wan-before holds; dropping any one row would not undo it');
    expect(four).toHaveLength(5);
  });

  test('after a migration a readmission must come first', () => {
    expect(nearOf('an ok also ends a finding of the Secretary of State', 'uneconomic-to-test')).toEqual([
      'uneconomic-to-test: 2 more rows',
      '  2022-06-30T23:00:00Z  readmit',
      '  2022-06-30T23:00:01Z  sos-uneconomic',
    ]);
  });
});

const HOUSE: Installation = {
  installationId: '1',
  cohort: 'IOC',
  groupId: '',
  mpan: '1000000000003',
  esmeDormant: true,
  electricityPaymentMode: 'credit',
  electricitySupplier: 'A',
  dmc: '',
  gas: { mprn: '3938424403', dormant: true, paymentMode: 'credit', supplier: 'A' },
};

describe('of several continuations the earliest is named', () => {
  const failed = (day: string, outcome: string): Attempt => ({ ...DEVICE, at: instant(`${day}T10:00:00Z`), kind: 'migration', outcome }); // prettier-ignore
  const rowsOf = (attempts: readonly Attempt[], category: ExclusionCategory, asOf: Instant) => {
    const near = nearMisses({ installation: HOUSE, attempts, events: [] }, VARIOUS1, asOf);
    return formatNearMisses(near.filter((row) => row.category === category))
      .trimEnd()
      .split('\n')
      .slice(1);
  };

  test('a week that is counted already is over at midnight of Monday in London', () => {
    const attempts = [failed('2022-03-15', 'MA112'), failed('2022-03-22', 'MA112')];
    const rows = rowsOf(attempts, 'no-wan-attempting', instant('2022-03-23T12:00:00Z'));
    // Summer Time began on Sunday, 27 March 2022.
    expect(rows).toEqual(['  2022-03-27T23:00:00Z  migration MA112']);
  });

  test('two failures in later weeks are later than a change to Active and an instruction now', () => {
    const rows = rowsOf([failed('2022-01-10', 'GT01')], 'gt01', instant('2022-01-12T12:00:00Z'));
    expect(rows).toEqual([
      '  2022-01-12T12:00:01Z  gsme-dormant no',
      '  2022-01-12T12:00:01Z  supplier-gsme-exclusion A',
    ]);
  });
});

test.each([
  ['2022-12-31T23:59:58Z', ''],
  ['2022-12-31T23:59:59Z', 'exclusions took effect until 2022-12-31 only'],
])(
  'as of %s the next second is the first one left: a finding in it would take effect, or the reason is given',
  (asOf, noEffect) => {
    const near = nearMisses({ installation: HOUSE, attempts: [], events: [] }, VARIOUS1, instant(asOf));
    const completeAt = instant(asOf) + 1;
    expect(near.find(({ category }) => category === 'master-key')).toMatchObject({ noEffect, rows: { completeAt } });
  },
);

test('a decision on a DMC that is on record needs no DMC to be known: Dormancy alone is missing', () => {
  const installation: Installation = { ...HOUSE, cohort: 'FOC', esmeDormant: false, gas: null };
  const decided = { at: 1_640_000_000, event: 'sos-uneconomic', value: '' } as const;
  const rules = { ...VARIOUS1, clauses: VARIOUS1.clauses.map((clause) => ({ ...clause, dormancy: 'solelyDormant' as const })) }; // prettier-ignore
  const missing = (events: readonly HistoryEvent[]) => nearMisses({ installation, attempts: [], events }, rules, 1_641_000_000).find(({ category }) => category === 'uneconomic-to-test'); // prettier-ignore
  expect(missing([decided])).toMatchObject({ rows: { events: [{ event: 'esme-dormant', value: 'yes' }] }, why: '' });
  expect(missing([])).toMatchObject({ rows: null, why: expect.stringContaining('the DMC of the installation is not known') as string }); // prettier-ignore
});
