import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadScenarioFile } from '../../../src/cli/shell/scenarioFile.ts';
import { trace } from '../../../src/exclusion/explain/trace.ts';
import { ATTEMPT_KINDS, CAUSES } from '../../../src/migration/history.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { OUTCOMES } from '../../../sim/kernel/model/outcomes.ts';
import type { ShardRecords } from '../../../sim/kernel/records/recordBuffers.ts';
import { ShardRunner } from '../../../sim/kernel/run/shard.ts';
import type { ProcessOfCohort } from '../../../sim/scenario/schema.ts';
import { HOUR } from '../../../src/time.ts';
import { tellStory, type Story } from '../../../sim/story/story.ts';
import { instantOf, type StoryEntry } from '../../../sim/story/storyEntry.ts';
import { downAt } from '../../../sim/story/storyLinks.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { assertAgrees, assertHeldThen } from '../../../src/cli/explain/explainStory.ts';
import { contradictionsIn } from './storyChecks.ts';

// The story of one life against the records of the whole run, and against itself. These do not show that the life is
// the right one: the links, the faults and the process have tests of their own.

const { scenario, rules } = loadScenarioFile('test/cli/fixtures/small.yaml', []);
const model = compileModel(scenario, rules);
const seed = seedWords('story-test');
const REPLICATIONS = 2;

const told = (installation: number, replication: number): Story =>
  tellStory(model, { seed, replication, installation });

const fleets = Array.from({ length: REPLICATIONS }, (_, replication): ShardRecords => {
  return new ShardRunner(model, seed, replication).record(0).records;
});

const life = fc.record({
  installation: fc.integer({ min: 0, max: model.size - 1 }),
  replication: fc.integer({ min: 0, max: REPLICATIONS - 1 }),
});

/** Every story once: what has to be reached is sought here. */
const ALL: readonly Story[] = Array.from({ length: model.size }, (_, installation) => told(installation, 0));

function attemptRows(records: ShardRecords, installation: number): unknown[] {
  const { id, at, kind, outcome, system, table510 } = records.attempts;
  return Array.from(id.keys())
    .filter((i) => id[i] === installation)
    .map((i) => ({
      at: at[i],
      kind: ATTEMPT_KINDS[kind[i] as number],
      outcome: OUTCOMES[outcome[i] as number],
      cause: CAUSES[system[i] as number],
      table510: table510[i] === 1,
    }));
}

describe('the story of one installation', () => {
  test('the story has the attempts that the run records in the fleet, each once and in order', () => {
    fc.assert(
      fc.property(life, ({ installation, replication }) => {
        const { attempts } = told(installation, replication).history;
        expect(attempts).toEqual(attemptRows(fleets[replication] as ShardRecords, installation));
      }),
      { numRuns: 200 },
    );
  });

  test('the story has the meter points, the dormancy and the events that the run records', () => {
    fc.assert(
      fc.property(life, ({ installation, replication }) => {
        const { installations, events } = fleets[replication] as ShardRecords;
        const story = told(installation, replication);
        const row = story.facts.installation;
        expect(row.mpan).toBe(String(installations.mpan[installation]));
        expect(row.gas?.mprn ?? 'NaN').toBe(String(installations.mprn[installation]));
        expect(Number(row.esmeDormant)).toBe(installations.esmeDormant[installation]);
        const own = story.entries.filter((entry) => entry.type === 'event' && !entry.ofModel);
        const recorded = Array.from(events.id.keys()).filter((i) => events.id[i] === installation);
        expect(own.map((entry) => entry.type === 'event' && entry.event.at)).toEqual(recorded.map((i) => events.at[i]));
      }),
      { numRuns: 100 },
    );
  });

  test('the story never contradicts itself in ages, windows, codes, links, strikes or tries', () => {
    fc.assert(
      fc.property(life, ({ installation, replication }) => {
        expect(contradictionsIn(told(installation, replication))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("the reference evaluator gives the tally's verdicts for the story, at the horizon and before", () => {
    for (const story of ALL) {
      assertAgrees(story, trace(story.history, rules, model.horizon));
      for (const asOf of [...model.asOfs, ...story.history.attempts.map(({ at }) => at)].slice(0, 6)) {
        assertHeldThen(story, trace(story.history, rules, asOf));
      }
    }
  });

  test('the stories reach every kind of cause, stale links, an ESME alone, lost wake-ups, silent days', () => {
    const migrations = ALL.flatMap((story) => story.entries.filter((entry) => entry.type === 'migration'));
    const culprits = new Set(migrations.map(({ told: { failed } }) => failed?.culprit.by));
    expect([...culprits].map(String).sort()).toEqual(['check', 'fault', 'link', 'masterKey', 'system', 'undefined']);
    expect(new Set(migrations.map(({ attempt }) => attempt.outcome))).toContain('MA112');
    expect(new Set(migrations.map(({ attempt }) => attempt.outcome))).toContain('GT01');
    expect(migrations.some(({ told: { esmeOnly } }) => esmeOnly)).toBe(true);
    const lost = ALL.filter(({ entries, wan }) => entries.some((entry) => isLostWakeUp(entry, wan)));
    expect(lost.length).toBeGreaterThan(0);
    const by = new Set(ALL.flatMap(({ wan, han }) => [...wan.outages, ...(han?.outages ?? [])].map((row) => row.by)));
    expect([...by].sort()).toEqual(['battery', 'death', 'linkBudget', 'lostJoin', 'own', 'planned', 'shared']);
  });
});

/** Stories of a variation of the scenario, and its process for the cohort of each. */
function variation(...set: readonly string[]): readonly Story[] {
  const varied = loadScenarioFile('test/cli/fixtures/small.yaml', set);
  const compiled = compileModel(varied.scenario, varied.rules);
  const stories = Array.from({ length: compiled.size }, (_, installation) =>
    tellStory(compiled, { seed, replication: 0, installation }),
  );
  for (const story of stories) assertAgrees(story, trace(story.history, varied.rules, compiled.horizon));
  return stories;
}

type Instruction = Extract<StoryEntry, { type: 'instruction' }>;
const isInstruction = (entry: StoryEntry): entry is Instruction => entry.type === 'instruction';

describe('the tries of an instruction', () => {
  const { hoursBetweenTries, triesPerInstruction, contactsNeeded } = scenario.process.IOC?.preparation as {
    hoursBetweenTries: number;
    triesPerInstruction: number;
    contactsNeeded: number;
  };
  const prepared = ALL.filter(({ facts }) => facts.installation.cohort === 'IOC');

  test("the tries of an instruction are all listed at their distance, up to the last, which has the record's instant", () => {
    for (const { entries } of prepared) {
      let through = 0;
      for (const { attempt, instructed } of entries.filter(isInstruction)) {
        const { tries } = instructed;
        const gaps = tries.slice(1).map(({ at }, i) => at - (tries[i]?.at ?? 0));
        expect(gaps.every((gap) => gap === hoursBetweenTries * HOUR)).toBe(true);
        expect(tries.at(-1)?.at).toBe(attempt.at);
        through += tries.filter(({ reached }) => reached).length;
        expect(instructed.contacts).toBe(through);
        // A completed one ends with the contact that was lacking; one that failed has used all its tries.
        if (attempt.outcome === 'ok') expect(through).toBe(contactsNeeded);
        else expect(tries).toHaveLength(triesPerInstruction);
      }
    }
    const completed = prepared.flatMap(({ entries }) =>
      entries.filter(isInstruction).filter(({ attempt }) => attempt.outcome === 'ok'),
    );
    expect(new Set(completed.map(({ instructed }) => instructed.tries.length)).size).toBeGreaterThan(1);
  });

  test('tries are listed even after a wait, with overlapping turns, and if hours do not divide a day', () => {
    const stories = variation(
      'process.IOC.preparation.hoursBetweenTries=30.7',
      'process.IOC.preparation.daysBetweenInstructions=1.3',
      'process.IOC.stopWhen=met',
      'changes.activeToDormantPerYear=2',
      'changes.dormantToActivePerYear=2',
    );
    expect(stories.flatMap(({ entries }) => entries.filter(isInstruction)).length).toBeGreaterThan(100);
  });
});

describe('why no attempt follows the last', () => {
  test('every installation that was begun and is not migrated has a reason for its last attempt', () => {
    for (const { stop, end, entries, facts } of ALL) {
      const attempts = entries.filter((entry) => entry.type === 'migration').length;
      const instructions = entries.filter(isInstruction);
      const left = attempts === 0 && (instructions.length === 0 || instructions.at(-1)?.attempt.outcome === 'ok');
      expect(stop === null).toBe(end.startsWith('migrated') || left);
      if (stop === null) continue;
      const { attemptsMax, preparation } = scenario.process[facts.installation.cohort] as ProcessOfCohort;
      const spent = attempts > 0 ? attempts === attemptsMax : instructions.length === preparation?.instructionsMax;
      expect(stop.by.endsWith('Max')).toBe(spent);
      expect(stop.dueAt).toBeGreaterThan(instantOf(entries.findLast(({ type }) => type !== 'event') as StoryEntry));
      if (stop.by === 'horizon') expect(stop.next === 'instruction' || stop.dueAt > model.horizon).toBe(true);
    }
  });

  test('each possible reason for the last attempt occurs on some installation', () => {
    const found = [
      ALL,
      variation('process.IOC.esmeOnly=false', 'process.IOC.attemptsMax=200', 'process.IOC.stopWhen=met'),
      variation(
        'process.IOC.stopWhen=met',
        'horizon=2021-06-15',
        'asOf=[]',
        'process.IOC.preparation.instructionsMax=60',
      ),
    ].flatMap((stories) => stories.flatMap(({ stop }) => (stop ? [`${stop.next}: ${stop.by}`] : [])));
    expect([...new Set(found)].toSorted()).toEqual([
      'attempt: attemptsMax',
      'attempt: category',
      'attempt: horizon',
      'attempt: masterKey',
      'attempt: replaced',
      'instruction: category',
      'instruction: horizon',
      'instruction: instructionsMax',
      'instruction: replaced',
    ]);
  });
});

function isLostWakeUp(entry: StoryEntry, wan: Story['wan']): boolean {
  return entry.type === 'instruction' && entry.instructed.tries.some(({ at, reached }) => !reached && !downAt(wan, at));
}

describe('the checks of a story', () => {
  const stale = ALL.find(({ entries }) => entries.some((entry) => is(entry, 'MA112'))) as Story;
  function changed(story: Story, change: (entry: StoryEntry) => StoryEntry): Story {
    return { ...story, entries: story.entries.map((entry) => (is(entry, 'MA112') ? change(entry) : entry)) };
  }

  test.each([
    ['another code', (e: StoryEntry) => ({ ...e, attempt: { ...(e as Migration).attempt, outcome: 'GT01' } })],
    ['an age a second off', (e: StoryEntry) => aged(e as Migration, (c) => ({ ...c, ageSeconds: c.ageSeconds + 1 }))],
    ['a young contact', (e: StoryEntry) => aged(e as Migration, (c) => ({ ...c, ageSeconds: 60 }))],
    ['another window', (e: StoryEntry) => aged(e as Migration, (c) => ({ ...c, windowSeconds: 1 }))],
    ['a system side', (e: StoryEntry) => ({ ...e, attempt: { ...(e as Migration).attempt, cause: 'system' } })],
    ['an earlier instant', (e: StoryEntry) => ({ ...e, attempt: { ...(e as Migration).attempt, at: 0 } })],
  ] as [string, (entry: StoryEntry) => StoryEntry][])('the checks of a story find %s', (_, change) => {
    expect(contradictionsIn(stale)).toEqual([]);
    expect(contradictionsIn(changed(stale, change))).not.toEqual([]);
  });

  test('the checks of a story find a contact while the link was down, and a fault that occurred once too often', () => {
    const down: Story['wan'] = { ...stale.wan, outages: [{ from: 0, to: null, by: 'own', name: 'dead' }] };
    expect(contradictionsIn({ ...stale, wan: down }).join()).toContain('a contact while the link was down');
    const silent = ALL.find(({ entries }) => entries.some((entry) => is(entry, 'GT01'))) as Story;
    const up = { ...silent, han: { ...(silent.han as NonNullable<Story['han']>), outages: [] } };
    expect(contradictionsIn(up).join()).toContain('missed while the link was up');
    const twice = ALL.filter((story) => story.entries.filter(isFault).length > 1).map((story) => ({
      ...story,
      entries: story.entries.filter((_, i, all) => i !== all.findIndex(isFault)),
    }));
    expect(twice.some((story) => contradictionsIn(story).length > 0)).toBe(true);
  });

  test('the checks of a story find a verdict that the tally lacks, and one that it has in excess', () => {
    const holding = ALL.find(({ verdicts }) => verdicts.length > 0) as Story;
    const at = trace(holding.history, rules, model.horizon);
    assertAgrees(holding, at);
    expect(() => assertAgrees({ ...holding, verdicts: [] }, at)).toThrow('the trace and the tally differ');
    const [first] = holding.verdicts;
    const off = { ...holding, verdicts: [{ ...first, metAt: (first?.metAt ?? 0) + 1 }] } as Story;
    expect(() => assertAgrees(off, at)).toThrow('the trace and the tally differ');
    expect(() => assertHeldThen({ ...holding, spans: [] }, at)).toThrow('at the as-of');
  });
});

function is(entry: StoryEntry, outcome: string): boolean {
  return entry.type === 'migration' && entry.attempt.outcome === outcome && entry.told.failed?.culprit.by === 'check';
}

type Migration = Extract<StoryEntry, { type: 'migration' }>;
type Contact = NonNullable<Migration['told']['checks'][number]['contact']>;

function aged(entry: Migration, change: (contact: Contact) => Contact): Migration {
  const checks = entry.told.checks.map((check) =>
    check.contact && !check.passed ? { ...check, contact: change(check.contact) } : check,
  );
  return { ...entry, told: { ...entry.told, checks } };
}

function isFault(entry: StoryEntry): boolean {
  return entry.type === 'migration' && entry.told.failed?.culprit.by === 'fault';
}
