import { describe, expect, test } from 'vitest';
import { FirstAttempts } from '../../../../sim/kernel/columns/firstAttempts.ts';
import { Life } from '../../../../sim/kernel/life/life.ts';
import type { GroupPlan, Model } from '../../../../sim/kernel/model/model.ts';
import { Recorder } from '../../../../sim/kernel/records/recordBuffers.ts';
import { Replication } from '../../../../sim/kernel/model/replication.ts';
import { ShardRunner, shardsOf } from '../../../../sim/kernel/run/shard.ts';
import { addCounts, emptyCounts, type Counts } from '../../../../sim/kernel/life/counts.ts';
import { sieveOf } from '../../../../sim/kernel/columns/sieve.ts';
import { seedWords, uniform } from '../../../../sim/world/dice/draws.ts';
import { chanceSteps, firstChance } from '../../../../sim/world/faults/persistent.ts';
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
/** A window of checks that is another from the middle of R1's first month on. */
const dated = (value: number, later: number) =>
  `[{ from: 2012-01-01, value: ${value}, source: ourAssumption }, { from: 2021-02-14, value: ${later}, source: ourAssumption }]`;
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
  const firstAttempts = new FirstAttempts(life, model, replication, { counts });
  expect(firstAttempts.areOf(group)).toBe(true);
  life.ahead(0, 1000);
  firstAttempts.run(group, 0, 1000);
  expect(lived.length).toBeGreaterThan(40);
  expect(lived.length).toBeLessThan(200);
});

/** Whether the first attempts of a group are looked for in columns. */
function isTaken(model: Model, group: GroupPlan): boolean {
  const counts = emptyCounts(model.asOfs.length, model.months);
  const replication = new Replication(model, seedWords(SEED), 0);
  return new FirstAttempts(new Life(model, replication, counts, null), model, replication, { counts }).areOf(group);
}

/** Who of a block has to live in full, and what was counted of the others. */
function sifted(
  model: Model,
  group: GroupPlan,
  sieves: boolean,
  block = { from: group.first, count: Math.min(1023, group.size) },
): { lived: number[]; counts: Counts } {
  const counts = emptyCounts(model.asOfs.length, model.months);
  const replication = new Replication(model, seedWords(SEED), 0);
  const life = new Life(model, replication, counts, null);
  const lived: number[] = [];
  life.run = (entity) => void lived.push(entity);
  const firstAttempts = new FirstAttempts(life, model, replication, {
    counts,
    ...(!sieves && { sieveOf: () => null }),
  });
  life.ahead(block.from, block.count);
  firstAttempts.run(group, block.from, block.count);
  return { lived, counts };
}

describe('a sieve in WebAssembly says what the columns in JavaScript say', () => {
  test.each([
    ['scenarios/benchmarks/r1.yaml', R1],
    // Whatever else takes a link down, or ages a contact: then nobody passes by the own regimes alone.
    ['scenarios/benchmarks/r1.yaml', [...R1, 'links.wan.r1.deathPerYear=3']],
    ['scenarios/benchmarks/r1.yaml', [...R1, 'links.wan.r1.contact={ mode: daily, wakeUpLossChance: 0.6 }', `amendments.windows.wanWindowSeconds=${dated(60_000, 90_000)}`]], // prettier-ignore
    ['scenarios/benchmarks/r1.yaml', [...R1, 'amendments.readings.windowEdge=exclusive', `amendments.windows.gt01WindowSeconds=${dated(60, 0)}`]], // prettier-ignore
    ['scenarios/benchmarks/r1.yaml', [...R1, 'links.han.r1.batteryDeathPerYear=3']],
    ['scenarios/benchmarks/r1.yaml', [...R1, 'links.han.r1.budget={ marginDbMean: 1, marginDbSd: 3, driftDbSd: 1, driftDays: 3 }']], // prettier-ignore
    ['scenarios/benchmarks/r1.yaml', [...R1, 'sharedOutages.everybody={ by: operator, perYear: 12, duration: { kind: fixed, days: 10 } }']], // prettier-ignore
    ['scenarios/benchmarks/r1.yaml', [...R1, 'plannedMaintenance.mornings={ weekday: tuesday, hour: 7, hours: 6 }']],
    ['scenarios/benchmarks/r1.yaml', [...R1, 'populations.all.attemptedShare=0.4', 'changes.replacementPerYear=3']],
    // Links that never fail, so to say: up for longer than the model's forever, whoever is not attempted at all too.
    ['scenarios/benchmarks/r1.yaml', [...R1, 'populations.all.attemptedShare=0.4', ...['wan', 'han'].map((link) => `links.${link}.r1.classes.healthy.upDaysMean=1e8`)]], // prettier-ignore
    ['scenarios/benchmarks/r1.yaml', [...R1, 'horizon=2021-02-14', 'entryCurves.uniform.firstAttempt=[{date: 2021-02-05, share: 0.2}, {date: 2021-04-20, share: 0.7}, {date: 2021-12-01, share: 1}]']], // prettier-ignore
    ['scenarios/benchmarks/r1.yaml', [...R1, 'faults.residual.from=2021-02-08', 'faults.residual.to=2021-02-20', 'faults.residual.share=0.5', 'faults.residual.deadShare=0.3']], // prettier-ignore
    ['scenarios/various1.yaml', ['populations.secure-active.prepaymentShare=0', 'populations.ioc-active.prepaymentShare=0']], // prettier-ignore
  ] as const)('%s %j', (path, set) => {
    const model = modelAt(path, set);
    const groups = model.groups.filter((group) => isTaken(model, group) && sieveOf(group, model) !== null);
    expect(groups.length).toBeGreaterThan(0);
    for (const group of groups) expect(sifted(model, group, true), group.name).toEqual(sifted(model, group, false));
  });

  test('in blocks of any length, wherever they begin', () => {
    const model = modelAt('scenarios/benchmarks/r1.yaml', R1);
    const [group] = model.groups;
    if (!group) throw new Error('R1 has a group');
    for (let count = 1; count <= 40; count += 1) {
      const block = { from: count * 101, count };
      expect(sifted(model, group, true, block), `${count} from ${block.from}`).toEqual(
        sifted(model, group, false, block),
      );
    }
  });

  test('and where the chance of a fault changes, to the word', () => {
    const model = modelAt('scenarios/benchmarks/r1.yaml', [...R1, 'faults.residual.share=0.3', 'faults.residual.deadShare=0.7']); // prettier-ignore
    for (const fault of model.persistent) {
      const steps = chanceSteps(fault);
      expect(steps.length).toBeGreaterThan(2);
      for (let word = 0; word < 2 ** 32; word += 104_729) {
        const u = uniform(word);
        expect(steps.findLast(({ from }) => from <= u)?.chance).toBe(firstChance(fault, u));
      }
    }
  });
});
