import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNCERTAIN } from '../../../../sim/world/alternating.ts';
import { seedWords, Stream, STREAMS, threefry, words } from '../../../../sim/world/dice/draws.ts';
import { FirstDraw } from '../../../../sim/world/dice/firstDraw.ts';
import { compileHan, HanLink } from '../../../../sim/world/hanLink.ts';
import { intervals, NO_INTERVALS } from '../../../../sim/world/intervals.ts';
import { COLUMN_MAX, scalarColumns, threefryColumns } from '../../../../sim/world/dice/threefryColumns.ts';
import { compileWan, WanLink } from '../../../../sim/world/wanLink.ts';
import { DAY, HOUR } from '../../../../src/time.ts';
import { alternating, hanProfile, SEED, START, streams, wanProfile, type Classes } from '../samples.ts';

// What is drawn ahead for a block of installations against what is drawn of one. That V8 runs the assembled module, and does
// not fall back to the scalar columns, is asserted; on a processor without the instructions that test says so by failing.
console.log(`ahead: seed ${SEED}`);

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('columns of Threefry', () => {
  const assembled = threefryColumns();

  test('are those of the assembled module here', () => {
    expect(assembled.first.buffer.byteLength).toBe(65_536);
    expect(assembled.first.buffer).toBe(assembled.second.buffer);
  });

  test.each([
    ['assembled', assembled],
    ['scalar', scalarColumns()],
  ])('%s: the words of each counter, whatever the key, the run and its length', (_, columns) => {
    fc.assert(
      fc.property(
        word,
        word,
        fc.nat(2 ** 30),
        word,
        fc.integer({ min: 1, max: COLUMN_MAX }),
        (k0, k1, from, index, n) => {
          columns.fill(k0, k1, from, index, n);
          for (const i of [0, 1, n >> 1, n - 1]) {
            if (i >= n) continue;
            threefry(k0, k1, from + i, index);
            expect([columns.first[i], columns.second[i]]).toEqual([...words]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('a first draw gives the words of the stream, within the block drawn ahead and around it', () => {
  const stream = new Stream(seedWords(SEED), 3, STREAMS.wan);
  const draw = new FirstDraw(stream, 7);
  const taken = (entity: number): number[] => {
    draw.take(entity);
    return [...words];
  };
  draw.ahead(1000, 50);
  for (const entity of [0, 998, 999, 1000, 1001, 1048, 1049, 1050, 1051, 5000]) {
    stream.draw(entity, 7);
    const own = [...words];
    expect(taken(entity), String(entity)).toEqual(own);
  }
});

const CLASSES: Classes = {
  steady: { ...alternating(60, { share: 1, duration: { kind: 'exponential', daysMean: 2 } }), share: 0.8 },
  patchy: { ...alternating(2, { share: 1, duration: { kind: 'fixed', days: 4 } }), share: 0.15 },
  dead: { share: 0.05, dead: true },
};
const COUNT = 900;
/** Instants over two months, each second of the day. */
const at = Float64Array.from(
  { length: COUNT },
  (_, i) => START + Math.floor((i * 61 * DAY) / COUNT) + ((i * 7919) % DAY),
);

/** Positions that were certain, and those of them at which the link itself says otherwise. */
function compared(contact: Float64Array, asked: (i: number) => number): { certain: number; wrong: number[] } {
  const certain = Array.from(contact.keys()).filter((i) => contact[i] !== UNCERTAIN);
  return { certain: certain.length, wrong: certain.filter((i) => contact[i] !== asked(i)) };
}

describe('a contact that is certain is the last contact', () => {
  const daily = { mode: 'daily', windowHours: 2, tries: 3, retryHours: 3 } as const;
  const outages = intervals([[START + 10 * DAY, START + 12 * DAY], [START + 30 * DAY, START + 30 * DAY + 6 * HOUR]]); // prettier-ignore

  test.each([
    ['continuous', { contact: { mode: 'continuous' } }, null],
    ['continuous, of hubs that die, in shared outages', { contact: { mode: 'continuous' }, deathPerYear: 2 }, outages],
    ['daily', { contact: { ...daily, wakeUpLossChance: 0 } }, null],
    [
      'daily by a wake-up that may be lost, of hubs that die',
      { contact: { ...daily, wakeUpLossChance: 0.3 }, deathPerYear: 1 },
      outages,
    ],
  ] as const)('of a WAN in contact: %s', (_, rest, shared) => {
    const profile = compileWan(wanProfile(CLASSES, rest));
    const link = new WanLink(streams);
    const contact = new Float64Array(COUNT);
    const from = 40_000;
    link.ahead(profile, from, COUNT);
    const each = shared ? Array.from({ length: COUNT }, () => shared) : null;
    link.own.sift(profile.classes, START, COUNT, at, contact);
    link.refine(profile, START, { from, count: COUNT, contact }, each);
    const { certain, wrong } = compared(contact, (i) => {
      link.begin(profile, from + i, START, shared ?? NO_INTERVALS);
      expect(link.up(at[i] as number), String(i)).toBe(true);
      return link.lastContact(at[i] as number);
    });
    expect(wrong).toEqual([]);
    expect(certain).toBeGreaterThan(COUNT / 8);
    expect(certain).toBeLessThan(COUNT);
  });

  test.each([
    ['always awake', { wakeMinutes: 0 }],
    ['sleepy', { wakeMinutes: 30 }],
    ['sleepy, of meters that die or lose their join', { wakeMinutes: 30, batteryDeathPerYear: 1, lostJoinPerYear: 1 }],
    [
      'within a link budget',
      { wakeMinutes: 30, budget: { marginDbMean: 15, marginDbSd: 10, driftDbSd: 3, driftDays: 5 } },
    ],
  ] as const)('of a HAN %s', (_, rest) => {
    const profile = compileHan(hanProfile(CLASSES, rest));
    const link = new HanLink(streams);
    const contact = new Float64Array(COUNT);
    const from = 70_000;
    link.ahead(profile, from, COUNT);
    link.own.sift(profile.classes, START, COUNT, at, contact);
    link.refine(profile, START, COUNT, contact);
    const { certain, wrong } = compared(contact, (i) => {
      link.begin(profile, from + i, START);
      expect(link.reach(), String(i)).toBe('always');
      return link.lastContact(at[i] as number);
    });
    expect(wrong).toEqual([]);
    expect(certain).toBeGreaterThan(COUNT / 8);
    expect(certain).toBeLessThan(COUNT);
  });
});
