// A fleet is as many rigs as it has installations: what it records of each is what a rig of its own records.
import { afterAll, describe, expect, test } from 'vitest';
import { DAY } from '../../../src/time.ts';
import { emulatedWorld } from '../../../devices/fleet/runFleet.ts';
import { memberCalendar, memberId, memberPlan } from '../../../devices/fleet/emulatedMember.ts';
import type { FleetSetup, GroupSetup } from '../../../devices/fleet/fleetSetup.ts';
import { decide, memberEvents, type DueEvent } from '../../../devices/fleet/memberEvents.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { lastWake } from '../../../devices/personas/gsme.ts';
import { runPlan, type PlanRun } from '../../../devices/rig/run/plan.ts';
import { sampleSize } from '../../sampleSize.ts';
import { repeat, seedText } from '../../seed.ts';
import { fleetBench } from './fleetBench.ts';

const bench = fleetBench();
afterAll(bench.stop);

const FILE = 'test/devices/fleet/fleet.test.ts';
const SEED = seedText(FILE, 'fleet');
const HOMES = sampleSize('FLEET_HOMES', { whole: 60, part: 12 });

/** Groups of every kind: links that come and go, a wrong Master Key, no gas, faults, an outage of all. */
function fleetText(more = ''): string {
  return `
name: laws
seed: '${SEED}'
days: 30
links:
  wan:
    sick: { contact: { mode: daily, wakeUpLossChance: 0.1 }, classes: { sick: { upDaysMean: 6, down: [{ share: 1, duration: { kind: weibull, daysScale: 4, shape: 0.7 } }] }, dead: { share: 0.1, dead: true } } }
  han:
    poor: { budget: { marginDbMean: 3, marginDbSd: 3, driftDbSd: 3 }, classes: { joined: { upDaysMean: 20, down: [{ share: 1, duration: { kind: exponential, daysMean: 3 } }] }, notJoined: { share: 0.2, dead: true } } }
groups:
  sick: { installations: ${HOMES}, wan: sick, han: poor, attempts: { daysBetween: 5 } }
  wrong: { installations: 3, installation: { masterKey: wrong, cohort: MOC_MDS }, han: poor }
  keyless: { installations: 2, installation: { masterKey: missing } }
  struck:
    installations: 4
    installation: { gas: false, cohort: FOC }
    preparation: false
    faults: [{ attempt: 1, step: rotateKeys, effect: silence, silence: answersDropped, fromFrame: 9, pick: 3 }, { attempt: 2, step: commission, effect: refusal }]
    outages: [{ link: wan, from: '2022-01-12T00:00:00Z', to: '2022-01-19T00:00:00Z' }]
${more}`;
}

/** One installation of a fleet as a rig of its own, all its events worked out before it begins. */
function asRig(setup: FleetSetup, group: GroupSetup, position: number): PlanRun {
  const start = Date.UTC(2022, 0, 10) / 1000;
  const end = start + Math.round(setup.document.days * DAY);
  const world = emulatedWorld(setup, { start, end, wall: undefined, onResult: () => undefined });
  const calendar = memberCalendar(world, group, position);
  const events: DueEvent[] = [];
  let number = 0;
  for (const event of memberEvents(calendar)) {
    if (event.kind === 'attempt') number += 1;
    decide(event, calendar, { at: event.at, number });
    events.push(event);
  }
  const meter = labDevice('gsme', group.first + position);
  const hanContacts = new Set<number>();
  for (let at = lastWake(meter, end + DAY, group.sleep); at > start - 61 * DAY; at -= group.sleep.wakeSeconds)
    if (calendar.links.isHanUp(at)) hanContacts.add(at);
  const plan = memberPlan(world, { group, position, calendar }, events);
  return runPlan({ ...plan, events, hanContacts }, { untilEnded: 'migrated' });
}

describe('a fleet in virtual time', () => {
  test('its history is the union of as many rigs with the same seed', async () => {
    const setup = bench.setup(fleetText());
    const { histories, isWhole } = await bench.run(setup);
    expect(isWhole).toBe(true);
    const outcomes = new Set<string>();
    for (const group of setup.groups)
      for (let position = 0; position < group.document.installations; position += 1) {
        const id = memberId(group, position);
        const { attempts, contacts } = asRig(setup, group, position);
        expect(histories.get(id)?.attempts ?? [], `installation ${id}: ${repeat(FILE, SEED)}`).toEqual(attempts);
        expect(histories.get(id)?.contacts ?? [], `contacts of ${id}: ${repeat(FILE, SEED)}`).toEqual(contacts);
        for (const { outcome } of attempts) outcomes.add(outcome);
      }
    // The comparison is of something: successes, MA112 and GT01 were among them.
    expect([...outcomes]).toEqual(expect.arrayContaining(['ok', 'MA112', 'GT01']));
  });

  test('the same file gives the same events in the same order, and another seed gives others', async () => {
    const short = fleetText().replace('days: 30', 'days: 15');
    const once = await bench.run(short);
    expect((await bench.run(short)).order).toEqual(once.order);
    expect((await bench.run(short.replace(SEED, `${SEED}2`))).order).not.toEqual(once.order);
  });

  test('an installation alone, and one of a larger group, lives as among the others', async () => {
    const short = fleetText().replace('days: 30', 'days: 15');
    const all = await bench.run(short);
    const alone = await bench.run(short, { only: new Set(['5']) });
    expect([...alone.histories.keys()]).toEqual(['5']);
    expect(alone.histories.get('5')).toEqual(all.histories.get('5'));
    const smaller = await bench.run(short.replace(`installations: ${HOMES}`, 'installations: 5'), {
      only: new Set(['5']),
    });
    expect(smaller.histories.get('5')).toEqual(all.histories.get('5'));
  });
});

describe('more is due than the head-end has connections for', () => {
  const crowd = (more: string): string => `
name: crowd
days: 8
contacts: { windowHours: 0, tries: 1 }
groups:
  one: { installations: 40, preparation: false, attempts: { firstDay: 7, overDays: 0 } }
${more}`;

  test('what waits too long is missed: it is on our side, and counts against no device', async () => {
    const { histories, turns } = await bench.run(crowd('headEnd: { connections: 1, lateSeconds: 60 }\n'));
    const attempts = [...histories.values()].flatMap((history) => history.attempts);
    expect(attempts).toHaveLength(40);
    const system = attempts.filter(({ cause }) => cause === 'system');
    expect(system.length).toBeGreaterThan(20);
    // Nothing else than our side was at fault: the links never fail.
    expect(attempts.filter(({ cause, outcome }) => cause === 'device' && outcome !== 'ok')).toEqual([]);
    expect(turns.filter(({ isTooLate }) => isTooLate).length).toBeGreaterThanOrEqual(system.length);
    for (const { waited, isTooLate } of turns) expect(isTooLate).toBe(waited > 60);
  });

  test('what waits a little is made when its turn comes, and is dated then', async () => {
    const { histories, turns } = await bench.run(crowd('headEnd: { connections: 2, lateSeconds: 86400 }\n'));
    const instants = [...histories.values()].flatMap(({ attempts }) => attempts.map(({ at }) => at));
    expect(new Set(instants).size).toBeGreaterThan(15);
    expect(Math.max(...turns.map(({ waited }) => waited))).toBeGreaterThan(600);
    for (const { attempts } of histories.values()) expect(attempts.map(({ outcome }) => outcome)).toEqual(['ok']);
  });
});

test('an interrupted fleet keeps what came before', async () => {
  const abort = new AbortController();
  let seen = 0;
  const run = await bench.run(fleetText(), {
    signal: abort.signal,
    onTurn: () => {
      seen += 1;
      if (seen === 50) abort.abort();
      return undefined;
    },
  });
  expect(run.isWhole).toBe(false);
  expect(run.order.length).toBeLessThanOrEqual(50);
});
