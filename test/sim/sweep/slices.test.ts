import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_READINGS, READINGS, type ReadingName } from '../../../src/regulation/readings.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import { diskFiles } from '../../../src/cli/shell/readText.ts';
import { addCounts, type Counts } from '../../../sim/kernel/life/counts.ts';
import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import { simulate } from '../../../sim/kernel/run/simulate.ts';
import { openScenario } from '../../../sim/scenario/load.ts';
import { blocksOf, cellsOf, type Cell } from '../../../sim/sweep/cell/cell.ts';
import { computeCell } from '../../../sim/sweep/cell/computeCell.ts';
import { scaledScenario } from '../../../sim/sweep/cell/scaled.ts';
import { sampleSize } from '../../sampleSize.ts';
import { EVERYTHING } from '../scenarios.ts';

const SCALE = { various1: { share: 0.004, strataMin: 100 }, everything: { share: 0.01, strataMin: 60 } };
const opened = {
  various1: openScenario({ path: 'scenarios/various1.yaml', files: diskFiles }),
  everything: openScenario({ path: EVERYTHING, files: diskFiles }),
};
let pool: Pool;
beforeAll(async () => void (pool = await openPool(1)));
afterAll(() => pool.close());

function resolved(of: keyof typeof opened, set: readonly string[]) {
  const loaded = opened[of](set);
  if (!loaded.ok) throw new Error(formatProblems(loaded.errors));
  return { rules: loaded.rules, ...scaledScenario(loaded.scenario, SCALE[of]) };
}

function cellsFor(of: keyof typeof opened, set: readonly string[], replications = 1): readonly Cell[] {
  const { scenario, rules } = resolved(of, set);
  return cellsOf(scenario, rules, { seed: 'slices', blocks: blocksOf(replications) });
}

const others = Object.entries(READINGS).flatMap(([name, { values }]) =>
  Object.keys(values)
    .filter((value) => value !== DEFAULT_READINGS[name as ReadingName])
    .map((value) => `amendments.${name}=${value}`),
);
// Every reading but the defaults in CI; in `npm test` some of them.
const readings = others.slice(0, sampleSize('SLICE_READINGS', { whole: others.length, part: 6 }));

describe('the slices of a scenario', () => {
  test.each([
    ['various1', ''],
    ['various1', 'process.IOC.stopWhen=never'],
    ['various1', 'populations.foc-ea-display.installations=1001'],
    ['everything', ''],
    ...readings.map((set) => ['everything', set] as const),
  ] as const)('the slices of %s add up to the whole, with %s', async (of, set) => {
    const change = set === '' ? [] : [set];
    const { scenario, rules } = resolved(of, change);
    const whole = await simulate(scenario, rules, { seed: 'slices', replications: 1, workers: 1, pool, now: () => 0 });
    let sum: Counts | undefined;
    for (const cell of cellsFor(of, change)) {
      const [counts] = (await computeCell(cell, pool)) as [Counts];
      if (sum) addCounts(sum, counts);
      else sum = structuredClone(counts);
    }
    expect(sum).toEqual(whole.counts[0]);
  });

  test('the counts of a slice depend on no other population', async () => {
    const before = cellsFor('various1', []);
    const after = cellsFor('various1', ['populations.ioc-dormant.installations=40000']);
    const changed = after.filter(({ key }, i) => key !== before[i]?.key).map(({ population }) => population);
    expect(changed).toEqual(['ioc-dormant']);
  });
});

describe('the key of a cell', () => {
  const keys = (...set: string[]): string =>
    cellsFor('everything', set)
      .map(({ key }) => key)
      .join(' ');
  const base = keys();

  test.each(['title=another', 'name=another', 'comparison.operator=qualifying', 'metersPerInstallation=2', 'marks=[]'])(
    'the key of a cell does not change with %s',
    (set) => expect(keys(set)).toBe(base),
  );

  test('the key of a cell changes with every number that decides a history', () => {
    const loaded = opened.everything([]);
    if (!loaded.ok) throw new Error('the fixture is refused');
    const words = /^(seed|replications|format|metersPerInstallation|fit|notSimulated|asOf|comparison)|CostPounds$/;
    // MDS instructs nobody in this scenario, so how long it takes is no matter of any cell.
    const idle = /^process\.MOC_MDS\.supplierInstructsDays/;
    const numbers = loaded.marks
      .filter(
        ({ path, value, isClaim }) => isClaim && typeof value === 'number' && !words.test(path) && !idle.test(path),
      )
      .filter((_, i) => i % sampleSize('KEY_NUMBERS_EACH', { whole: 1, part: 6 }) === 0);
    const whole = (...set: string[]): string => {
      const at = opened.everything(set);
      if (!at.ok) throw new Error(formatProblems(at.errors));
      return cellsOf(at.scenario, at.rules, { seed: 's', blocks: blocksOf(1) })
        .map(({ key }) => key)
        .join(' ');
    };
    const before = whole();
    const unchanged: string[] = [];
    let tried = 0;
    for (const { path, value } of numbers) {
      const own = value as number;
      const next = [own * 1.01, own + 0.01, own + 1, own - 1].find((to) => to !== own && opened.everything([`${path}=${to}`]).ok); // prettier-ignore
      if (next === undefined) continue;
      tried += 1;
      if (whole(`${path}=${next}`) === before) unchanged.push(path);
    }
    expect(tried).toBeGreaterThan(20);
    expect(unchanged).toEqual([]);
  });

  test('the key of a cell is the same for a block of replications, whatever the number of replications', () => {
    const few = cellsFor('various1', [], 5);
    const many = cellsFor('various1', [], 12);
    expect(few.every(({ key }) => many.some((cell) => cell.key === key))).toBe(true);
    expect(blocksOf(12)).toEqual([{ from: 0, count: 5 }, { from: 5, count: 5 }, { from: 10, count: 2 }]); // prettier-ignore
  });
});
