// The trace says what the evaluation says, and says why. Its wording is held in a few places that readers rely on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { formatTrace } from '../../../../src/exclusion/explain/formatTrace.ts';
import { WHY_WORDS } from '../../../../src/exclusion/explain/reasonWords.ts';
import { trace, type Trace } from '../../../../src/exclusion/explain/trace.ts';
import type { RuleSet } from '../../../../src/rules/ruleset.ts';
import { ruleSetArbitrary } from '../../../kit/index.ts';
import { questionArbitrary } from '../chainedHistories.ts';
import { instant, WEEK } from '../../../../src/time.ts';
import { readCases } from '../cases.ts';

const CASES = readCases();

function caseNamed(name: string) {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

function clauseOf(name: string, category: string) {
  const { history, rules, asOf } = caseNamed(name);
  const found = trace(history, rules, asOf).clauses.find((clause) => clause.category === category);
  if (found === undefined) throw new Error(`no clause ${category}`);
  return found;
}

test('a trace holds the verdicts and notes of the evaluation, and its counts are theirs', () => {
  fc.assert(
    fc.property(questionArbitrary(ruleSetArbitrary), ({ history, rules, asOf }) => {
      const traced = trace(history, rules, asOf);
      const answer = evaluate(history, rules, asOf);
      expect(traced.clauses.flatMap(({ verdict }) => verdict ?? [])).toEqual(answer.verdicts);
      expect(traced.notes).toEqual(answer.notes);
      expectEffects(traced);
      for (const clause of traced.clauses) {
        expect(clause.holds).toBe(clause.verdict !== null);
        expect(clause.missing === '').toBe(clause.holds);
        expect(clause.metBecause === '').toBe(!clause.holds);
        expect(clause.reportedBecause === '').toBe(!clause.holds);
        if (clause.verdict !== null) expect(clause.have).toBe(clause.verdict.counted);
        for (const { attempts } of clause.units) expect(attempts.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 600 },
  );
});

/** Holds the marks of rows against the answer: the rows that count are those that the answer rests on. */
function expectMarks({ clauses }: Trace): void {
  for (const { category, clause, rows, units, inScope, holds, verdict, missing } of clauses) {
    const counted = rows.filter((row) => row.counted).map(({ record }) => record);
    const attempts = counted.flatMap((record) => ('kind' in record ? record.at : []));
    expect(attempts, category).toEqual(units.flatMap((unit) => unit.attempts));
    const { shows } = clause;
    const events = counted.flatMap((record) => ('event' in record ? record : []));
    if (shows.type === 'standing') {
      expect(holds, category).toBe(inScope && events.at(-1)?.event === shows.holds);
      continue;
    }
    const named = rows.flatMap(({ record, why }) => (why === WHY_WORDS.instructs ? record.at : []));
    expect(named.length, category).toBe(events.length === 0 ? 0 : 1);
    if (events.length > 0) expect(missing, category).not.toContain('has not instructed');
    if (verdict !== null) expect(verdict.evidence, category).toEqual([...units.map(({ evidence }) => evidence), ...named].sort((x, y) => x - y)); // prettier-ignore
  }
}

/** Holds the reason for the instant of effect against that instant. */
function expectEffects({ clauses }: Trace): void {
  for (const { category, verdict, effectiveBecause } of clauses) {
    if (verdict === null) continue;
    const { metAt, effectiveFrom } = verdict;
    const none = /^(the clause is never in force|not before the rules expire|the clause is in force only from)/;
    if (effectiveFrom === null) expect(effectiveBecause, category).toMatch(none);
    else expect(effectiveBecause, category).toBe(metAt < effectiveFrom ? 'met before the clause came into force, hence from then' : 'met with the clause in force'); // prettier-ignore
  }
}

/** Under `sticky`, and once a migration ended the history, a verdict may rest on earlier rows than the trace marks. */
const restsOnItsRows = (rules: RuleSet, { migration }: Trace): boolean => rules.readings.membership === 'asOf' && migration === null; // prettier-ignore

test('a row is marked as counting if the answer rests on it, and no other row is', () => {
  fc.assert(
    fc.property(questionArbitrary(ruleSetArbitrary), ({ history, rules, asOf }) => {
      const traced = trace(history, rules, asOf);
      fc.pre(restsOnItsRows(rules, traced));
      expectMarks(traced);
    }),
    { numRuns: 600 },
  );
});

test('in every case of the tables the marks and reasons of the trace are those of the answer', () => {
  for (const { name, history, rules, asOf } of CASES) {
    const traced = trace(history, rules, asOf);
    expect(() => expectEffects(traced), name).not.toThrow();
    if (restsOnItsRows(rules, traced)) expect(() => expectMarks(traced), name).not.toThrow();
  }
});

test('a category is reported from the instant at which the evaluation first says so without a break', () => {
  fc.assert(
    fc.property(questionArbitrary(ruleSetArbitrary), ({ history, rules, asOf }) => {
      for (const { category, verdict, reportedFrom } of trace(history, rules, asOf).clauses) {
        expect(reportedFrom !== null).toBe(verdict?.reported === true);
        if (reportedFrom === null || verdict === null) continue;
        expect(reportedFrom).toBeGreaterThanOrEqual(verdict.metAt);
        const reportedAt = (at: number) => evaluate(history, rules, at).verdicts.find((row) => row.reported)?.category;
        expect(reportedAt(reportedFrom)).toBe(category);
        expect(reportedAt(reportedFrom - 1)).not.toBe(category);
        const rows = [...history.attempts, ...history.events].filter(({ at }) => at > reportedFrom && at <= asOf);
        for (const { at } of rows) expect(reportedAt(at)).toBe(category);
      }
    }),
    { numRuns: 300 },
  );
});

test('every trace can be printed, in plain lines without ANSI', () => {
  fc.assert(
    fc.property(questionArbitrary(ruleSetArbitrary), ({ history, rules, asOf }) => {
      const text = formatTrace(trace(history, rules, asOf));
      expect(text.endsWith('\n')).toBe(true);
      expect(text.includes('\u001b')).toBe(false);
      expect(text).not.toMatch(/undefined|NaN|Infinity|\[object/);
    }),
    { numRuns: 300 },
  );
});

describe('what is missing', () => {
  test('a missing failure is named with the week after which it would be enough', () => {
    const clause = clauseOf('two MA112 in one week and one in the next are two separate weeks', 'no-wan-attempting');
    expect(clause.missing).toBe('2 of 3 separate weeks; one more MA112 in any week after 2022-W03 would do');
  });

  test('a missing failure is named with the date from which failures count', () => {
    const { history, rules, asOf } = caseNamed('two MA112 in one week and one in the next are two separate weeks');
    const ignoring = { ...rules, readings: { ...rules.readings, beforeInForce: 'ignore' as const } };
    const clause = trace(history, ignoring, asOf).clauses.find(({ category }) => category === 'no-wan-attempting');
    expect(clause?.missing).toMatch(/MA112 made from 2021-12-07 on in any week/);
  });

  test('an out-of-scope installation is told what bars it, and promised nothing', () => {
    const clause = clauseOf('a mixed installation is barred', 'five-retries');
    expect(clause.missing).toMatch(/^not Dormant as the clause asks: the electricity meter is Active, the gas meter/);
    expect(clause.missing).toMatch(
      /3 of 5 separate weeks; 2 more failures outside Table 5\.10 in 2 separate weeks after .* are needed$/,
    );
  });

  test('an Active gas meter is told that its supplier has not instructed', () => {
    const clause = clauseOf('a change of gas supplier ends what the old one instructed', 'gt01');
    expect(clause.missing).toBe('the gas supplier H has not instructed in its present registration');
    const why = clause.rows.map(({ record, why }) => ('event' in record ? why : ''));
    expect(why).toContain('before the registration of the gas supplier as it stands');
  });

  test('the trace says that a migration ended the history', () => {
    const clause = clauseOf('after an ok nothing holds', 'no-wan-attempting');
    expect(clause.missing).toMatch(/^all devices migrated at 2022-01-31T10:00:00Z; only a readmit would reopen/);
    expect(clause.rows.at(-1)?.why).toBe('the migration, which ends the history');
  });
});

describe('each row says whether it counted and why not', () => {
  test.each([
    ['a failure on the system side does not count', 'caused on the system side'],
    ['other codes do not count', 'another outcome than the clause counts'],
    ['attempts since a readmission count afresh', 'at or before the readmit'],
    ['weekCode: any', 'another outcome than the clause counts'],
    ['weekCode: last', 'not the last outcome of its week, which decides (reading weekCode: last)'],
    ['beforeInForce: ignore, to the second before', 'before the clause is in force'],
    ['reset: otherOutcome', 'before an attempt with another outcome'],
    ['cosRestarts: yes', 'before the latest change of supplier'],
  ])('a row tells whether it counted and why not: %s: %s', (name, why) => {
    const rows = clauseOf(name, 'no-wan-attempting').rows;
    expect(rows.filter(({ counted }) => !counted).map((row) => row.why)).toContain(why);
    expect(rows.filter(({ counted }) => counted).every((row) => row.why === 'counts')).toBe(true);
  });
});

test('an explanation reads from the installation to the note', () => {
  const { history, rules, asOf } = caseNamed('five weeks of GT01 alone rest on GT01');
  const text = formatTrace(trace(history, rules, asOf));
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'installation 1, IOC, as of 2022-06-30T22:59:59Z',
      'gas: Dormant, credit, supplier G',
      'gt01 (18.6, Consistent GT01 Check Failure): HOLDS',
      '  route: Dormant gas meter',
      '  + 2022-01-10T10:00:00Z  migration GT01: counts',
      '  reported: yes: five-retries rests on the failures of gt01: only 0 of its weeks hold another, so gt01 is reported',
      'no-wan-before (18.7, No WAN Before Migration Attempted): does not hold',
      '  missing: 0 of 3 instructions NO-WAN; 3 instructions NO-WAN would do',
    ]),
  );
});

test('an explanation of a clause whose sources are at odds says so', () => {
  const { history, rules, asOf } = caseNamed('five weeks of GT01 alone rest on GT01');
  const text = formatTrace(trace(history, rules, asOf));
  const uneconomic = text.slice(text.indexOf('uneconomic-to-test ('), text.indexOf('no-wan-before ('));
  expect(uneconomic).toContain('  doubt: The slide prints Clause 18.4, the question 18.5;');
  expect(text.slice(text.indexOf('master-key ('), text.indexOf('uneconomic-to-test ('))).toContain('  doubt: ');
  expect(text.slice(text.indexOf('five-retries ('))).not.toContain('doubt');
});

test('a five-retries that no longer rests on gt01 says since when, and what was reported until then', () => {
  const { history, rules, asOf } = caseNamed('five weeks of GT01 alone rest on GT01');
  const others = [0, 1, 2, 3, 4].map((week) => ({
    at: instant('2022-03-07T10:00:00Z') + week * WEEK,
    kind: 'migration' as const,
    outcome: 'SYN-CR06',
    cause: 'device' as const,
    table510: false,
  }));
  const traced = trace({ ...history, attempts: [...history.attempts, ...others] }, rules, asOf);
  const five = traced.clauses.find(({ category }) => category === 'five-retries');
  expect(five?.reportedFrom).toBe(instant('2022-04-04T10:00:00Z'));
  expect(five?.verdict?.effectiveFrom).toBeLessThan(five?.reportedFrom ?? 0); // its own date stands, as the record has it
  expect(five?.reportedBecause).toBe(
    'it no longer rests on the failures of gt01; reported since 2022-04-04T10:00:00Z, until then gt01 was',
  );
});
