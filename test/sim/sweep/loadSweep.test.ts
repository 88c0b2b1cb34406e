// A wrong sweep file is refused with the field, what was found there and what is expected.
import { describe, expect, test } from 'vitest';
import { loadSweep, type SweepResult } from '../../../sim/sweep/plan/loadSweep.ts';
import { diskFiles } from '../../../src/cli/shell/readText.ts';

const PATH = 'test/cli/sweep/wrong.yaml';
const SHARE = 'path: changes.replacementPerYear, values: [x2]';
const sweepText = (rest: string): string =>
  `format: 1\nname: wrong\nscenario: tinyScenario.yaml\nreplications: 2\n${rest.includes('design:') ? '' : 'design: { kind: oneAtATime }\n'}${rest}\n`; // prettier-ignore

/** Loads a sweep file that lies beside the tiny scenario. */
function loadText(rest: string): SweepResult {
  const files = {
    ...diskFiles,
    read: (path: string) => (path === PATH ? sweepText(rest) : diskFiles.read(path)),
  };
  return loadSweep({ path: PATH, files });
}

/** Its problems, as `field: found, expected`. */
function problemsOf(rest: string): readonly string[] {
  const loaded = loadText(rest);
  if (loaded.ok) return [];
  return loaded.problems.map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`);
}

const manyFactors = (count: number): string =>
  Array.from({ length: count }, (_, i) => `  f${i}: { path: 'populations.ioc-dormant.installations', values: [${i + 1}] }`).join('\n'); // prettier-ignore

describe('what a sweep file may not say', () => {
  test.each<[string, string, string]>([
    ['no factor', 'factors: {}', 'expected at least one factor'],
    ['a path that names nothing', 'factors: { f: { path: changes.nothing, values: [1] } }', 'factors.f.path: found "changes.nothing", expected one of'], // prettier-ignore
    ['one path in two factors', `factors: { f: { ${SHARE} }, g: { ${SHARE} } }`, 'factors.g: found a path that f varies too'], // prettier-ignore
    ['an outcome that is none', `factors: { f: { ${SHARE} } }\noutcomes: [five-retry/all]`, 'outcomes[0]: found "five-retry/all", expected category/cohorts'], // prettier-ignore
    ['an outcome outside the simulated days', `factors: { f: { ${SHARE} } }\noutcomes: [gt01/all@2030-01-01]`, 'outcomes[0]: found "gt01/all@2030-01-01", expected a day from'], // prettier-ignore
    ['more factors than a Saltelli design has', `design: { kind: saltelli, samples: 2 }\nfactors:\n${manyFactors(129)}`, 'factors: found 129 factors, expected at most 128 in this design'], // prettier-ignore
    ['more factors than a Sobol sequence has', `design: { kind: sobol, points: 2 }\nfactors:\n${manyFactors(257)}`, 'factors: found 257 factors, expected at most 256 in this design'], // prettier-ignore
  ])('a sweep with %s is refused', (_what, rest, problem) => {
    expect(problemsOf(rest)).toContainEqual(expect.stringContaining(problem));
  });

  test('a grid above 200,000 points is refused before it is laid out', () => {
    const factors = manyFactors(6).replaceAll(/values: .*/g, 'values: [1, 2, 3, 4, 5, 6, 7, 8] }');
    const problems = problemsOf(`design: { kind: grid }\nfactors:\n${factors}`);
    expect(problems).toContain(`design: found ${8 ** 6} points, expected at most 200000 points`);
  });
});

test.each([
  ['changes.replacementPerYaer', 'changes.replacementPerYear'],
  ['links.wann.active.deathPerYear', 'links.wan'],
  ['amendments.clauses.five-retries.shows.atLesat', 'amendments.clauses.five-retries.shows.atLeast'],
])('a misspelt path of a factor is told with the nearest one: %s', (path, nearest) => {
  const loaded = loadText(`factors: { f: { path: ${path}, values: [0.1] } }`);
  expect(loaded.ok ? [] : loaded.problems).toMatchObject([{ nearest }]);
});

test('a path may belong to another scenario of the sweep', () => {
  const path = 'path: populations.elsewhere.installations, values: [10]';
  expect(problemsOf(`factors: { f: { ${path} } }`)).toHaveLength(1);
  expect(problemsOf(`factors: { f: { ${path} }, s: { scenarios: { own: tinyScenario.yaml } } }`)).toEqual([]);
});

test('a right sweep file has no problem', () => {
  expect(problemsOf(`factors: { f: { ${SHARE} } }`)).toEqual([]);
});
