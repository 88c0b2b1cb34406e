// Whatever happens to the processes, the link and the clock of a watch, its journal has every instant of the calendar once. The
// probes here are made up: that devices are told truly is for deviceProbe.test.ts and its neighbours.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, formatInstant, HOUR, instant } from '../../../../src/time.ts';
import { wasThere } from '../../../../devices/rig/watch/due.ts';
import { takeUp } from '../../../../devices/rig/watch/takeUp.ts';
import { home } from '../../../differential/rigPlans.ts';
import { WatchState } from '../../../../devices/rig/watch/watchState.ts';
import { holdJournal, type Held } from './laws.ts';
import { World, type Death } from './world.ts';
import { sampleSize } from '../../../sampleSize.ts';
import { seedNumber } from '../../../seed.ts';

const RUNS = sampleSize('WATCH_RUNS', { whole: 120, part: 25 });
const SEED = seedNumber(import.meta.filename, 20_221_030);
console.log(`watch laws: seed ${SEED}, ${RUNS} runs (WATCH_RUNS)`);

type Command = fc.AsyncCommand<object, World>;

class Does implements Command {
  private readonly words: string;
  private readonly act: (world: World) => void | Promise<void>;
  constructor(words: string, act: (world: World) => void | Promise<void>) {
    this.words = words;
    this.act = act;
  }
  check(): boolean {
    return true;
  }
  async run(_: object, world: World): Promise<void> {
    await this.act(world);
  }
  toString(): string {
    return this.words;
  }
}

const does = (words: string, act: (world: World) => void | Promise<void>): Command => new Does(words, act);
const seconds = fc.oneof(
  fc.integer({ min: 1, max: 120 }),
  fc.integer({ min: 1, max: 12 * HOUR }),
  fc.integer({ min: DAY, max: 9 * DAY }),
);

const commands = [
  seconds.map((s) => does(`pass(${s})`, (world) => world.pass(s))),
  // Right up to an instant that matters, or a little beyond it: the next full hour of day 01:00 or 10:00.
  fc.tuple(fc.constantFrom(1, 9, 10), fc.integer({ min: -50, max: 4000 })).map(([hour, offset]) =>
    does(`passTo(${hour}h ${offset})`, (world) => {
      const at = Math.floor(world.wall / DAY) * DAY + hour * HOUR + offset;
      return world.pass(at > world.wall ? at - world.wall : at + DAY - world.wall);
    }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom<Death>('before', 'torn', 'after')).map(([n, how]) =>
    does(`dieAtWrite(${n} ${how})`, (world) => {
      world.disk.fatal = { at: world.disk.writes + n, how };
    }),
  ),
  fc.constant(does('kill', (world) => world.kill())),
  fc.constant(does('stop', async (world) => void (await world.stop()))),
  fc.constant(does('start', (world) => world.start())),
  fc.constant(does('start', (world) => world.start())),
  fc.constant(does('startOnce', (world) => world.start(true))),
  fc.boolean().map((is) => does(is ? 'linkUp' : 'linkDown', (world) => void (world.isLinkUp = is))),
  fc.boolean().map((is) => does(is ? 'trouble' : 'noTrouble', (world) => void (world.isTroubled = is))),
  fc
    .oneof(fc.integer({ min: -2 * DAY, max: 2 * DAY }), fc.integer({ min: -HOUR, max: HOUR }))
    .map((s) => does(`jump(${s})`, (world) => world.jump(s))),
];

/** Across both changes of London's clocks, a new year, and the 53rd week of 2020. */
const STARTS = ['2022-03-14T00:30:00Z', '2022-10-17T09:00:01Z', '2021-12-20T10:00:00Z', '2020-12-21T00:00:00Z'];
const WEEKS = 4;

test('every instant of the calendar is on record once, in order, and of whoever it was', async () => {
  const seen: Held[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...STARTS),
      fc.commands(commands, { maxCommands: 40, size: 'medium' }),
      async (start, all) => {
        const end = instant(start) + WEEKS * 7 * DAY;
        const world = new World({ start, watch: { until: formatInstant(end) } });
        world.start();
        await world.pass(0);
        await fc.asyncModelRun(() => ({ model: {}, real: world }), all);
        // The calendar runs out, with a watch that is up.
        world.disk.fatal = undefined;
        await world.stop();
        world.start();
        await world.pass(Math.max(0, end - world.wall) + 3 * DAY);
        expect(world.process?.end).toMatchObject({ end: 'over' });
        seen.push(holdJournal(world, end));
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
  const sum = (of: keyof Held): number => seen.reduce((total, one) => total + Number(one[of]), 0);
  console.log(
    `device ${sum('device')}, system ${sum('system')}, passed ${sum('passed')}, tries missed ${sum('missedTries')}`,
  );
  for (const of of ['device', 'system', 'passed', 'missedTries'] as const) expect(sum(of)).toBeGreaterThan(RUNS / 10);
}, 3_600_000);

describe('a process that dies at its n-th write', () => {
  const START = '2022-10-23T23:00:00Z';
  const END = instant(START) + 15 * DAY;

  async function run(n: number, how: Death): Promise<World> {
    const world = new World({ start: START, watch: { until: formatInstant(END) }, restartSeconds: 900 });
    world.disk.fatal = { at: n, how };
    world.start();
    // The link is down in the second week, so that there is a failure to lose.
    await world.pass(6 * DAY);
    world.isLinkUp = false;
    await world.pass(4 * DAY);
    world.isLinkUp = true;
    await world.pass(9 * DAY);
    return world;
  }

  test('a process that dies at its nth write leaves the same history as one that does not, for every n', async () => {
    const whole = await run(Infinity, 'after');
    const history = (world: World): unknown =>
      world
        .journal()
        .records.flatMap((record) =>
          record.is === 'attempt' || record.is === 'passed' ? [[record.is, record.at]] : [],
        );
    const wholeHistory = history(whole);
    expect(holdJournal(whole, END)).toEqual({ device: 1, system: 0, passed: 2, missedTries: 0, torn: false });
    const { writes } = whole.disk;
    expect(writes).toBeGreaterThan(20);
    for (let n = 1; n <= writes; n += 1) {
      for (const how of ['before', 'torn', 'after'] as const) {
        const world = await run(n, how);
        expect(world.disk.fatal).toBeUndefined();
        holdJournal(world, END);
        expect({ n, how, history: history(world) }).toEqual({ n, how, history: wholeHistory });
      }
    }
  });
});

describe('what happened, and what is said of it', () => {
  const START = '2022-01-09T23:00:00Z';
  const MONDAY = instant('2022-01-10T10:00:00Z');
  const settled = (world: World): unknown =>
    new WatchState(world.journal().records).settled.map((one) => [one.is, one.at, 'why' in one ? one.why : '']);

  test('an attempt whose process was killed is made again if that is in time', async () => {
    const world = new World({ start: START });
    world.start();
    await world.pass(MONDAY - world.time + 10);
    world.kill();
    await world.pass(600);
    world.start();
    await world.pass(HOUR);
    expect(settled(world)).toEqual([['passed', '2022-01-10T10:00:00Z', 'it only reads']]);
    expect(world.calls.filter(({ kind }) => kind === 'attempt')).toMatchObject([
      { isCompleted: false },
      { isCompleted: true },
    ]);
  });

  test('an attempt under which two processes died is not begun a third time, because it may be the cause', async () => {
    const world = new World({ start: START });
    world.start();
    await world.pass(MONDAY - world.time + 10);
    for (let death = 0; death < 2; death += 1) {
      world.kill();
      await world.pass(60);
      world.start();
      await world.pass(10);
    }
    expect(settled(world)).toEqual([
      ['missed', '2022-01-10T10:00:00Z', 'the watch broke off while it was under way (begun 2 times)'],
    ]);
  });

  test('an attempt that was stopped, however often, is made again', async () => {
    const world = new World({ start: START });
    world.start();
    await world.pass(MONDAY - world.time + 10);
    for (let stops = 0; stops < 5; stops += 1) {
      expect(await world.stop()).toEqual({ end: 'stopped' });
      world.start();
      await world.pass(10);
    }
    await world.pass(60);
    expect(settled(world)).toEqual([['passed', '2022-01-10T10:00:00Z', 'it only reads']]);
  });

  test('a clock that jumps ahead and back costs nothing, and one that stays ahead costs each instant once', async () => {
    const world = new World({ start: START, napSeconds: 30 });
    world.start();
    await world.pass(HOUR);
    world.jump(20 * DAY);
    await world.pass(40);
    world.jump(-20 * DAY);
    await world.pass(DAY);
    expect(settled(world)).toEqual([['passed', '2022-01-10T10:00:00Z', 'it only reads']]);
    world.jump(8 * DAY);
    await world.pass(HOUR);
    world.jump(-8 * DAY);
    await world.pass(15 * DAY);
    expect(settled(world)).toEqual([
      ['passed', '2022-01-10T10:00:00Z', 'it only reads'],
      ['missed', '2022-01-17T10:00:00Z', 'the watch was not there'],
      ['passed', '2022-01-24T10:00:00Z', 'it only reads'],
    ]);
  });

  test('held-back evidence is on the disk before an attempt rests on it, and may otherwise be lost', async () => {
    const world = new World({ start: START });
    const heard = (at: number): void => world.learn({ link: 'han', at, source: 'glow:1', bearing: 'sign' });
    world.start();
    await world.pass(7 * HOUR);
    for (const minutes of [0, 10, 20]) heard(MONDAY - 5 * HOUR + minutes * 60);
    await world.pass(HOUR);
    world.kill();
    await world.pass(60);
    world.start();
    heard(MONDAY - 5 * HOUR + 900);
    await world.pass(DAY);
    const records = world.journal().records;
    const dates = records.flatMap((one) => (one.is === 'evidence' && one.source === 'glow:1' ? [one.at] : []));
    expect(dates).toEqual(['2022-01-10T05:00:00Z', '2022-01-10T05:15:00Z']);
    expect(world.calls.find(({ kind }) => kind === 'attempt')!.known!.han).toBe(instant('2022-01-10T05:15:00Z'));
    const order = records.map((one) => (one.is === 'evidence' ? one.at : one.is));
    expect(order.indexOf('2022-01-10T05:15:00Z')).toBeLessThan(order.indexOf('began'));
  });

  test('a watch that runs once does what is due and ends', async () => {
    const world = new World({ start: START });
    for (let hour = 0; hour < 24; hour += 1) {
      world.start(true);
      await world.pass(HOUR);
      expect(world.process!.end).toEqual({ end: 'idle' });
    }
    expect(settled(world)).toEqual([['passed', '2022-01-10T10:00:00Z', 'it only reads']]);
    expect(new WatchState(world.journal().records).tries.map(({ result }) => result)).toEqual(['answered']);
  });

  test('another schedule applies once it is set, loses nothing due earlier, and revives an ended watch', async () => {
    const world = new World({ start: START, watch: { attempt: { max: 1 } } });
    world.start();
    await world.pass(3 * DAY);
    expect(world.process!.end).toEqual({ end: 'over', why: 'all 1 attempts are settled' });
    world.start();
    await world.pass(0);
    expect(world.process!.end).toMatchObject({ end: 'over' });
    // Nothing is due of a watch that is over: the Monday after, and every contact, are nobody's.
    await world.pass(7 * DAY);
    Object.assign(world.document.attempt, { max: 10, weekdays: ['wednesday', 'friday'] });
    world.start();
    await world.pass(4 * DAY);
    await world.stop();
    // A Wednesday is slept through, and then the schedule changes again.
    await world.pass(4 * DAY);
    Object.assign(world.document.attempt, { weekdays: ['sunday'] });
    world.start();
    await world.pass(5 * DAY);
    expect(settled(world)).toEqual([
      ['passed', '2022-01-10T10:00:00Z', 'it only reads'],
      ['passed', '2022-01-21T10:00:00Z', 'it only reads'],
      ['missed', '2022-01-26T10:00:00Z', 'the watch was not there'],
      ['passed', '2022-01-30T10:00:00Z', 'it only reads'],
    ]);
    const state = new WatchState(world.journal().records);
    // Also where the schedule changed meanwhile, the time away is known as such.
    expect(state.downtimes.at(-1)).toMatchObject({ how: 'stopped' });
    expect(state.downtimes.at(-1)!.to - state.downtimes.at(-1)!.from).toBeGreaterThan(3 * DAY);
    const gap = state.tries.filter(({ slot }) => slot > MONDAY && slot < MONDAY + 9 * DAY);
    expect(gap).toEqual([]);
    // Of the stretch in which it was over it can say nothing.
    const window = (from: string, to: string) => ({ from: instant(from), to: instant(to), isKnownBefore: false });
    expect(wasThere(state, window('2022-01-16T00:00:00Z', '2022-01-21T00:00:00Z'))).toBe(false);
    expect(wasThere(state, window('2022-01-20T00:00:00Z', '2022-01-23T00:00:00Z'))).toBe(true);
    expect(wasThere(state, window('2022-01-22T00:00:00Z', '2022-01-25T00:00:00Z'))).toBe(false);
  });

  test('a probe that outlasts the cadence delays others, and being busy is no absence', async () => {
    const world = new World({
      start: START,
      watch: { contact: { everySeconds: 20, tries: 1 }, attempt: { everySeconds: 3600 } },
    });
    world.start();
    await world.pass(2 * HOUR);
    const { tries, downtimes } = new WatchState(world.journal().records);
    const missed = tries.filter(({ result }) => result === 'missed');
    expect(missed.length).toBeGreaterThan(1);
    expect(new Set(missed.map(({ why }) => why))).toEqual(
      new Set(['the watch was busy with the probe before it until it was too late']),
    );
    expect(downtimes).toEqual([]);
  });

  test('a journal of another installation is refused', async () => {
    const world = new World({ start: START });
    world.start();
    await world.pass(HOUR);
    const other = { ...home('IOC', true), mpan: '1900000000015' };
    const taking = { rig: 'lab', installation: other, watch: world.document, version: 'test', now: MONDAY };
    expect(() => takeUp(world.journal(), taking)).toThrow(
      /of installation 1 as the rig file lab had it, and the rig file now says otherwise/,
    );
    expect(() => takeUp(world.journal(), { ...taking, now: 1000 })).toThrow(/clock of this machine stands at 1970/);
  });
});
