import { describe, expect, test } from 'vitest';
import type { Model } from '../../../../sim/kernel/model/model.ts';
import { Recorder } from '../../../../sim/kernel/life/recorder.ts';
import { ShardRunner, shardsOf } from '../../../../sim/kernel/run/shard.ts';
import { addCounts, emptyCounts, type Counts } from '../../../../sim/kernel/life/counts.ts';
import { seedWords } from '../../../../sim/world/dice/streams.ts';
import { EVERYTHING, modelAt } from '../../scenarios.ts';
import { seedText } from '../../../seed.ts';

// Lives of which nothing is counted until something could be, and first attempts found in columns, against the same fleet with
// a recorder looking on: then every life is counted from its start, one by one.
const SEED = seedText(import.meta.filename, 'uncounted');

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
    // A clause may stand on a change of state: then nobody begins uncounted.
    [EVERYTHING, ['amendments.clauses.five-retries.dormancy=any', 'amendments.clauses.five-retries.shows={ type: standing, family: [electricity-payment-mode], holds: electricity-payment-mode }', 'changes.paymentModePerYear=1']], // prettier-ignore
    [EVERYTHING, ['amendments.clauses.master-key.creditCohorts=[IOC, MOC_MDS]']],
    ['scenarios/benchmarks/r1.yaml', R1],
    ['scenarios/null.yaml', []],
    ['scenarios/clause-18-6-gt01.yaml', []],
    ['scenarios/clause-18-9-five-retries.yaml', []],
    [
      'scenarios/estate.yaml',
      Object.entries(smallEstate()).map(([name, size]) => `populations.${name}.installations=${size}`),
    ],
  ])('a fleet counts the same with and without records: %s %j', (path, set) => {
    const model = modelAt(path, set);
    expect(countsOf(model, false)).toEqual(countsOf(model, true));
  });
});

/** A thousandth of the estate, every population of it. */
function smallEstate(): Record<string, number> {
  const { groups } = modelAt('scenarios/estate.yaml');
  return Object.fromEntries(groups.map(({ name, size }) => [name, Math.max(1, Math.ceil(size / 1000))]));
}
