// Nothing passes because nothing happens: whatever a table lists is reached by some simulated life. What is not reached is
// in the message. Readings are reached where another value changes what is said of these lives; test/differential has
// the canaries for each of their values.
import { expect, test } from 'vitest';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { CHECKS } from '../../src/migration/checks.ts';
import { errorCode, FAMILIES, type FamilyId } from '../../src/migration/errorCodes.ts';
import { EVENTS, NO_WAN } from '../../src/migration/history.ts';
import { EFFECTS, OBSERVATION_OF_EFFECT, OBSERVATIONS } from '../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../src/migration/steps.ts';
import { READINGS, readingsOn, type ReadingName, type Readings } from '../../src/regulation/readings.ts';
import { ENDS } from '../../sim/scenario/ends.ts';
import { emptyCounts } from '../../sim/kernel/life/counts.ts';
import { Observer } from '../../sim/kernel/life/observer.ts';
import { Replication } from '../../sim/kernel/model/replication.ts';
import { lifeOf } from '../../sim/kernel/run/shard.ts';
import { viewOf, type LifeView } from '../../sim/story/lifeView.ts';
import { OUTCOMES } from '../../sim/kernel/model/outcomes.ts';
import { BY_DATA_ERROR, BY_KEY, BY_PERSISTENT, BY_SYSTEM } from '../../sim/kernel/life/strikes.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';
import { engineOf } from '../differential/compare.ts';
import { recorded } from './records.ts';
import { EVERYTHING, modelAt } from './scenarios.ts';
import { seedText } from '../seed.ts';

const SEED = seedText(import.meta.filename, 'reach');

const reached = new Set<string>();
const reach = (what: string, name: string | undefined) => reached.add(`${what} ${name}`);
const CULPRITS = {
  [BY_PERSISTENT]: 'persistent',
  [BY_DATA_ERROR]: 'dataError',
  [BY_KEY]: 'wrongKey',
  [BY_SYSTEM]: 'system',
};

class Watcher extends Observer {
  life: LifeView | null = null;
  override begin(): void {
    const { attributes, group, wan } = this.life as LifeView;
    const { esmeDormant, gsmeDormant, hasGsme } = attributes;
    const mixed = hasGsme && esmeDormant !== gsmeDormant;
    reach('dormancy', mixed ? 'mixed' : esmeDormant ? 'dormant' : 'active');
    reach('wan class', group.wanClasses[wan.own.regimeIndex]);
  }
  override event(_at: number, event: number): void {
    reach('event', EVENTS[event]);
  }
  override failed(position: number, observation: number): void {
    const { strikes, group } = this.life as LifeView;
    const step = group.steps[position] as StepId;
    const seen = OBSERVATIONS[observation] as (typeof OBSERVATIONS)[number];
    reach('failure', `${step} ${seen}`);
    reach('observation', seen);
    reach('culprit', CULPRITS[strikes.culprit]);
    if (strikes.culprit === BY_DATA_ERROR) reach('data error', seen);
    const { check } = STEPS[step];
    if (check !== undefined && CHECKS[check].fails === seen && strikes.culprit === 0) reach('check', check);
    for (const effect of EFFECTS) {
      if (strikes.culprit !== 0 && OBSERVATION_OF_EFFECT[effect] === seen) reach('effect', effect);
    }
  }
  override attempt(_at: number, kind: number, outcome: number): void {
    const code = OUTCOMES[outcome] as string;
    const family = errorCode(code)?.family ?? undefined;
    reach('outcome', family ?? `${code}${code === 'ok' ? ` ${kind}` : ''}`);
    if (code === 'ok' && kind === 1) {
      reach('observation', 'answered');
      reach('effect', 'none');
    }
  }
  override finish(end: number): void {
    reach('end', ENDS[end]);
  }
}

const model = modelAt(EVERYTHING);
// Two ends need rules other than the proposed ones: 18.6 excludes no installation, and little is met at the very end.
const WATCHED = [
  model,
  modelAt(EVERYTHING, ['amendments.expiresOn=2021-12-31']),
  modelAt('scenarios/benchmarks/r1.yaml', ['populations.all.installations=3000']),
];
for (const watched of WATCHED) {
  const watcher = new Watcher();
  const counts = emptyCounts(watched.asOfs.length, watched.months);
  const life = lifeOf(watched, new Replication(watched, seedWords(SEED), 0), counts, watcher);
  watcher.life = viewOf(life);
  for (let entity = 0; entity < watched.size; entity += 1) life.run(entity);
}
const { lives } = recorded(model, SEED);
// Some verdicts meet about once in a replication of this small estate: several are looked at, whatever the dice.
const more = [1, 2, 3, 4].flatMap((replication) => recorded(model, SEED, replication).lives);
for (const { history, spans, verdicts } of [...lives, ...more]) {
  for (const { category } of verdicts) reach('verdict', `${category} ${history.installation.cohort}`);
  for (const { category, to } of spans) reach('span', `${category} ${to === null ? 'lasts' : 'ends'}`);
  for (const { category, reported } of verdicts) reach(reported ? 'reported' : 'not reported', category);
}

/** The scope matrix: which cohort a category extends to (src/docs/meaning.md). */
const SCOPE = model.rules.rules.clauses.flatMap(({ category, cohorts }) =>
  cohorts.map((cohort) => `${category} ${cohort}`),
);

/** Families that a step or an instruction can carry; the others are what attached devices are found to do. */
const CARRIED = new Set(Object.values(STEPS).flatMap(({ codes }) => Object.values(codes).flatMap((of) => ('family' in of ? [of.family] : [])))); // prettier-ignore
const SIMULATED_FAMILIES = (Object.keys(FAMILIES) as FamilyId[]).filter(
  (id) => id === 'preparation' || CARRIED.has(id),
);

const EXPECTED: readonly (readonly [string, readonly string[]])[] = [
  ['dormancy', ['dormant', 'active', 'mixed']],
  ['wan class', ['healthy', 'patchy', 'dead']],
  // Readmits are in the records of others only: the model has no process that readmits (sim/README.md).
  ['event', EVENTS.filter((event) => event !== 'readmit')],
  [
    'failure',
    Object.values(STEPS).flatMap(({ id, codes }) => Object.keys(codes).map((observation) => `${id} ${observation}`)),
  ],
  ['observation', OBSERVATIONS],
  ['check', Object.keys(CHECKS)],
  ['effect', EFFECTS],
  ['culprit', Object.values(CULPRITS)],
  ['data error', ['badData', 'refused']], // Table 5.10, and the data codes outside it
  ['outcome', [...SIMULATED_FAMILIES, 'MA110', 'MA112', 'GT01', NO_WAN, 'ok 0', 'ok 1', 'ok-esme']],
  ['end', ENDS],
  ['verdict', SCOPE],
  ['span', CATEGORIES.flatMap((category) => [`${category} lasts`, `${category} ends`])],
  ['reported', CATEGORIES],
  // The first in precedence is never passed over; the second only by it, and nobody searches for the key of an
  // installation that waits for an EPCL entry.
  ['not reported', CATEGORIES.filter((category) => !['master-key', 'uneconomic-to-test'].includes(category))],
];

test.each(EXPECTED)('every %s is reached', (what, names) => {
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !reached.has(`${what} ${name}`))).toEqual([]);
});

test('no verdict is reached outside its scope', () => {
  const verdicts = CATEGORIES.flatMap((category) => COHORTS.map((cohort) => `${category} ${cohort}`));
  expect(verdicts.filter((row) => reached.has(`verdict ${row}`) && !SCOPE.includes(row))).toEqual([]);
});

/** What must be read otherwise too, because the simulated process alone leaves no room for the reading. */
const COMPANIONS: Partial<Record<ReadingName, Partial<Readings>>> = {
  // A migration is attempted only once a preparation is complete, which clears the count it would close.
  attemptCloses187: { preparationClears: 'no' },
  // A supplier instructs only after a GT01: it can only have been taken out of the count since.
  activeGt01Evidence: { cosRestarts: 'yes' },
};

test('every reading is reached: another value changes the verdict of some life', () => {
  const { rules } = model.rules;
  const unreached: string[] = [];
  for (const name of readingsOn('histories')) {
    for (const value of Object.keys(READINGS[name].values)) {
      if (value === rules.readings[name]) continue;
      const base = { ...rules, readings: { ...rules.readings, ...COMPANIONS[name] } };
      const other = { ...base, readings: { ...base.readings, [name]: value } };
      const differs = lives.some(({ history }) => {
        const said = [base, other].map((set) => JSON.stringify(engineOf(set).decide(history, model.horizon)));
        return said[0] !== said[1];
      });
      if (!differs) unreached.push(`${name}: ${value}`);
    }
  }
  expect(unreached).toEqual([]);
});

test('the edge of the window is reached: a contact exactly as old passes or fails by the reading', () => {
  // A window of no seconds and a link in contact all the time: every age is exactly the window.
  const codes = ['inclusive', 'exclusive'].map((edge) => {
    const of = modelAt('scenarios/quiet.yaml', [
      'links.han.perfect.wakeMinutes=0',
      'amendments.windows.gt01WindowSeconds[0].value=0',
      'amendments.windows.gt01WindowSeconds[1].value=0',
      `amendments.windowEdge=${edge}`,
    ]);
    const attempts = recorded(of, SEED).lives.flatMap(({ history }) => history.attempts);
    return attempts.filter(({ outcome }) => outcome === 'GT01').length;
  });
  expect(codes[0]).toBe(0);
  expect(codes[1]).toBeGreaterThan(1000);
});
