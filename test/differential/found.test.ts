// Where engine and reference once differed, each with who was right by src/docs/meaning.md. They keep these few from coming
// back; that nothing else differs is for the generated and simulated histories beside.
import { describe, expect, test } from 'vitest';
import type { Clause } from '../../src/clauses/clause.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { Attempt, HistoryEvent } from '../../src/migration/history.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { readInstant } from '../kit/cases/caseFields.ts';
import { difference, engineSays, referenceOf } from './compare.ts';

const INSTALLATION: Installation = {
  installationId: '1',
  cohort: 'IOC',
  groupId: '',
  mpan: '2000000000015',
  esmeDormant: true,
  electricityPaymentMode: 'credit',
  electricitySupplier: 'E',
  dmc: 'DMC-1',
  gas: { mprn: '3938424403', dormant: true, paymentMode: 'credit', supplier: 'G' },
};
const AS_OF = readInstant('2022-06-30');

function migration(on: string, outcome: string): Attempt {
  return { at: readInstant(on), kind: 'migration', outcome, cause: 'device', table510: false };
}
function instruction(on: string, outcome: string): Attempt {
  return { ...migration(on, outcome), kind: 'instruction' };
}
function event(on: string, name: HistoryEvent['event'], value = ''): HistoryEvent {
  return { at: readInstant(on), event: name, value };
}
function amended(category: Clause['category'], change: Partial<Clause>, rest: Partial<RuleSet> = {}): RuleSet {
  const clauses = VARIOUS1.clauses.map((clause) => (clause.category === category ? { ...clause, ...change } : clause));
  return { ...VARIOUS1, clauses, ...rest };
}
function ask(
  rules: RuleSet,
  attempts: readonly Attempt[],
  events: readonly HistoryEvent[] = [],
  installation = INSTALLATION,
): ReturnType<typeof referenceOf> {
  const question = { history: { installation, attempts, events }, rules, asOf: AS_OF };
  const expected = referenceOf(question);
  expect(difference(engineSays(question), expected)).toBeNull();
  return expected;
}

describe('engine and reference agree where they once did not', () => {
  test('an ESME-only migration at the instant of a readmit is none: the reference was right to note nothing', () => {
    const { notes } = ask(VARIOUS1, [migration('2022-01-10', 'ok-esme')], [event('2022-01-10', 'readmit')]);
    expect(notes).toEqual([]);
  });

  test('a completed preparation can be the last attempt of its week: the reference was right to drop the week', () => {
    const rules: RuleSet = {
      ...VARIOUS1,
      readings: { ...VARIOUS1.readings, instructionSpacing: 'week', preparationClears: 'no', weekCode: 'last' },
    };
    const weeks = [instruction('2022-01-03', 'NO-WAN'), instruction('2022-01-10', 'NO-WAN')];
    const third = [instruction('2022-01-17', 'NO-WAN'), instruction('2022-01-18', 'ok')];
    expect(ask(rules, [...weeks, ...third]).verdicts).toEqual([]);
    const again = instruction('2022-01-19', 'NO-WAN');
    const held = ask(rules, [...weeks, ...third, again]).verdicts;
    expect(held[0]).toMatchObject({ category: 'no-wan-before', metAt: again.at, counted: 3 });
  });

  test('uneconomicCohorts lifts what the Secretary of State decides, not what DCC recommends: the engine was right', () => {
    const rules = amended(
      'uneconomic-to-test',
      { shows: { type: 'standing', family: ['dcc-recommends'], holds: 'dcc-recommends' } },
      { readings: { ...VARIOUS1.readings, uneconomicCohorts: 'all' } },
    );
    const secure = { ...INSTALLATION, cohort: 'MOC_Secure' as const };
    expect(ask(rules, [], [event('2022-01-10', 'dcc-recommends')], secure).verdicts).toEqual([]);
    expect(ask(rules, [], [event('2022-01-10', 'dcc-recommends')]).verdicts).toHaveLength(1);
  });

  test('a clause of a rule file may stand on an instruction or a state: the reference was right that it holds', () => {
    for (const [name, value] of [
      ['supplier-gsme-exclusion', 'G'],
      ['gas-payment-mode', 'credit'],
    ] as const) {
      const rules = amended('master-key', { shows: { type: 'standing', family: [name], holds: name } });
      const { verdicts } = ask(rules, [], [event('2022-01-10', name, value)]);
      expect(verdicts).toMatchObject([{ category: 'master-key', evidence: [readInstant('2022-01-10')] }]);
    }
  });

  test('gt01 of a rule file may count any failure, and five-retries then rests on it: the reference was right', () => {
    const rules = amended('gt01', {
      shows: { ...shows('gt01'), outcomes: 'anyFailure' },
    });
    const weeks = ['2022-01-03', '2022-01-10', '2022-01-17', '2022-01-24', '2022-01-31'];
    const { verdicts } = ask(
      rules,
      weeks.map((week) => migration(week, 'MA110')),
    );
    expect(verdicts.filter(({ reported }) => reported)).toMatchObject([{ category: 'gt01' }]);
  });

  test('a five-retries that stands on events rests on no failure: the reference was right to report it', () => {
    const rules = amended('five-retries', {
      shows: { type: 'standing', family: ['dcc-recommends'], holds: 'dcc-recommends' },
    });
    const weeks = ['2022-01-03', '2022-01-10', '2022-01-17'].map((week) => migration(week, 'GT01'));
    const { verdicts } = ask(rules, weeks, [event('2022-01-20', 'dcc-recommends')]);
    expect(verdicts.filter(({ reported }) => reported)).toMatchObject([{ category: 'five-retries' }]);
  });

  test('a GT01 restarts none of the weeks that five-retries rests on beside it: the reference was right', () => {
    const rules: RuleSet = { ...VARIOUS1, readings: { ...VARIOUS1.readings, reset: 'otherOutcome' } };
    const others = ['2022-01-03', '2022-01-10', '2022-01-17', '2022-01-24', '2022-01-31'];
    const gt01 = ['2022-02-14', '2022-02-21', '2022-02-28'];
    const { verdicts } = ask(rules, [
      ...others.map((week) => migration(week, 'MA110')),
      ...gt01.map((week) => migration(week, 'GT01')),
    ]);
    expect(verdicts.filter(({ reported }) => reported)).toMatchObject([{ category: 'five-retries', counted: 8 }]);
  });

  test('a five-retries that only sticks rests on what it last held by: the reference was right to report it', () => {
    const rules: RuleSet = {
      ...VARIOUS1,
      readings: { ...VARIOUS1.readings, membership: 'sticky', cosRestarts: 'yes' },
    };
    const others = ['2022-01-03', '2022-01-10', '2022-01-17', '2022-01-24', '2022-01-31'];
    const gt01 = ['2022-02-14', '2022-02-21', '2022-02-28'];
    const { verdicts } = ask(
      rules,
      [...others.map((week) => migration(week, 'MA110')), ...gt01.map((week) => migration(week, 'GT01'))],
      [event('2022-02-07', 'gas-supplier', 'H')],
    );
    expect(verdicts).toMatchObject([
      { category: 'gt01', reported: false },
      { category: 'five-retries', counted: 5, reported: true },
    ]);
  });
});

function shows(category: Clause['category']) {
  const clause = VARIOUS1.clauses.find((row) => row.category === category);
  if (clause?.shows.type !== 'count') throw new Error('a clause that counts');
  return clause.shows;
}
