// The questions on which engines are tried reach every clause, route, reading, scope bar, reason, end and note; what they do
// not reach is listed by the failure. Reached is not the same as rightly answered: that is for the cases and laws.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import { needsGsme, SCOPE_BARS } from '../../../src/exclusion/reference/scope.ts';
import { trace } from '../../../src/exclusion/explain/trace.ts';
import { NOTE_KINDS } from '../../../src/exclusion/verdict.ts';
import { WHY_WORDS } from '../../../src/exclusion/explain/reasonWords.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { READING_NAMES, READINGS, readingsOn } from '../../../src/regulation/readings.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { ruleSetArbitrary, type Question } from '../../kit/index.ts';
import { questionArbitrary } from './chainedHistories.ts';

const QUESTIONS = 6000;
const reached = new Map<string, number>();

function reach(what: string): void {
  reached.set(what, (reached.get(what) ?? 0) + 1);
}

beforeAll(() => {
  for (const question of fc.sample(questionArbitrary(ruleSetArbitrary), { numRuns: QUESTIONS, seed: 3 }))
    visit(question);
});

function visit({ history, rules, asOf }: Question): void {
  const traced = trace(history, rules, asOf);
  for (const { note } of traced.notes) reach(`note ${note}`);
  for (const clause of traced.clauses) {
    const { category } = clause;
    for (const { bar } of clause.bars) reach(`${category} barred by ${bar}`);
    for (const { why } of clause.rows) reach(`row: ${why}`);
    if (!clause.holds && clause.have === (clause.need ?? 0) - 1) reach(`${category} one short`);
    if (clause.verdict === null) continue;
    reach(`${category} holds${clause.route === null ? '' : ` by the ${clause.route} route`}`);
    if (rules === VARIOUS1) reach(`${category} holds in ${traced.cohort}`);
    if (clause.have !== null && clause.have === clause.need) reach(`${category} with just enough`);
    if (clause.have !== null && clause.have > (clause.need ?? 0)) reach(`${category} with one to spare`);
    reach(`${category} ${clause.verdict.reported ? 'reported' : 'not reported'}`);
    reach(`${category} ${clause.verdict.effectiveFrom === null ? 'not in effect' : 'in effect'}`);
    reach(`held: ${clause.metBecause.replace(/\S+Z/g, '...')}`);
    reach(`effect: ${clause.effectiveBecause.replace(/\S+Z/g, '...')}`);
    if (clause.reportedBecause.startsWith('five-retries rests')) reach('five-retries rests on gt01');
  }
  const answer = JSON.stringify(evaluate(history, VARIOUS1, asOf).verdicts);
  for (const name of READING_NAMES) {
    for (const value of Object.keys(READINGS[name].values)) {
      const moves = `${name}: ${value} moves a verdict`;
      // One question that it moves is enough.
      if (reached.has(moves)) continue;
      const other = { ...VARIOUS1, readings: { ...VARIOUS1.readings, [name]: value } };
      if (JSON.stringify(evaluate(history, other, asOf).verdicts) !== answer) reach(moves);
    }
  }
}

function unreached(all: readonly string[]): readonly string[] {
  return all.filter((what) => !reached.has(what));
}

test('every category holds, by each route, in each cohort of its clause, with just enough and with one to spare', () => {
  const routes = CATEGORIES.flatMap((category) =>
    category === 'gt01'
      ? ['dormant', 'active'].map((route) => `gt01 holds by the ${route} route`)
      : `${category} holds`,
  );
  const cohorts = VARIOUS1.clauses.flatMap(({ category, cohorts: some }) =>
    some.map((one) => `${category} holds in ${one}`),
  );
  const counts = VARIOUS1.clauses
    .filter(({ shows }) => shows.type === 'count')
    .flatMap(({ category }) =>
      ['one short', 'with just enough', 'with one to spare'].map((how) => `${category} ${how}`),
    );
  expect(unreached([...routes, ...cohorts, ...counts])).toEqual([]);
});

test('every category is reported and not reported, in effect and not in effect', () => {
  const states = ['reported', 'not reported', 'in effect', 'not in effect'];
  expect(unreached(CATEGORIES.flatMap((category) => states.map((state) => `${category} ${state}`)))).toEqual([]);
  expect(unreached(['five-retries rests on gt01'])).toEqual([]);
});

test('every clause is barred by each bar that it can be', () => {
  const bars = VARIOUS1.clauses.flatMap((clause) =>
    Object.keys(SCOPE_BARS)
      .filter((bar) => bar !== 'gsme' || needsGsme(clause))
      .filter((bar) => bar !== 'dormancy' || clause.dormancy !== 'gsmeRoutes')
      .map((bar) => `${clause.category} barred by ${bar}`),
  );
  expect(unreached(bars)).toEqual([]);
  expect(COHORTS).toHaveLength(4);
});

test('a value of a reading changes a verdict somewhere if, and only if, the reading acts on histories', () => {
  const values = READING_NAMES.flatMap((name) =>
    Object.keys(READINGS[name].values)
      .filter((value) => value !== READINGS[name].default)
      .map((value) => `${name}: ${value} moves a verdict`),
  );
  const ofChecks = values.filter((what) => readingsOn('checks').some((name) => what.startsWith(`${name}: `)));
  expect(ofChecks.length).toBeGreaterThan(1);
  expect(unreached(values)).toEqual(ofChecks);
});

test('every reason of a row, every note, every way to hold and to take effect occurs', () => {
  expect(unreached(Object.values(WHY_WORDS).map((why) => `row: ${why}`))).toEqual([]);
  expect(unreached(Object.keys(NOTE_KINDS).map((note) => `note ${note}`))).toEqual([]);
  const holding = [...reached.keys()].filter((what) => what.startsWith('held: ')).length;
  const effect = [...reached.keys()].filter((what) => what.startsWith('effect: ')).length;
  expect([holding, effect]).toEqual([3, 5]);
});
