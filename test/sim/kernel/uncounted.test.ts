import { describe, expect, test } from 'vitest';
import { FirstAttempts } from '../../../sim/kernel/firstAttempts.ts';
import { Life } from '../../../sim/kernel/life.ts';
import type { Model } from '../../../sim/kernel/model.ts';
import { Recorder } from '../../../sim/kernel/recorder.ts';
import { Replication } from '../../../sim/kernel/replication.ts';
import { ShardRunner, shardsOf } from '../../../sim/kernel/shard.ts';
import { addCounts, emptyCounts, type Counts } from '../../../sim/kernel/volumes.ts';
import { seedWords } from '../../../sim/world/draws.ts';
import { EVERYTHING, modelAt } from '../scenarios.ts';

// Lives of which nothing is counted until something could be, and first attempts found in columns, against the same fleet with
// a recorder looking on: then every life is counted from its start, one by one.
const SEED = process.env['FLEET_SEED'] ?? 'uncounted';
console.log(`uncounted: seed ${SEED} (FLEET_SEED)`);

function countsOf(model: Model, watched: boolean): Counts {
  const runner = new ShardRunner(model, seedWords(SEED), 0);
  const sum = emptyCounts(model.asOfs.length, model.months);
  for (let shard = 0; shard < shardsOf(model.size); shard += 1) {
    addCounts(sum, runner.run(shard, watched ? new Recorder(model.horizon) : null));
  }
  return sum;
}

const five = 'amendments.clauses.five-retries.shows.atLeast=1';
const wan = 'amendments.clauses.no-wan-attempting.shows.atLeast=1';
const R1 = ['populations.all.installations=20000'];

describe('a fleet counts the same, watched or not', () => {
  test.each([
    [EVERYTHING, []],
    [EVERYTHING, [five]],
    [EVERYTHING, [wan, 'amendments.readings.weekCode=last']],
    [EVERYTHING, ['amendments.readings.reset=otherOutcome', 'amendments.readings.cosRestarts=yes']],
    [EVERYTHING, ['amendments.readings.activeGt01Evidence=none', 'amendments.readings.membership=sticky']],
    [EVERYTHING, ['amendments.readings.mixed=anyDormant', 'amendments.readings.systemAttempts=counted']],
    ['scenarios/benchmarks/r1.yaml', R1],
    ['scenarios/null.yaml', []],
    ['scenarios/clause-18-6-gt01.yaml', []],
    ['scenarios/clause-18-9-five-retries.yaml', []],
    [
      'scenarios/estate.yaml',
      Object.entries(smallEstate()).map(([name, size]) => `populations.${name}.installations=${size}`),
    ],
  ])('%s %j', (path, set) => {
    const model = modelAt(path, set);
    expect(countsOf(model, false)).toEqual(countsOf(model, true));
  });
});

/** A thousandth of the estate, every population of it. */
function smallEstate(): Record<string, number> {
  const { groups } = modelAt('scenarios/estate.yaml');
  return Object.fromEntries(groups.map(({ name, size }) => [name, Math.max(1, Math.ceil(size / 1000))]));
}

test('columns find most first attempts that pass, where nothing gates them', () => {
  const model = modelAt('scenarios/benchmarks/r1.yaml', R1);
  const counts = emptyCounts(model.asOfs.length, model.months);
  const replication = new Replication(model, seedWords(SEED), 0);
  const life = new Life(model, replication, counts, null);
  const lived: number[] = [];
  const run = life.run.bind(life);
  life.run = (entity) => {
    lived.push(entity);
    run(entity);
  };
  const [group] = model.groups;
  if (!group) throw new Error('R1 has a group');
  expect(FirstAttempts.areOf(group)).toBe(true);
  life.ahead(0, 1000);
  new FirstAttempts(life, model, replication, counts).run(group, 0, 1000);
  expect(lived.length).toBeGreaterThan(40);
  expect(lived.length).toBeLessThan(200);
});
