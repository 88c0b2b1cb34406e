// Lives that are counted in WebAssembly, with all their short cuts, against the same lives lived in JavaScript, with and without
// somebody who looks on. Who looks on sees every life in full, attempt by attempt.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { addCounts, emptyCounts, type Counts } from '../../../../sim/kernel/life/counts.ts';
import { Observer } from '../../../../sim/kernel/life/observer.ts';
import type { Model } from '../../../../sim/kernel/model/model.ts';
import { Replication } from '../../../../sim/kernel/model/replication.ts';
import { compiledLives } from '../../../../sim/kernel/run/compiledLife.ts';
import { recordsOf, tablesOf } from '../../../../sim/kernel/records/recordBuffers.ts';
import type { CompiledLives } from '../../../../sim/kernel/run/lifeInstance.ts';
import { lifeOf, ShardRunner, shardsOf } from '../../../../sim/kernel/run/shard.ts';
import { seedWords } from '../../../../sim/world/dice/streams.ts';
import { sampleSize } from '../../../sampleSize.ts';
import { seedNumber } from '../../../seed.ts';
import { READING_VALUES, settingsArbitrary } from '../../randomSettings.ts';
import { EVERYTHING, modelAt } from '../../scenarios.ts';

const SEED = seedNumber(import.meta.filename, 20);
const RUNS = sampleSize('COMPILED_LIVES', { whole: 60, part: 2 });

type Way = 'compiled' | 'JavaScript' | 'watched';

function countsOf(model: Model, way: Way, seed: string): Counts {
  const runner = new ShardRunner(model, seedWords(seed), 1, way !== 'compiled');
  const sum = emptyCounts(model.asOfs.length, model.months);
  for (let shard = 0; shard < shardsOf(model.size); shard += 1) {
    addCounts(sum, runner.run(shard, way === 'watched' ? new Observer() : null));
  }
  return sum;
}

/** The counts of lives as `explain` tells them: every outage and every end of a link is computed. */
function countsAsTold(model: Model, seed: string): Counts {
  const counts = emptyCounts(model.asOfs.length, model.months);
  const life = lifeOf(model, new Replication(model, seedWords(seed), 1), counts, new Observer(), true);
  for (let entity = 0; entity < model.size; entity += 1) life.run(entity);
  return counts;
}

function expectSame(path: string, set: readonly string[], seed = `compiled-${SEED}`): void {
  const model = modelAt(path, set);
  const watched = countsOf(model, 'watched', seed);
  for (const way of ['compiled', 'JavaScript'] as const) {
    expect(countsOf(model, way, seed), `${way}: ${path} ${set.join(' ')} --seed ${seed}`).toEqual(watched);
  }
}

/** Each by itself in CI; elsewhere one of a few, and the random settings hold the others. */
const READING_STEP = sampleSize('COMPILED_READINGS', { whole: 1, part: 4 });

describe('compiled lives', () => {
  test('compiled lives are used if WebAssembly exists', () => {
    const model = modelAt('scenarios/null.yaml');
    expect(compiledLives(model, new Replication(model, seedWords('used'), 0))).not.toBeNull();
  });

  test.each([
    [EVERYTHING, []],
    [EVERYTHING, ['process.IOC.stopWhen=never']],
    ['scenarios/null.yaml', []],
    ['scenarios/clause-18-6-gt01.yaml', []],
    ['scenarios/clause-18-8-no-wan-attempting.yaml', []],
    ['scenarios/benchmarks/r1.yaml', ['populations.all.installations=70000']],
  ])('compiled lives count the same as watched lives: %s %j', (path, set) => expectSame(path, set));

  test.each([EVERYTHING, 'scenarios/clause-18-6-gt01.yaml'])(
    'compiled lives count the same as told lives: %s',
    (path) => {
      const model = modelAt(path);
      expect(countsOf(model, 'compiled', `told-${SEED}`)).toEqual(countsAsTold(model, `told-${SEED}`));
    },
  );

  test.each(READING_VALUES.filter((_, i) => i % READING_STEP === 0))(
    'compiled lives count the same under %s',
    (reading) => expectSame(EVERYTHING, [reading]),
  );

  test('compiled lives count the same under random settings with their own seeds', () => {
    fc.assert(
      fc.property(settingsArbitrary, fc.nat(99_999), (set, seed) => expectSame(EVERYTHING, set, String(seed))),
      { numRuns: RUNS, seed: SEED },
    );
  });
});

describe('recorded lives', () => {
  const recordsIn = (model: Model, seed: string, inJavaScript: boolean) => {
    const runner = new ShardRunner(model, seedWords(seed), 1, inJavaScript);
    return Array.from({ length: shardsOf(model.size) }, (_, shard) => runner.record(shard));
  };

  test.each([
    [EVERYTHING, []],
    [EVERYTHING, ['amendments.readings.membership=sticky']],
    ['scenarios/null.yaml', []],
  ])('compiled lives leave the same records and counts as lives in JavaScript: %s %j', (path, set) => {
    const model = modelAt(path, set);
    const seed = `records-${SEED}`;
    const compiled = recordsIn(model, seed, false);
    const inJavaScript = recordsIn(model, seed, true);
    expect(compiled.map(({ counts }) => counts)).toEqual(inJavaScript.map(({ counts }) => counts));
    const records = compiled.map((shard) => shard.records);
    expect(isDeepStrictEqual(records, inJavaScript.map((shard) => shard.records))).toBe(true); // prettier-ignore
    expect(records[0]?.attempts.id.length).toBeGreaterThan(1024);
  });

  test('installations leave the same records whatever was recorded or counted before them', () => {
    const model = modelAt(EVERYTHING);
    const lives = () => compiledLives(model, new Replication(model, seedWords(`records-${SEED}`), 1)) as CompiledLives;
    const half = Math.floor(model.size / 2);
    const last = (of: CompiledLives) => {
      const { counts, table } = of.record(half, model.size);
      return { counts, records: recordsOf(tablesOf(table)) };
    };
    const alone = last(lives());
    expect(alone.records.verdicts.evidence.some((text) => text.includes(';'))).toBe(true);
    const together = lives();
    together.record(0, half);
    expect(isDeepStrictEqual(last(together), alone)).toBe(true);
    together.run(0, half);
    expect(isDeepStrictEqual(last(together), alone)).toBe(true);
  });
});

describe('where the compiled life cannot be used', () => {
  afterEach(() => {
    vi.doUnmock('../../../../sim/kernel/run/lifeModule.ts');
    vi.resetModules();
  });

  test('lives run in JavaScript if the tables give other numbers than those that were compiled', async () => {
    vi.resetModules();
    vi.doMock('../../../../sim/kernel/run/lifeModule.ts', async (original) => {
      const module = await original<{ readonly LIFE_CODES: object }>();
      return { ...module, LIFE_CODES: { ...module.LIFE_CODES, CATEGORY_COUNT: 7 } };
    });
    const changed = await import('../../../../sim/kernel/run/compiledLife.ts');
    const model = modelAt('scenarios/null.yaml');
    expect(changed.compiledLives(model, new Replication(model, seedWords('used'), 0))).toBeNull();
  });
});
