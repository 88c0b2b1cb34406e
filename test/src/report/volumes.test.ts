import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import type { History } from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { calendarRows, futures } from '../../../src/report/records/calendar.ts';
import { Consultation } from '../../../src/report/records/consultation.ts';
import { excludedAt, type Excluded } from '../../../src/report/records/excluded.ts';
import { parts, Replacements } from '../../../src/report/records/replacements.ts';
import { dmcMember, Uneconomic, withoutEntry, type DmcRow } from '../../../src/report/records/uneconomic.ts';
import { endOfLondonDate, instant } from '../../../src/time.ts';
import { decideAt, estateArbitrary, event, excludedOn, gt01, house, noWan, threeWeeks } from './fixtures.ts';

// The arithmetic of the reports that count. That the verdicts are right is the engine's own tests.

const AS_OF = endOfLondonDate('2022-06-30');
const gasOf = (serial: number, supplier: string) => ({ ...(house(serial).gas as NonNullable<ReturnType<typeof house>['gas']>), supplier }); // prettier-ignore

describe('consultation', () => {
  function consulted(...histories: readonly History[]): Consultation {
    const report = new Consultation();
    for (const history of histories) {
      const excluded = excludedOn(history, '2022-06-30');
      if (excluded) report.add(excluded);
    }
    return report;
  }

  test('an installation with two suppliers counts on the side of each, and once in all', () => {
    const report = consulted(noWan(1), noWan(2, { gas: gasOf(2, 'Bolt') }));
    expect(report.rows()).toEqual([
      { supplier: 'Acme', category: 'no-wan-attempting', installations: 2, electricityMeters: 2, gasMeters: 1, dualSupplierInstallations: 1 },
      { supplier: 'Bolt', category: 'no-wan-attempting', installations: 1, electricityMeters: 0, gasMeters: 1, dualSupplierInstallations: 1 },
    ]); // prettier-ignore
    expect(report.totals.get('no-wan-attempting')).toEqual({ installations: 2, dual: 1 });
    expect(report.faults()).toEqual([]);
  });

  test('GT01 concerns the gas supplier alone, and those not known to DCC come last', () => {
    const report = consulted(gt01(1, { gas: gasOf(1, '') }), gt01(2, { gas: gasOf(2, 'Zap') }));
    expect(report.rows().map((row) => [row.supplier, row.electricityMeters, row.gasMeters])).toEqual([
      ['Zap', 0, 1],
      ['', 0, 1],
    ]);
  });

  test('the totals are the counts of reported verdicts, and the rows add up to them', () => {
    let counted = 0;
    fc.assert(
      fc.property(estateArbitrary, (estate) => {
        const report = new Consultation();
        const reported = new Map<string, number>();
        for (const history of estate) {
          const { verdicts } = decideAt(history, AS_OF);
          const excluded = excludedAt(history, verdicts, AS_OF);
          if (excluded) report.add(excluded);
          for (const { category } of verdicts.filter((row) => row.reported))
            reported.set(category, (reported.get(category) ?? 0) + 1);
        }
        expect(new Map([...report.totals].map(([category, { installations }]) => [category, installations]))).toEqual(reported); // prettier-ignore
        expect(report.faults()).toEqual([]);
        counted += [...reported.values()].reduce((sum, count) => sum + count, 0);
      }),
      { numRuns: 150, seed: 6 },
    );
    expect(counted).toBeGreaterThan(50);
  });

  test('the check fails where a total is wrong', () => {
    const report = consulted(noWan(1));
    report.totals.set('no-wan-attempting', { installations: 2, dual: 0 });
    expect(report.faults()).toHaveLength(1);
  });
});

describe('replacements', () => {
  const DEADLINE = endOfLondonDate('2022-12-31');
  const excluded = (effective: string, more: Partial<Excluded> = {}): Excluded => ({
    installationId: 'x',
    cohort: 'IOC',
    category: 'no-wan-attempting',
    excludes: 'installation',
    metAt: 0,
    effectiveFrom: instant(`${effective}T12:00:00Z`),
    meters: [
      { fuel: 'electricity', meterPoint: '1', supplier: 'Acme' },
      { fuel: 'gas', meterPoint: '2', supplier: 'Acme' },
    ],
    ...more,
  });
  function months(...rows: readonly Excluded[]): string[] {
    const report = new Replacements(DEADLINE);
    for (const row of rows) report.add(row);
    expect(report.rows().reduce((sum, row) => sum + row.visits, 0)).toBe(report.meters);
    return report.rows().map(({ fuel, month, visits, joint }) => `${fuel} ${(month % 12) + 1}: ${visits} (${joint})`);
  }

  test('meters are spread from the month after to the deadline, gas meters beside the electricity meters', () => {
    expect(months(excluded('2022-10-05'), excluded('2022-10-28'), excluded('2022-10-31'))).toEqual([
      'electricity 11: 1 (1)',
      'electricity 12: 2 (2)',
      'gas 11: 1 (1)',
      'gas 12: 2 (2)',
    ]);
  });

  test('if no month is left the month itself has the visits, and another supplier makes another visit', () => {
    expect(months(excluded('2022-12-15'))).toEqual(['electricity 12: 1 (1)', 'gas 12: 1 (1)']);
    expect(months(excluded('2023-02-15'))).toEqual(['electricity 2: 1 (1)', 'gas 2: 1 (1)']);
    const [one, two] = excluded('2022-12-15').meters;
    if (!one || !two) throw new Error('two meters');
    expect(months(excluded('2022-12-15', { meters: [one, { ...two, supplier: 'Bolt' }] }))).toEqual([
      'electricity 12: 1 (0)',
      'gas 12: 1 (0)',
    ]);
  });

  test('an exclusion that is not in effect causes no visit', () => {
    expect(months(excluded('2022-12-15', { effectiveFrom: null }))).toEqual([]);
  });

  test('parts are whole, nearly equal, and sum to the whole', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 24 }), (whole, count) => {
        const split = parts(whole, count);
        expect(split.reduce((sum, part) => sum + part, 0)).toBe(whole);
        expect(Math.max(...split) - Math.min(...split)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('uneconomic to test', () => {
  const dmcs: DmcRow[] = [
    { dmc: 'dear', epclEntry: null, dmctCostPounds: 111_666.67 },
    { dmc: 'cheap', epclEntry: '2022-12-20', dmctCostPounds: 111_700 }, // dearer than `dear`, cheaper for each of its two
    { dmc: 'empty', epclEntry: null, dmctCostPounds: 1 },
    { dmc: 'entered', epclEntry: '2021-12-01', dmctCostPounds: 5 },
  ];
  const ok = { at: instant('2022-02-01T10:00:00Z'), kind: 'migration', outcome: 'ok', cause: 'device', table510: false } as const; // prettier-ignore
  const of = (dmc: string, serial: number, more: Partial<History> = {}): History => ({ installation: house(serial, { dmc }), attempts: [], events: [], ...more }); // prettier-ignore
  const listed = withoutEntry(dmcs, AS_OF);
  const names = new Set(listed.map((row) => row.dmc));
  const report = new Uneconomic();
  for (const history of [
    of('dear', 1, { events: [event('2022-01-10', 'sos-uneconomic')] }),
    of('dear', 2, { events: [event('2022-01-10', 'sos-uneconomic')], attempts: threeWeeks('MA112') }),
    of('dear', 3, { attempts: [ok] }),
    of('cheap', 4),
    of('cheap', 5),
    of('entered', 6),
    of('', 7),
  ]) {
    const member = dmcMember(history, decideAt(history, AS_OF), names, AS_OF);
    if (member) report.add(member);
  }
  const decisions: Record<string, History['events']> = {
    dear: [event('2021-11-03', 'dcc-recommends'), event('2022-01-10', 'sos-uneconomic')],
    cheap: [event('2022-01-10', 'sos-uneconomic'), event('2022-02-10', 'sos-direct-otherwise')],
  };
  const rows = report.rows(listed, (dmc) => decisions[dmc] ?? []);

  test('the cheapest per installation unblocked comes first, those that unblock none last', () => {
    expect(rows.map((row) => [row.dmc, row.unblocked, row.cumulativeUnblocked, row.cumulativeCostPence])).toEqual([
      ['cheap', 2, 2, 11_170_000],
      ['dear', 1, 3, 22_336_667],
      ['empty', 0, 3, 22_336_767],
    ]);
  });

  test('the migrated and the otherwise excluded would not be unblocked', () => {
    expect(rows[1]).toMatchObject({ installations: 3, migrated: 1, otherwiseExcluded: 1, unblocked: 1, excluded: 2 });
  });

  test('the latest decision stands, and a planned entry is held to the final day', () => {
    expect(rows.map((row) => [row.decision, row.decidedOn, row.entryInTime])).toEqual([
      ['sos-direct-otherwise', '2022-02-10', false],
      ['sos-uneconomic', '2022-01-10', null],
      ['none', null, null],
    ]);
  });

  test('MOC (Secure) is not held up before its EPCL check', () => {
    const history = of('dear', 8, { installation: house(8, { dmc: 'dear', cohort: 'MOC_Secure' }) });
    const at = (date: string) => dmcMember(history, { verdicts: [], notes: [] }, names, endOfLondonDate(date))?.is;
    expect([at('2022-01-31'), at('2022-02-01')]).toEqual(['open', 'blocked']);
  });
});

describe('calendar', () => {
  test('the days of the calendar ascend, and every clause is in it', () => {
    const rows = calendarRows(VARIOUS1);
    expect(rows.map((row) => row.date)).toEqual(rows.map((row) => row.date).toSorted());
    for (const clause of VARIOUS1.clauses) expect(rows.some((row) => row.what.startsWith(clause.clause))).toBe(true);
  });

  test('effective exclusions depend on the adoption and on the expiry, each separately', () => {
    const history = noWan(1); // met on 17 January 2022
    const effective = futures(VARIOUS1, '2022-03-01').map(({ adoption, expiresOn, rules }) => {
      const [verdict] = engine(rules).decide(history, AS_OF).verdicts;
      return [adoption, expiresOn, verdict?.effectiveFrom ?? null];
    });
    expect(effective).toEqual([
      ['adopted', '2021-12-31', null],
      ['adopted', '2022-12-31', instant('2022-01-17T10:00:00Z')],
      ['late', '2021-12-31', null],
      ['late', '2022-12-31', instant('2022-03-01T00:00:00Z')],
      ['not-adopted', '2021-12-31', null],
      ['not-adopted', '2022-12-31', null],
    ]);
  });
});
