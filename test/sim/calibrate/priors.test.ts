// Priors as data: a file of them is checked, its draws fill every range evenly, and each draw is a scenario of its own.
import { expect, test } from 'vitest';
import { assert } from '../../../src/assert.ts';
import { filesOf } from '../../../src/document/files.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import { diskFiles, readText } from '../../../src/cli/shell/readText.ts';
import { loadPriors, type Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { drawsOf, resolveDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { ownValue, settingPathOf } from '../../../sim/sweep/factor/ownValue.ts';
import { seedText } from '../../seed.ts';

const SEED = seedText(import.meta.filename, 'priors');
const SCENARIO = 'scenarios/various1.yaml';

const SHIPPED = loadedFrom('scenarios/priors/various1.yaml');

function loadedFrom(path: string): Priors {
  const loaded = loadPriors({ path, scenario: SCENARIO, files: diskFiles });
  assert(loaded.ok, loaded.ok ? '' : formatProblems(loaded.problems));
  return { ...loaded.priors, seed: SEED };
}

/** Priors over the baseline from a text, which may be wrong. */
function fromText(text: string) {
  const files = { ...diskFiles, read: (path: string) => (path === 'p.yaml' ? text : readText(path)) };
  return loadPriors({ path: 'p.yaml', scenario: SCENARIO, files });
}

function priorsOf(text: string): Priors {
  const loaded = fromText(text);
  assert(loaded.ok, loaded.ok ? '' : formatProblems(loaded.problems));
  return { ...loaded.priors, seed: SEED };
}

const HEAD = 'format: 1\nname: p\n';

test('the shipped priors name every number that the baseline fits, and each structural switch', () => {
  const paths = new Set(SHIPPED.parameters.flatMap((parameter) => parameter.paths));
  const wanted = SHIPPED.base.scenario.fit.map(({ parameter }) => parameter);
  wanted.push('process.IOC.stopWhen', 'faults.device-silent.deadShare', 'sharedOutages.fleet-shock.perYear');
  expect(wanted.filter((path) => !paths.has(path))).toEqual([]);
});

test('the shipped priors move every number marked "our assumption" that decides a count, but for the listed ones', () => {
  const paths = new Set(SHIPPED.parameters.flatMap((parameter) => parameter.paths));
  const still = SHIPPED.base.marks
    .filter(({ isClaim, mark, value }) => isClaim && mark === 'our assumption' && typeof value === 'number')
    .filter(({ path, value }) => value !== 0 && value !== 1 && !paths.has(path))
    .map(({ path }) => path.replace(/[.[].*/, ''));
  // Curves of other populations, the rest of the estate, shares that sum to 1, and priors of `fit`.
  const counted = Object.fromEntries(
    [...new Set(still)].sort().map((top) => [top, still.filter((t) => t === top).length]),
  );
  expect(Object.keys(counted)).toEqual(
    ['entryCurves', 'fit', 'hubModels', 'links', 'metersPerInstallation', 'notSimulated', 'operators', 'populations', 'suppliers'], // prettier-ignore
  );
  expect(still.filter((top) => top === 'links').length).toBeLessThan(30);
});

test('each draw of the shipped priors is a scenario, and its settings give the values that it says', () => {
  for (const draw of drawsOf(SHIPPED, 8)) {
    const resolved = resolveDraw(SHIPPED, draw);
    assert(resolved.ok, resolved.ok ? '' : formatProblems(resolved.problems));
    SHIPPED.parameters.forEach(({ paths }, i) => {
      const value = draw.values[i];
      const path = settingPathOf(paths[0] as string);
      assert(path !== undefined, 'each parameter has a path');
      if (paths.length === 1 && typeof value === 'number') expect(ownValue(path, resolved)).toBe(value);
    });
  }
});

test('a draw stands once in each equal part of every parameter', () => {
  const draws = drawsOf(SHIPPED, 16);
  for (const i of SHIPPED.parameters.keys()) {
    const parts = draws.map(({ coordinates }) => Math.floor(16 * (coordinates[i] as number)));
    expect(parts.toSorted((a, b) => a - b)).toEqual([...Array(16).keys()]);
  }
});

test('the same seed gives the same draws, and another seed shares none with them', () => {
  const values = (seed: string): string[] => drawsOf({ ...SHIPPED, seed }, 8).map((draw) => JSON.stringify(draw.values)); // prettier-ignore
  expect(values('a')).toEqual(values('a'));
  expect(values('a').filter((value) => values('b').includes(value))).toEqual([]);
});

test('a ratio multiplies all its numbers alike, and odds keep shares between 0 and 1', () => {
  const priors = priorsOf(
    `${HEAD}parameters:\n  deaths: { paths: ['links.wan.*.deathPerYear'], ratio: 4 }\n  gas: { path: populations.ioc-dormant.gasShare, odds: 100 }\n`,
  );
  for (const draw of drawsOf(priors, 8)) {
    const [times, gas] = draw.values as number[];
    assert(times !== undefined && gas !== undefined, 'both are numbers');
    expect(times).toBeGreaterThanOrEqual(0.25);
    expect(times).toBeLessThanOrEqual(4);
    expect(gas > 0 && gas < 1).toBe(true);
    const resolved = resolveDraw(priors, draw);
    assert(resolved.ok, 'it is a scenario');
    expect(resolved.scenario.links.wan['active']?.deathPerYear).toBeCloseTo(0.005 * times, 10);
  }
});

test.each([
  ['a path into the rules', 'parameters: { p: { path: amendments.clauses.five-retries.shows.atLeast, values: [4] } }', 'rules are given and never drawn'], // prettier-ignore
  ['a path that names nothing', 'parameters: { p: { path: links.wan.nowhere.deathPerYear, ratio: 2 } }', 'a ratio multiplies them'], // prettier-ignore
  ['odds of what is no share', 'parameters: { p: { path: process.IOC.daysBetweenAttempts, odds: 2 } }', 'shares from 0 to 1'], // prettier-ignore
  ['two forms at once', 'parameters: { p: { path: sameSupplierShare, odds: 2, ratio: 2 } }', 'exactly one of ratio, odds'], // prettier-ignore
  ['one path in two parameters', 'parameters: { p: { path: sameSupplierShare, odds: 2 }, q: { path: sameSupplierShare, ratio: 2 } }', 'each path in one parameter'], // prettier-ignore
  ['nothing to draw', 'parameters: {}', 'at least one parameter'],
  ['a setting that the scenario refuses', 'set: [nowhere=1]\nassumptions: {}', 'set: nowhere'],
])('a file of priors with %s is refused where it stands', (_what, body, words) => {
  const loaded = fromText(`${HEAD}${body}\n`);
  assert(!loaded.ok, 'it is wrong');
  expect(formatProblems(loaded.problems)).toContain(words);
});

test('a file that is not there is a problem and not an error', () => {
  const loaded = loadPriors({ path: 'none.yaml', scenario: SCENARIO, files: filesOf({}) });
  expect(loaded.ok).toBe(false);
});
