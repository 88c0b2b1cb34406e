import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_INTERVALS } from '../../../sim/world/intervals.ts';
import { intervals } from '../../../sim/world/mergedIntervals.ts';
import { DAY } from '../../../src/time.ts';
import { seedNumber } from '../../seed.ts';

/** Near the edges of days, where the marks of days change. */
const instant = fc
  .tuple(
    fc.integer({ min: 18_600, max: 18_640 }),
    fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: 0, max: DAY })),
  )
  .map(([day, seconds]) => day * DAY + seconds);
const length = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 * DAY }), fc.constant(1e11));
const pairs = fc.array(
  fc.tuple(instant, length).map(([from, seconds]): [number, number] => [from, from + seconds]),
  { maxLength: 12 },
);

test('covering finds the same as a look at every stretch', () => {
  fc.assert(
    fc.property(pairs, fc.array(fc.oneof(instant, fc.constantFrom(0, -1, 1e12)), { maxLength: 40 }), (given, more) => {
      const merged = intervals(given);
      const rows = Array.from(merged.from, (from, i) => [from, merged.to[i] as number] as const);
      for (const at of [...given.flat(), ...given.map(([, to]) => to - 1), ...more]) {
        expect(merged.covering(at)).toBe(rows.findIndex(([from, to]) => at >= from && at < to));
        expect(merged.covering(at) >= 0).toBe(given.some(([from, to]) => at >= from && at < to));
      }
    }),
    { numRuns: 2000, seed: seedNumber(import.meta.filename, 1) },
  );
});

test('an instant that nothing covers is clear until the next stretch begins', () => {
  fc.assert(
    fc.property(pairs, fc.array(instant, { minLength: 1, maxLength: 40 }), (given, instants) => {
      const merged = intervals(given);
      for (const at of instants.filter((clear) => merged.covering(clear) < 0))
        expect(merged.clearUntil(at)).toBe(merged.from.find((from) => from > at) ?? Infinity);
    }),
    { numRuns: 500, seed: seedNumber(import.meta.filename, 2) },
  );
});

test('nothing covers where there is nothing', () => {
  for (const at of [-1, 0, 18_600 * DAY, 1e12]) {
    expect(NO_INTERVALS.covering(at)).toBe(-1);
    expect(NO_INTERVALS.clearUntil(at)).toBe(Infinity);
  }
});
