// Fleet shocks matter: with them the ranges of a run are those of the shocks, and who fails shares a hub model. Without shared
// outages a volume varies as counts do. Both on a part of the baseline, which is a prefix of each of its populations.
import { expect, test } from 'vitest';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { volumeIndex } from '../../sim/kernel/life/counts.ts';
import { compileModel, type Model } from '../../sim/kernel/model/model.ts';
import { ShardRunner } from '../../sim/kernel/run/shard.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';
import { sampleSize } from '../sampleSize.ts';
import { recorded } from './records.ts';
import { scenarioAt } from './scenarios.ts';

const SEED = process.env['SHOCK_SEED'] ?? 'shocks';
const REPLICATIONS = sampleSize('SHOCK_REPLICATIONS', { whole: 40, part: 12 });
console.log(`fleet shocks: seed ${SEED} (SHOCK_SEED), ${REPLICATIONS} replications`);

const IOC_DORMANT = 'ioc-dormant';

/** One population of a scenario, of so many installations. */
function modelOf(path: string, installations: number, set: readonly string[] = []): Model {
  const { scenario, rules } = scenarioAt(path, set);
  const population = scenario.populations[IOC_DORMANT] as (typeof scenario.populations)[string];
  return compileModel({ ...scenario, populations: { [IOC_DORMANT]: { ...population, installations } } }, rules);
}

/** No WAN attempting migration, at the horizon, in each replication. */
function volumes(model: Model): number[] {
  const at = volumeIndex(model.asOfs.length - 1, 0, COHORTS.indexOf('IOC'), CATEGORIES.indexOf('no-wan-attempting'));
  return Array.from(
    { length: REPLICATIONS },
    (_, replication) => new ShardRunner(model, seedWords(SEED), replication).run(0).volumes[at] as number,
  );
}

/** Variance over mean: 1 for counts that vary by chance alone. */
function dispersion(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return variance / mean;
}

test('volumes vary far beyond counting with shocks, and as counts do without shared outages', () => {
  const shocks = volumes(modelOf('scenarios/fleet-shocks.yaml', 8000));
  const none = ['operator', 'hub-model', 'area', 'provider'].map((name) => `sharedOutages.${name}=null`);
  const alone = volumes(modelOf('scenarios/various1.yaml', 8000, none));
  expect(dispersion(shocks), shocks.join(' ')).toBeGreaterThan(10);
  expect(dispersion(alone), alone.join(' ')).toBeLessThan(3);
  expect(Math.max(...shocks)).toBeGreaterThan(3 * Math.max(...alone));
});

test('a dated shock is one of the hub models it names, on the days it has, and takes its whole fleet of one operator', () => {
  const shock = '{ by: hubModel, members: [hub-3], operators: [operator-1], dated: [{ from: 2021-10-04, days: 12 }] }';
  const others = ['hub-maker-setting', 'operator-1-setting', 'operator-core'].map(
    (name) => `sharedOutages.${name}=null`,
  );
  const struck = recorded(
    modelOf('scenarios/fleet-shocks.yaml', 6000, [...others, `sharedOutages.dated=${shock}`]),
    SEED,
  );
  const base = recorded(modelOf('scenarios/fleet-shocks.yaml', 6000, others), SEED);
  const placeOf = (i: number): string => {
    const { operator, hubModel } = struck.lives[i]?.history.installation ?? {};
    return `${operator} ${hubModel}`;
  };
  const moved = struck.lives.flatMap((life, i) =>
    JSON.stringify(life) === JSON.stringify(base.lives[i]) ? [] : [placeOf(i)],
  );
  expect(moved.length).toBeGreaterThan(30);
  expect(new Set(moved)).toEqual(new Set(['operator-1 hub-3']));
});

test('the rate of a shock is a number like any other: at 0 the scenario is the one without it', () => {
  const rates = ['hub-maker-setting', 'operator-1-setting', 'operator-core'].map(
    (name) => `sharedOutages.${name}.perYear=0`,
  );
  const gone = ['hub-maker-setting', 'operator-1-setting', 'operator-core'].map((name) => `sharedOutages.${name}=null`);
  const [zero, without] = [rates, gone].map((set) => volumes(modelOf('scenarios/fleet-shocks.yaml', 2000, set)));
  expect(zero).toEqual(without);
});
