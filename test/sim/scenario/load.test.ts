import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../../sim/scenario/load.ts';
import { filesOf } from '../../../src/document/files.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import { BASE, loaded, problems } from './files.ts';

function loadText(text: string): ReturnType<typeof loadScenario> {
  return loadScenario({ path: 'x.yaml', files: filesOf({ 'x.yaml': text }) });
}

describe('extends', () => {
  test('extends merges maps, replaces lists, and removes a name with null', () => {
    const { scenario, sources } = loaded(`
name: changed
populations: { ioc-dormant: { installations: 5 } }
entryCurves: { main: { firstAttempt: [{ date: 2021-03-01, share: 1 }] } }
faults: { silent: null }
`);
    expect(scenario.name).toBe('changed');
    expect(scenario.populations['ioc-dormant']).toMatchObject({ installations: 5, cohort: 'IOC' });
    expect(scenario.entryCurves.main?.firstAttempt).toHaveLength(1);
    expect(scenario.faults).toEqual({});
    expect(sources).toEqual(['s/main.yaml', 's/base.yaml']);
  });

  test('a distribution of another kind does not inherit parameters of the old kind', () => {
    const { scenario } = loaded('', [
      'links.wan.usual.classes.healthy.down=[{ share: 1, duration: { kind: fixed, days: 2 } }]',
      'faults.silent.success={ betaA: 1, betaB: 2 }',
    ]);
    expect(scenario.faults.silent).toMatchObject({ success: { betaA: 1, betaB: 2 } });
    expect(scenario.faults.silent).not.toHaveProperty('success.chance');
    const other = loaded('links: { wan: { usual: { contact: { mode: daily, tries: 2 } } } }');
    expect(other.scenario.links.wan.usual?.contact).toMatchObject({ mode: 'daily', tries: 2, windowHours: 2 });
  });

  test('a chain of files is followed, and a cycle is named and refused', () => {
    const files = {
      'a/one.yaml': 'extends: ../two.yaml\nname: one',
      'two.yaml': 'extends: b/three.yaml',
      'b/three.yaml': BASE,
    };
    const chain = loadScenario({ path: 'a/one.yaml', files: filesOf(files) });
    expect(chain).toMatchObject({ ok: true, sources: ['a/one.yaml', 'two.yaml', 'b/three.yaml'] });
    const circle = loadScenario({
      path: 'a/one.yaml',
      files: filesOf({ ...files, 'b/three.yaml': 'name: x\nextends: ../two.yaml' }),
    });
    expect(circle).toMatchObject({
      ok: false,
      errors: [{ file: 'b/three.yaml', line: 2, column: 10, path: 'extends' }],
    });
    expect(JSON.stringify(circle)).toContain('two.yaml -> b/three.yaml -> two.yaml');
  });

  test('a missing base is reported at the line that names it', () => {
    const result = loadScenario({
      path: 'one.yaml',
      files: filesOf({ 'one.yaml': 'name: x\nextends: nowhere.yaml' }),
    });
    expect(result).toMatchObject({ ok: false, errors: [{ file: 'one.yaml', line: 2, path: 'extends' }] });
  });

  test('a missing file is one problem without a position', () => {
    const result = loadScenario({ path: 'none.yaml', files: filesOf({}) });
    expect(result).toMatchObject({ ok: false, errors: [{ file: 'none.yaml', line: 0, found: 'no such file' }] });
  });
});

describe('problems', () => {
  test('all faults are reported at once, each in its own file', () => {
    const bad = BASE.replace('upDaysMean: 400', 'upDaysMean: -4');
    const all = problems('populations:\n  ioc-dormant: { gasShare: 1.7, dormansy: x }\nnam: y\n', [], {
      's/base.yaml': bad,
    });
    expect(all.map(({ file, line, path }) => `${file}:${line} ${path}`)).toEqual([
      's/base.yaml:31 links.han.usual.classes.only.upDaysMean',
      's/main.yaml:3 populations.ioc-dormant.gasShare',
      's/main.yaml:3 populations.ioc-dormant.dormansy',
      's/main.yaml:4 nam',
    ]);
    expect(all[2]).toMatchObject({ found: 'an unknown name', nearest: 'dormancy', column: 33 });
    expect(all[3]).toMatchObject({ nearest: 'name' });
  });

  test('a message has the place, the path, what was found, what was expected, and how to mend it', () => {
    expect(formatProblems(problems('populations: { ioc-dormant: { gasShare: 5%, cohort: ICO } }'))).toBe(
      [
        's/main.yaml:2:41 › populations.ioc-dormant.gasShare: found "5%", expected a number from 0 to 1 (share with a GSME).',
        '  Write a share as a number: 5 % is 0.05.',
        's/main.yaml:2:53 › populations.ioc-dormant.cohort: found "ICO", expected one of IOC, MOC_MDS, MOC_Secure, FOC (migration cohort).',
        '  Did you mean `IOC`?',
      ].join('\n'),
    );
  });

  test('a missing field is reported at the name of the map that lacks it', () => {
    expect(problems('populations:\n  other:\n    cohort: IOC\n')[0]).toMatchObject({
      line: 3,
      column: 3,
      found: 'nothing',
    });
  });

  test('checks across fields run even if a field is wrong', () => {
    const paths = problems('operators: { a: 0.5 }\nchanges: { supplierPerYear: many }\nrules: nonsense\n').map(
      ({ path }) => path,
    );
    expect(paths).toEqual(['operators', 'changes.supplierPerYear', 'rules']);
  });

  const FORM: readonly (readonly [string, string, string])[] = [
    ['a tab', 'name:\tx\n\tformat: 1', 'Tabs'],
    ['an open bracket', 'name: [a', 'Flow sequence'],
    ['a name twice', `${BASE}\nname: again`, 'the name a second time'],
    ['a list', '- a\n- b', 'a list of 2'],
    ['plain text', 'hello', '"hello"'],
    ['an empty file', '# nothing\n', 'an empty file'],
    ['two documents', 'name: a\n---\nname: b', 'a second document (after a line ---)'],
    ['an unknown tag', 'name: !secret x', 'Unresolved tag'],
    ['an alias without an anchor', 'name: *nobody', '*nobody'],
    ['an alias to itself', 'name: &a [*a]', '*a'],
    ['a number that overflows', BASE.replace('installations: 1000', 'installations: 1e400'), '1e400'],
    ['no number', BASE.replace('installations: 1000', 'installations: .nan'), '.nan'],
    ['a share that is no number', BASE.replace('share: 0.07', 'share: .inf'), '.inf'],
    ['half an installation', BASE.replace('installations: 1000', 'installations: 0.5'), '0.5'],
    ['an empty value', BASE.replace('cohort: IOC', 'cohort:'), 'nothing (null)'],
    ['a day that is none', BASE.replace('2021-06-01', '2021-02-30'), '2021-02-30'],
    ['a year beyond the calendar', BASE.replace('horizon: 2022', 'horizon: 2099'), '2099-12-31'],
    ['the name of a prototype', `${BASE}\n__proto__: { a: 1 }`, '__proto__'],
    ['the name of a method', `${BASE}\ntoString: 1`, 'an unknown name'],
    ['a huge file', `${BASE}# ${'x'.repeat(1_100_000)}`, 'characters'],
    ['deep brackets', `name: ${'['.repeat(100_000)}`, 'nested brackets'],
    ['deep indentation', Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'nested too deeply'],
    ['a bomb of aliases', bomb(), 'values once aliases are expanded'],
  ];

  test.each(FORM)('%s is a problem with a place and not an exception', (_name, text, found) => {
    const result = loadText(text);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.errors.map((error) => error.found).join('\n')).toContain(found);
    expect(result.errors[0]?.line).toBeGreaterThan(0);
  });

  test('an alias within reason is a value like any other', () => {
    const text = BASE.replace('{ upDaysMean: 365', '&h { upDaysMean: 365').replace(
      'dead: { share',
      'more: *h\n        dead: { share',
    );
    expect(loadText(text)).toMatchObject({ ok: false, errors: [{ found: '2 classes without a share' }] });
  });
});

function bomb(): string {
  const rows = ['a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]'];
  for (let i = 1; i < 12; i += 1)
    rows.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
  return rows.join('\n');
}

describe('--set', () => {
  test('values of --set are YAML, and later ones win', () => {
    const { scenario } = loaded('', [
      'populations.ioc-dormant.installations=7',
      'populations.ioc-dormant.installations=8',
      'asOf=[2021-11-03, 2022-06-30]',
      'asOf[1]=2022-07-31',
      'changes.supplierPerYear=0.1',
      "seed='007'",
      'faults.more={ kind: dataError, share: 0.1, cleansingDays: { kind: fixed, days: 9 } }',
      'faults.silent=null',
    ]);
    expect(scenario.populations['ioc-dormant']?.installations).toBe(8);
    expect(scenario).toMatchObject({
      asOf: ['2021-11-03', '2022-07-31'],
      seed: '007',
      changes: { supplierPerYear: 0.1 },
    });
    expect(Object.keys(scenario.faults)).toEqual(['more']);
  });

  const REFUSED: readonly (readonly [string, string | undefined])[] = [
    ['populations.ioc-dormant.instalations=5', 'populations.ioc-dormant.installations'],
    ['populations.ioc-dormat.installations=5', 'populations.ioc-dormant'],
    ['populatons.x=5', 'populations'],
    ['process.IOX.attemptsMax=5', 'process.IOC'],
    ['asOf[3]=2021-11-03', undefined],
    ['entryCurves.main.firstAttempt[2].share=1', undefined],
    ['entryCurves.main.firstAttempt.share=1', undefined],
    ['name.first=x', undefined],
    ['seed', undefined],
    ['=5', undefined],
    ['a..b=5', undefined],
    ['seed=[', undefined],
    ['extends=other.yaml', undefined],
  ];

  test.each(REFUSED)('%s is refused', (setting, near) => {
    const [first, ...rest] = problems('', [setting]);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ file: `--set ${setting}`, line: 0 });
    expect(first?.nearest).toBe(near);
  });

  test('a wrong value points to the option that set it', () => {
    expect(problems('', ['populations.ioc-dormant.gasShare=3'])).toMatchObject([
      { file: '--set populations.ioc-dormant.gasShare=3', path: 'populations.ioc-dormant.gasShare', found: '3' },
    ]);
  });
});

describe('rules', () => {
  test('amendments change the rule set, by path or by reading, and it says so', () => {
    const { rules } = loaded('amendments: { clauses.five-retries.shows.atLeast: 4, mixed: anyDormant }', [
      'amendments.clauses.gt01.shows.atLeast=2',
    ]);
    expect(rules.name).toBe('various-1-proposed-2021-11-03+amended');
    expect(rules.readings.mixed).toBe('anyDormant');
    const atLeast = rules.clauses.map(
      (clause) => clause.shows.type === 'count' && [clause.category, clause.shows.atLeast],
    );
    expect(Object.fromEntries(atLeast.filter((pair) => pair !== false))).toMatchObject({
      'five-retries': 4,
      'gt01': 2,
    });
  });

  test('wrong amendments point into the scenario', () => {
    const all = problems('amendments:\n  clauses.five-retries.shows.atLeast: 0\n');
    expect(all).toMatchObject([
      { file: 's/main.yaml', line: 3, path: 'clauses.five-retries.shows.atLeast', found: '0' },
    ]);
    expect(problems('amendments:\n  mixd: barred\n')).toMatchObject([
      { line: 3, path: 'readings.mixd', nearest: 'readings.mixed' },
    ]);
  });

  test('a rule-set file is relative to the file that names it', () => {
    const file = 'extends: various-1-proposed-2021-11-03\nname: own\n';
    const more = { 's/base.yaml': `${BASE}rules: r/own.yaml\n`, 's/r/own.yaml': file };
    const result = loadScenario({
      path: 'x/main.yaml',
      files: filesOf({ ...more, 'x/main.yaml': 'extends: ../s/base.yaml' }),
    });
    expect(result).toMatchObject({
      ok: true,
      rules: { name: 'own' },
      sources: ['x/main.yaml', 's/base.yaml', 's/r/own.yaml'],
    });
  });

  test('in-force is resolved at the horizon', () => {
    expect(loaded('rules: in-force').rules.name).toBe('various-1-proposed-2021-11-03');
    expect(loaded('rules: in-force\nhorizon: 2021-11-30').rules.name).toBe('regime-2021-02-01');
  });
});
