import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { compileModel, type Model } from '../../../sim/kernel/model/model.ts';
import { END, ENDS } from '../../../sim/scenario/ends.ts';
import { Recorder } from '../../../sim/kernel/life/recorder.ts';
import { recordsOf as recordsIn } from '../../../sim/kernel/records/recordBuffers.ts';
import { Replication } from '../../../sim/kernel/model/replication.ts';
import { lifeOf, ShardRunner, shardsOf } from '../../../sim/kernel/run/shard.ts';
import { simulate } from '../../../sim/kernel/run/simulate.ts';
import { addCounts, emptyCounts } from '../../../sim/kernel/life/counts.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { recorded } from '../records.ts';
import { EVERYTHING, modelAt, scenarioAt } from '../scenarios.ts';
import { seedText } from '../../seed.ts';
import { sampleSize } from '../../sampleSize.ts';

// What must not matter to a run: company, order, shards, workers, and what happens to others.
const SEED = seedText(import.meta.filename, 'fleet');

const model = modelAt(EVERYTHING);

/** The records of some installations, run one after the other by one life, or each by a life of its own. */
function recordsOf(of: Model, entities: readonly number[], fresh: boolean): unknown[] {
  const replication = new Replication(of, seedWords(SEED), 0);
  const counts = emptyCounts(of.asOfs.length, of.months);
  const recorder = new Recorder(of.horizon);
  let life = lifeOf(of, replication, counts, recorder);
  return entities.map((entity) => {
    if (fresh) life = lifeOf(of, replication, counts, recorder);
    recorder.clear();
    life.run(entity);
    return recordsIn(recorder);
  });
}

describe('one installation', () => {
  const some = Array.from({ length: 120 }, (_, i) => Math.floor(((i + 0.5) * model.size) / 120));
  const fleet = recordsOf(model, Array.from({ length: model.size }, (_, i) => i), false); // prettier-ignore

  test('one installation alone lives as it does in the fleet', () => {
    const alone = recordsOf(model, some, true);
    expect(some.filter((entity, i) => !isDeepStrictEqual(alone[i], fleet[entity]))).toEqual([]);
  });

  test('one installation lives the same whoever came before it', () => {
    const backwards = recordsOf(model, some.toReversed(), false).toReversed();
    expect(some.filter((entity, i) => !isDeepStrictEqual(backwards[i], fleet[entity]))).toEqual([]);
  });

  test('one installation lives differently under another seed or replication', () => {
    const other = new ShardRunner(model, seedWords(`${SEED}-other`), 0).run(0);
    const replica = new ShardRunner(model, seedWords(SEED), 1).run(0);
    const base = new ShardRunner(model, seedWords(SEED), 0).run(0);
    expect(base).toEqual(new ShardRunner(model, seedWords(SEED), 0).run(0));
    expect(base.volumes).not.toEqual(other.volumes);
    expect(base.volumes).not.toEqual(replica.volumes);
  });
});

describe('a fleet of several shards', () => {
  const large = scenarioAt('scenarios/benchmarks/r1.yaml', ['populations.all.installations=132000']);
  const compiled = compileModel(large.scenario, large.rules);

  test('a fleet counts the same in any order of its shards', () => {
    const runner = new ShardRunner(compiled, seedWords(SEED), 0);
    expect(shardsOf(compiled.size)).toBe(3);
    const sums = [
      [0, 1, 2],
      [2, 0, 1],
    ].map((order) => {
      const sum = emptyCounts(compiled.asOfs.length, compiled.months);
      for (const shard of order) addCounts(sum, runner.run(shard));
      return sum;
    });
    expect(sums[0]).toEqual(sums[1]);
  });

  const most = sampleSize('FLEET_WORKERS', { whole: 5, part: 3 });
  test(`a fleet counts the same with 1, 2 and ${most} workers`, async () => {
    const runs = [];
    for (const workers of [1, 2, most]) {
      const run = await simulate(large.scenario, large.rules, { seed: SEED, replications: 2, workers, now: () => 0 });
      runs.push(run.counts);
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});

describe('ends', () => {
  test.each([EVERYTHING, 'scenarios/quiet.yaml', 'scenarios/null.yaml'])(
    'the ends of %s sum to its population in every cohort',
    (path) => {
      const of = modelAt(path);
      const { counts } = recorded(of, SEED);
      for (const [c, cohort] of COHORTS.entries()) {
        const ends = counts.ends.slice(c * ENDS.length, (c + 1) * ENDS.length);
        const size = of.groups.filter((group) => group.cohort === c).reduce((sum, group) => sum + group.size, 0);
        expect(
          ends.reduce((sum, count) => sum + count, 0),
          cohort,
        ).toBe(size);
      }
      const all = counts.ends.reduce((sum, count) => sum + count, 0);
      expect(all).toBe(of.size);
      const migrated = counts.migratedInstallations.reduce((sum, count) => sum + count, 0);
      const byEnd = (end: number) =>
        COHORTS.reduce((sum, _, c) => sum + (counts.ends[c * ENDS.length + end] as number), 0);
      expect(migrated).toBe(byEnd(END.migrated) + byEnd(END.migratedEsmeOnly));
    },
  );

  test('in the quiet scenario every installation migrates at its first attempt, and no category ever holds', () => {
    const { counts, lives } = recorded(modelAt('scenarios/quiet.yaml'), SEED);
    expect(counts.volumes.every((count) => count === 0)).toBe(true);
    for (const { entity, history, spans } of lives) {
      expect(spans).toEqual([]);
      const migrations = history.attempts.filter(({ kind }) => kind === 'migration');
      expect(
        migrations.map(({ outcome }) => outcome),
        String(entity),
      ).toEqual(['ok']);
    }
  });
});

describe('common random numbers', () => {
  const base = recorded(model, SEED);
  const mds = model.groups.find(({ name }) => name === 'mds-dormant');
  const first = mds?.first ?? 0;
  const own = (entity: number) => entity >= first && entity < first + (mds?.size ?? 0);

  // Names before and after all others: where a fault or an outage stands in the file must not matter either.
  test.each([
    [
      'faults.aaa',
      '{ kind: persistent, populations: [mds-dormant], step: deviceState, effect: silence, share: 0.5, success: { chance: 0.2 } }',
    ],
    [
      'faults.zzz',
      '{ kind: persistent, populations: [mds-dormant], step: deviceState, effect: silence, share: 0.5, success: { chance: 0.2 } }',
    ],
    [
      'faults.aab',
      '{ kind: dataError, populations: [mds-dormant], share: 0.5, cleansingDays: { kind: fixed, days: 50 } }',
    ],
  ])('%s on one group changes nothing in another group', (path, fault) => {
    const other = recorded(modelAt(EVERYTHING, [`${path}=${fault}`]), SEED);
    const moved = base.lives.filter((life, i) => !isDeepStrictEqual(life, other.lives[i]));
    expect(moved.filter(({ entity }) => !own(entity)).map(({ entity }) => entity)).toEqual([]);
    expect(moved.length).toBeGreaterThan(50);
  });

  test('an outage of one area changes nothing in the other areas', () => {
    const outage = '{ by: area, members: ["15"], dated: [{ from: 2021-10-01, to: 2021-10-31 }], perYear: 2, duration: { kind: fixed, days: 9 } }'; // prettier-ignore
    const other = recorded(modelAt(EVERYTHING, [`sharedOutages.aaa=${outage}`]), SEED);
    const moved = base.lives.filter((life, i) => !isDeepStrictEqual(life, other.lives[i]));
    expect(moved.filter(({ history }) => !history.installation.mpan.startsWith('15')).map(({ entity }) => entity)).toEqual([]); // prettier-ignore
    expect(moved.length).toBeGreaterThan(20);
  });
});
