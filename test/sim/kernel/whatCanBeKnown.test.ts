// What a head-end can know at an attempt, against products of availabilities. A link that is down for an exponential time has
// been silent for longer than a window with the chance (1 - A) exp(-window / mean). The bounds are five standard errors.
import { expect, test } from 'vitest';
import { OUTCOME_OK } from '../../../src/exclusion/engine/engineCodes.ts';
import { errorCode } from '../../../src/migration/errorCodes.ts';
import { sampleSize } from '../../sampleSize.ts';
import { emptyCounts } from '../../../sim/kernel/life/counts.ts';
import type { Life } from '../../../sim/kernel/life/life.ts';
import { Observer } from '../../../sim/kernel/life/observer.ts';
import type { Model } from '../../../sim/kernel/model/model.ts';
import { OUTCOMES } from '../../../sim/kernel/model/outcomes.ts';
import { Replication } from '../../../sim/kernel/model/replication.ts';
import { lifeOf, ShardRunner } from '../../../sim/kernel/run/shard.ts';
import { ENDS } from '../../../sim/scenario/ends.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { modelAt } from '../scenarios.ts';

const SEED = process.env['KNOWN_SEED'] ?? 'known';
const N = sampleSize('KNOWN_LIVES', { whole: 60_000, part: 20_000 });
console.log(`what can be known: seed ${SEED} (KNOWN_SEED), ${N} lives`);

const [wanUp, wanDown, hanUp, hanDown] = [12, 5, 20, 4] as const;
const BAD_LINKS = [
  `populations.ioc-active={ cohort: IOC, dormancy: active, installations: ${N}, gasShare: 1, entry: steady, wan: bad, han: bad }`,
  `links.wan.bad={ contact: { mode: continuous }, classes: { only: { upDaysMean: ${wanUp}, down: [{ share: 1, duration: { kind: exponential, daysMean: ${wanDown} } }] } } }`,
  `links.han.bad={ wakeMinutes: 0, classes: { only: { upDaysMean: ${hanUp}, down: [{ share: 1, duration: { kind: exponential, daysMean: ${hanDown} } }] } } }`,
  'process.IOC.attemptsMax=1',
];
const OTHERS = ['ioc-dormant', 'ioc-mixed', 'mds-dormant', 'mds-mixed', 'mds-active', 'secure-dormant', 'secure-mixed', 'secure-active', 'foc-dormant', 'foc-mixed', 'foc-active']; // prettier-ignore

function modelOf(linkNeeded: boolean, gt01WithoutWan = 'unjudged'): Model {
  return modelAt('scenarios/quiet.yaml', [
    ...BAD_LINKS,
    ...OTHERS.map((name) => `populations.${name}=null`),
    `process.IOC.linkNeeded=${linkNeeded}`,
    `amendments.gt01WithoutWan=${gt01WithoutWan}`,
  ]);
}

/** Counts the outcomes of attempts, and how many of each fell while the WAN was down. */
class Outcomes extends Observer {
  readonly all: Record<string, number> = {};
  readonly silentWan: Record<string, number> = {};
  life: Life | null = null;

  override attempt(at: number, _kind: number, outcome: number): void {
    const code = OUTCOMES[outcome] as string;
    const name = outcome === OUTCOME_OK ? 'ok' : (errorCode(code)?.family ?? code);
    this.all[name] = (this.all[name] ?? 0) + 1;
    if (!this.life?.wan.up(at)) this.silentWan[name] = (this.silentWan[name] ?? 0) + 1;
  }
}

function outcomesOf(model: Model): Outcomes {
  const outcomes = new Outcomes();
  const counts = emptyCounts(model.asOfs.length, model.months);
  const life = lifeOf(model, new Replication(model, seedWords(SEED), 0), counts, outcomes);
  outcomes.life = life;
  for (let entity = 0; entity < model.size; entity += 1) life.run(entity);
  return outcomes;
}

const wan = { up: wanUp / (wanUp + wanDown), silent: (wanDown / (wanUp + wanDown)) * Math.exp(-7 / wanDown) };
const han = { silent: (hanDown / (hanUp + hanDown)) * Math.exp(-3 / hanDown) };

function expectShares(outcomes: Outcomes, exact: Readonly<Record<string, number>>): void {
  for (const [name, share] of Object.entries(exact)) {
    const error = Math.sqrt((share * (1 - share)) / N);
    const counted = (outcomes.all[name] ?? 0) / N;
    expect(Math.abs(counted - share), `${name}: ${counted} for ${share}`).toBeLessThan(5 * error);
  }
  expect(Object.values(outcomes.all).reduce((sum, count) => sum + count, 0)).toBe(N);
}

test('with the WAN down no attempt gives GT01: before a week devices do not answer, and after it MA112 follows', () => {
  const outcomes = outcomesOf(modelOf(true));
  expectShares(outcomes, {
    MA112: wan.silent,
    GT01: wan.up * han.silent,
    deviceSilent: 1 - wan.up - wan.silent,
    ok: wan.up * (1 - han.silent),
  });
  expect(Object.keys(outcomes.silentWan).toSorted()).toEqual(['MA112', 'deviceSilent']);
});

test('under the reading lastNews an attempt with the WAN down gives GT01 once the news of the meter is older than 72 hours', () => {
  // The WAN has been down for an exponential time `a`. The news is older than 3 days if `a` is, or if by then the HAN had been
  // silent for the rest of the 3 days.
  const rates = 1 / hanDown - 1 / wanDown;
  const silentBefore = (Math.exp(-3 / hanDown) * (Math.exp(3 * rates) - 1)) / (wanDown * rates);
  const longer = Math.exp(-3 / wanDown) - Math.exp(-7 / wanDown);
  const stale = (1 - wan.up) * ((hanDown / (hanUp + hanDown)) * silentBefore + longer);
  const outcomes = outcomesOf(modelOf(true, 'lastNews'));
  expectShares(outcomes, {
    MA112: wan.silent,
    GT01: wan.up * han.silent + stale,
    deviceSilent: 1 - wan.up - wan.silent - stale,
    ok: wan.up * (1 - han.silent),
  });
  expect((outcomes.silentWan['GT01'] ?? 0) / (outcomes.all['GT01'] ?? 0)).toBeGreaterThan(0.5);
});

test('the gas meter is judged whatever the WAN does, if the process needs no link at an attempt', () => {
  const outcomes = outcomesOf(modelOf(false));
  expectShares(outcomes, {
    MA112: wan.silent,
    GT01: (1 - wan.silent) * han.silent,
    ok: (1 - wan.silent) * (1 - han.silent),
  });
});

test('the lives that are counted in WebAssembly end as those that are lived in JavaScript', () => {
  const model = modelOf(true);
  const runner = new ShardRunner(model, seedWords(SEED), 0);
  const migrated = ENDS.indexOf('migrated');
  const compiled = runner.run(0).ends;
  expect(compiled).toEqual(runner.run(0, new Outcomes()).ends);
  expect(compiled[migrated]).toBeGreaterThan(1000);
});
