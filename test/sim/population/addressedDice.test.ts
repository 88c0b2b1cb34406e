// The laws of dice that are addressed by population. They hold for the counts and for whole lives. They say nothing about
// the shared outages of a replication, which belong to no population: every slice of a scenario draws the same ones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tellStory } from '../../../sim/story/story.ts';
import { ShardRunner, shardsOf } from '../../../sim/kernel/run/shard.ts';
import { addCounts, emptyCounts, type Counts } from '../../../sim/kernel/life/counts.ts';
import { compileModel, type Model } from '../../../sim/kernel/model/model.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { recorded, type Lived } from '../records.ts';
import { EVERYTHING, modelAt, scenarioAt } from '../scenarios.ts';
import { seedText } from '../../seed.ts';

const SEED = seedText(import.meta.filename, 'population');
const RUNS = process.env['CI'] === 'true' ? 40 : 6;

const { scenario, rules } = scenarioAt(EVERYTHING);
const names = Object.keys(scenario.populations);
const sizes = Object.fromEntries(names.map((name) => [name, scenario.populations[name]?.installations as number]));

/** The scenario with other sizes; populations that are left out are taken away. */
function sized(of: Readonly<Record<string, number>>): Model {
  const populations = Object.fromEntries(
    Object.entries(of).map(([name, installations]) => [name, { ...scenario.populations[name], installations }]),
  );
  return compileModel({ ...scenario, populations: populations as typeof scenario.populations }, rules);
}

function countsOf(model: Model, replication = 0): Counts {
  const runner = new ShardRunner(model, seedWords(SEED), replication);
  const sum = emptyCounts(model.asOfs.length, model.months);
  for (let shard = 0; shard < shardsOf(model.size); shard += 1) addCounts(sum, runner.run(shard));
  return sum;
}

/** What befell an installation: its life without the numbers that only say where it stands in the whole estate. */
function lifeOf({ history, spans, verdicts }: Lived): unknown {
  const { installationId: _id, mpan, gas, ...installation } = history.installation;
  return {
    installation: { ...installation, area: mpan.slice(0, 2), gas: gas && { ...gas, mprn: '' } },
    attempts: history.attempts,
    events: history.events,
    spans,
    verdicts,
  };
}

/** The lives of each population, by position in it. */
function livesOf(model: Model): Readonly<Record<string, readonly unknown[]>> {
  const { lives } = recorded(model, SEED);
  return Object.fromEntries(
    model.groups.map(({ name, first, size }) => [name, lives.slice(first, first + size).map(lifeOf)]),
  );
}

const whole = livesOf(sized(sizes));

describe('the slices of a scenario', () => {
  test.each([0, 3])(
    'the slices of a scenario add up to the whole, to the last count, in replication %i',
    (replication) => {
      const model = sized(sizes);
      const all = countsOf(model, replication);
      const sum = emptyCounts(model.asOfs.length, model.months);
      for (const name of names) addCounts(sum, countsOf(sized({ [name]: sizes[name] as number }), replication));
      expect(sum).toEqual(all);
      expect(all.volumes.some((count) => count > 0)).toBe(true);
    },
  );

  test('the installations of a slice live as they do in the whole, and their stories agree', () => {
    const big = sized(sizes);
    for (const name of ['secure-dormant', 'mds-no-key', 'foc-active']) {
      const alone = sized({ [name]: sizes[name] as number });
      expect(livesOf(alone)[name], name).toEqual(whole[name]);
      const { first } = big.groups.find((group) => group.name === name) as { first: number };
      const options = { seed: seedWords(SEED), replication: 0 };
      for (const position of [0, 17, 59]) {
        const there = tellStory(big, { ...options, installation: first + position });
        const here = tellStory(alone, { ...options, installation: position });
        expect(here.entries, `${name} ${position}`).toEqual(there.entries);
        expect([here.wan, here.han, here.end]).toEqual([there.wan, there.han, there.end]);
      }
    }
  });
});

test('the sizes of other populations change nothing, and a smaller population is a prefix of a larger one', () => {
  const other = fc.record(Object.fromEntries(names.map((name) => [name, fc.nat({ max: 150 })])));
  fc.assert(
    fc.property(other, (of) => {
      for (const [name, lives] of Object.entries(livesOf(sized(of)))) {
        expect(lives, name).toHaveLength(of[name] as number);
        const shared = Math.min(lives.length, whole[name]?.length ?? 0);
        expect(lives.slice(0, shared), name).toEqual(whole[name]?.slice(0, shared));
      }
    }),
    { numRuns: RUNS, seed: Number(seedWords(SEED).k0) },
  );
});

test('a population under another name has other dice', () => {
  const [name] = names as [string];
  const renamed = { ...scenario, populations: { 'another-name': { ...scenario.populations[name] } } };
  const lives = livesOf(compileModel(renamed as typeof scenario, rules))['another-name'];
  const same = lives?.filter((life, i) => JSON.stringify(life) === JSON.stringify(whole[name]?.[i])) ?? [];
  expect(same.length / (lives?.length ?? 1)).toBeLessThan(0.2);
});

test('first attempts that are run in columns obey the laws as well', () => {
  const path = 'scenarios/benchmarks/r1.yaml';
  const { scenario: r1, rules: r1Rules } = scenarioAt(path, ['populations.all.installations=40000']);
  const all = r1.populations['all'] as (typeof r1.populations)[string];
  // It stands behind another population here, which a block boundary parts at an odd place.
  const before = { ...r1, populations: { aaa: { ...all, installations: 30_001 }, all } };
  const alone = countsOf(modelAt(path, ['populations.all.installations=40000']));
  const first = countsOf(compileModel({ ...r1, populations: { aaa: before.populations.aaa } }, r1Rules));
  const both = countsOf(compileModel(before, r1Rules));
  addCounts(first, alone);
  expect(both).toEqual(first);
});
