import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../../src/exclusion/engine/compile.ts';
import { diskFiles } from '../../../src/cli/shell/readText.ts';
import { filesOf } from '../../../src/document/files.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import { amend } from '../../../src/rules/amend.ts';
import { READING_NAMES, READINGS } from '../../../src/regulation/readings.ts';
import { resolveRules, type ResolvedRules } from '../../../src/rules/resolveRules.ts';
import { documentOf, ruleSetOf, ruleSetSchema } from '../../../src/rules/ruleSetSchema.ts';
import { REGIME_2021, RULE_SETS, VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { clauseOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import { diffRules, rulesText } from '../../../src/rules/rulesText.ts';
import { endOfLondonDate } from '../../../src/time.ts';

const asOf = endOfLondonDate('2022-06-30');
const EXTENDS = 'extends: various-1-proposed-2021-11-03\nname: own\n';

function resolve(text: string, setRule: readonly string[] = []): ResolvedRules {
  return resolveRules('own.yaml', { setRule, asOf, files: filesOf({ 'own.yaml': text }) });
}
function named(name: string, setRule: readonly string[] = []): ResolvedRules {
  return resolveRules(name, { setRule, asOf, files: diskFiles });
}
function rules(result: ResolvedRules): RuleSet {
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.rules;
}

describe('rule sets as documents', () => {
  test.each(RULE_SETS)('$name survives the conversion to a document and back', (set) => {
    expect(ruleSetOf(ruleSetSchema.parse(documentOf(set)))).toEqual(set);
  });

  test('the briefing written out in full resolves to the built-in rules', () => {
    expect(rules(named('scenarios/rulesets/various-1.yaml'))).toEqual(VARIOUS1);
    expect(readFileSync('scenarios/rulesets/various-1.yaml', 'utf8')).not.toMatch(/^extends/m);
  });

  test.each(readdirSync('scenarios/rulesets').filter((file) => file.endsWith('.yaml')))(
    'the rule file %s is valid and compiles',
    (file) => {
      const set = rules(named(`scenarios/rulesets/${file}`));
      expect(compileRules(set).rules).toBe(set);
    },
  );

  test('the rules of R1 are those of the workload', () => {
    const set = rules(named('scenarios/rulesets/r1.yaml'));
    const rows = set.clauses.map(({ category, shows }) => [category, shows.type === 'count' && shows.atLeast]);
    expect(rows).toEqual([['master-key', 1], ['no-wan-attempting', 3], ['gt01', 3], ['five-retries', 5]]); // prettier-ignore
    for (const clause of set.clauses) {
      expect(clause).toMatchObject({
        dormancy: 'any',
        creditCohorts: [],
        excludes: 'installation',
        inForceFrom: '2012-01-01',
      });
      expect(clause).toMatchObject({ shows: { kind: 'migration', separation: 'none', exceptTable510: false } });
      expect(clause.cohorts).toHaveLength(4);
    }
    expect(set.precedence.slice(0, 4)).toEqual(['master-key', 'no-wan-attempting', 'gt01', 'five-retries']);
    expect(set).toMatchObject({ fiveRetriesAgainstGt01: 'byOrder', expiresOn: '2037-12-30' });
  });
});

test('a clause that is never in force can be said upon another file, by null', () => {
  const text = `${EXTENDS}clauses: { gt01: { inForceFrom: null } }`;
  const set = rules(resolveRules('own.yaml', { asOf: 0, files: filesOf({ 'own.yaml': text }) }));
  expect(set.clauses.find(({ category }) => category === 'gt01')?.inForceFrom).toBeNull();
});

describe('names', () => {
  test.each(RULE_SETS)('the rule set $name is found by its name', (set) => expect(rules(named(set.name))).toEqual(set));

  test('in-force depends on the as-of', () => {
    const at = (date: string): RuleSet =>
      rules(resolveRules('in-force', { asOf: endOfLondonDate(date), files: filesOf({}) }));
    expect(at('2021-12-06')).toEqual(REGIME_2021);
    expect(at('2021-12-07')).toEqual(VARIOUS1);
  });

  test('a misspelt name is answered with the nearest', () => {
    expect(named('various-1-proposed')).toMatchObject({
      ok: false,
      problems: [{ expected: expect.stringContaining('in-force') as string }],
    });
    expect(named('in-forse')).toMatchObject({ ok: false, problems: [{ nearest: 'in-force' }] });
    expect(named('./none.yaml')).toMatchObject({ ok: false, problems: [{ found: 'no such file' }] });
  });
});

describe('files', () => {
  test('a file says only what differs, and null drops a category', () => {
    const set = rules(resolve(`${EXTENDS}clauses:\n  gt01: null\n  five-retries: { shows: { atLeast: 4 } }\n`));
    expect(set.clauses).toHaveLength(5);
    expect(clauseOf(set, 'five-retries')?.shows).toMatchObject({
      atLeast: 4,
      separation: 'week',
      exceptTable510: true,
    });
    expect(diffRules(VARIOUS1, set).map(({ path }) => path)).toEqual([
      'name',
      'clauses.gt01',
      'clauses.five-retries.shows.atLeast',
    ]);
  });

  test('files can extend files', () => {
    const files: Readonly<Record<string, string>> = {
      'a/one.yaml': 'extends: ../two.yaml\nname: one\nreadings: { mixed: anyDormant }',
      'two.yaml': 'extends: regime-2021-02-01\nname: two\nreadings: { weekCode: last }',
    };
    const result = resolveRules('a/one.yaml', { asOf, files: filesOf(files) });
    expect(rules(result)).toMatchObject({
      name: 'one',
      readings: { mixed: 'anyDormant', weekCode: 'last' },
      clauses: [],
    });
    expect(result).toMatchObject({ sources: ['a/one.yaml', 'two.yaml'] });
  });

  const WRONG: readonly (readonly [claim: string, text: string, path: string, line: number])[] = [
    ['an unknown field', `${EXTENDS}clauses: { gt01: { atLeast: 4 } }`, 'clauses.gt01.atLeast', 3],
    ['an unknown category', `${EXTENDS}clauses: { gt1: { clause: x } }`, 'clauses.gt1', 3],
    ['an unknown reading', `${EXTENDS}readings: { mixd: barred }`, 'readings.mixd', 3],
    ['a value that a reading has not', `${EXTENDS}readings: { mixed: all }`, 'readings.mixed', 3],
    ['an unknown source', `${EXTENDS}sources: [various2]`, 'sources[0]', 3],
    ['an unknown cohort', `${EXTENDS}clauses: { gt01: { cohorts: [IOC, MDS] } }`, 'clauses.gt01.cohorts[1]', 3],
    ['a cohort twice', `${EXTENDS}clauses: { gt01: { cohorts: [IOC, IOC] } }`, 'clauses.gt01.cohorts', 3],
    ['credit outside the scope', `${EXTENDS}clauses: { gt01: { creditCohorts: [FOC] } }`, 'clauses.gt01.creditCohorts[0]', 3],
    ['a threshold of nothing', `${EXTENDS}clauses: { gt01: { shows: { atLeast: 0 } } }`, 'clauses.gt01.shows.atLeast', 3],
    ['a success as a failure', `${EXTENDS}clauses: { gt01: { shows: { outcomes: [ok] } } }`, 'clauses.gt01.shows.outcomes[0]', 3],
    ['a decision outside its family', `${EXTENDS}clauses: { master-key: { shows: { holds: sos-uneconomic } } }`, 'clauses.master-key.shows.holds', 3],
    ['routes of a gas meter without a count', `${EXTENDS}clauses: { master-key: { dormancy: gsmeRoutes } }`, 'clauses.master-key.dormancy', 3],
    ['an order that has one twice', `${EXTENDS}precedence: [gt01, gt01, master-key, no-wan-before, no-wan-attempting, five-retries]`, 'precedence', 3],
    ['a window with no past', `${EXTENDS}windows: { gt01WindowSeconds: [{ from: 2021-11-04, value: 1, source: ourAssumption }] }`, 'windows.gt01WindowSeconds[0].from', 3],
    ['a window in disorder', `${EXTENDS}windows:\n  gt01WindowSeconds:\n    - { from: 2012-01-01, value: 1, source: ourAssumption }\n    - { from: 2012-01-01, value: 2, source: ourAssumption }`, 'windows.gt01WindowSeconds[1].from', 6],
    ['a day that is none', `${EXTENDS}expiresOn: 2022-02-30`, 'expiresOn', 3],
    ['a year beyond the calendar', `${EXTENDS}expiresOn: 2099-01-01`, 'expiresOn', 3],
    ['a name borrowed from what is extended', 'extends: various-1-proposed-2021-11-03\nreadings: { mixed: anyDormant }', 'name', 1],
    ['the name of the law that it changes', 'extends: various-1-proposed-2021-11-03\nname: various-1-proposed-2021-11-03\nreadings: { mixed: anyDormant }', 'name', 2],
    ['the name of the law in other letters', 'extends: various-1-proposed-2021-11-03\nname: Various-1-Proposed-2021-11-03', 'name', 2],
    ['the name of another law', 'extends: regime-2021-02-01\nname: various-1-proposed-2021-11-03', 'name', 2],
    ['the name that stands for the law in force', 'extends: various-1-proposed-2021-11-03\nname: in-force', 'name', 2],
    ['a base that is not there', 'extends: various-2\nname: own', '', 1],
  ]; // prettier-ignore

  test.each(WRONG)('%s is refused with its place', (_claim, text, path, line) => {
    const result = resolveRules('own.yaml', { asOf, files: filesOf({ 'own.yaml': text }) });
    expect(result).toMatchObject({
      ok: false,
      problems: [{ file: 'own.yaml', line, path: path === '' ? 'extends' : path }],
    });
  });

  test('all problems of a file are reported at once', () => {
    const result = resolve(`${EXTENDS}readings: { mixed: x, reset: y }\nprecedence: [none]\n`, ['weekCode=z']);
    expect(result.ok ? 0 : result.problems.length).toBe(4);
  });

  test.each(READING_NAMES)(
    'a rule file that was saved before %s was a reading is still right, with its default',
    (name) => {
      const saved = readFileSync('scenarios/rulesets/various-1.yaml', 'utf8').replace(/^name: .*$/m, 'name: saved');
      const older = saved.replace(new RegExp(`^  ${name}: .*\n`, 'm'), '');
      expect(older).not.toBe(saved);
      expect(rules(resolve(older)).readings[name]).toBe(READINGS[name].default);
    },
  );

  test('a rule file that was saved before a category existed lists it last and holds no clause for it', () => {
    const saved = readFileSync('scenarios/rulesets/various-1.yaml', 'utf8').replace(/^name: .*$/m, 'name: saved');
    const older = saved.replace(/^precedence:[^]*?(?=^\w)/m, 'precedence: [master-key]\n');
    expect(older).not.toBe(saved);
    expect(rules(resolve(older)).precedence).toHaveLength(VARIOUS1.precedence.length);
  });

  test('a file without extends must be complete', () => {
    const result = resolve('name: own\ntitle: x\n');
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toContain('readings');
  });
});

describe('--set-rule and amendments', () => {
  test('every reading can be set by its name, to every value', () => {
    for (const name of READING_NAMES)
      for (const value of Object.keys(READINGS[name].values)) {
        expect(rules(named(VARIOUS1.name, [`${name}='${value}'`])).readings[name]).toBe(value);
        expect(rules(named(VARIOUS1.name, [`${name}=${value}`])).readings[name]).toBe(value);
      }
  });

  test('paths reach every part, in order, and the rule set says that it was amended', () => {
    const set = rules(
      named(VARIOUS1.name, [
        'clauses.five-retries.shows.atLeast=4',
        'clauses.five-retries.shows.atLeast=6',
        'clauses.gt01.cohorts=[IOC]',
        'clauses.uneconomic-to-test=null',
        'windows.gt01WindowSeconds[1].value=172800',
        'mixed=anyDormant',
      ]),
    );
    expect(set.name).toBe(`${VARIOUS1.name}+amended`);
    expect(clauseOf(set, 'five-retries')?.shows).toMatchObject({ atLeast: 6 });
    expect(clauseOf(set, 'gt01')?.cohorts).toEqual(['IOC']);
    expect(clauseOf(set, 'uneconomic-to-test')).toBeUndefined();
    expect(set.windows.gt01WindowSeconds.rows[1]).toMatchObject({ from: '2021-11-04', value: 172800 });
    expect(rules(named(VARIOUS1.name, ['name=mine', 'mixed=anyDormant'])).name).toBe('mine');
  });

  test('the built-in rules are not changed', () => {
    const before = JSON.stringify(RULE_SETS);
    named(VARIOUS1.name, ['clauses.five-retries.shows.atLeast=4', 'clauses.gt01=null']);
    expect(JSON.stringify(RULE_SETS)).toBe(before);
  });

  test('amend takes plain values and answers with problems, not exceptions', () => {
    expect(amend(VARIOUS1, { 'clauses.gt01.shows.atLeast': 2, 'reset': 'otherOutcome' })).toMatchObject({ ok: true });
    expect(amend(VARIOUS1, {})).toEqual({ ok: true, rules: VARIOUS1 });
    expect(amend(VARIOUS1, { 'clauses.gt01.shows.atleast': 2 })).toMatchObject({
      ok: false,
      problems: [{ nearest: 'clauses.gt01.shows.atLeast' }],
    });
    expect(amend(VARIOUS1, { 'clauses.gt01.shows.atLeast': 'many' })).toMatchObject({
      ok: false,
      problems: [{ found: '"many"' }],
    });
    expect(amend(VARIOUS1, { '..': 1, 'reste': 1 })).toMatchObject({
      ok: false,
      problems: [{}, { nearest: 'readings.reset' }],
    });
  });
});

test('a rule set in words has every clause with its words, its number and its citation, and every reading', () => {
  const text = rulesText(rules(named(VARIOUS1.name, ['mixed=anyDormant'])));
  for (const clause of VARIOUS1.clauses) for (const part of [clause.text, `clause ${clause.clause}`, `[${clause.sources[0]}]`]) expect(text).toContain(part); // prettier-ignore
  for (const name of READING_NAMES) expect(text).toContain(`${name}: `);
  expect(text).toContain('* mixed: anyDormant');
  expect(text).toContain('The slide prints Clause 18.4');
});
