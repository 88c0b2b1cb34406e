// The bounds that answer most questions about a link, against the numbers that they bound; and links that answer by bounds
// against links that compute every outage.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AlternatingLink } from '../../../sim/world/alternating.ts';
import { compileRegimes } from '../../../sim/world/compileLinks.ts';
import { leastMinusLog, LENGTH_SHIFT, MINUS_LOG_WITHIN } from '../../../sim/world/dice/bounds.ts';
import { uniform } from '../../../sim/world/dice/draws.ts';
import { DAY } from '../../../src/time.ts';
import { seedNumber } from '../../seed.ts';
import { alternating, START, streams } from './samples.ts';

const SEED = seedNumber(import.meta.filename, 7);
/** Words of every magnitude, with those at the borders of cells. */
const word = fc
  .tuple(fc.integer(), fc.nat(31), fc.integer({ min: -1, max: 1 }))
  .map(([bits, shift, by]) => ((bits >>> shift) + by) | 0);

const CLASSES = [
  alternating(4, { share: 1, duration: { kind: 'lognormal', daysMedian: 0.33, sigma: 1 } }),
  alternating(
    20,
    { share: 0.9, duration: { kind: 'exponential', daysMean: 0.5 } },
    { share: 0.1, duration: { kind: 'weibull', daysScale: 10, shape: 0.7 } },
  ),
  alternating(0.05, { share: 1, duration: { kind: 'fixed', days: 0.01 } }),
];

describe('bounds', () => {
  test('the bound of -log lies below it, and by no more than it says', () => {
    fc.assert(
      fc.property(word, (bits) => {
        const exact = -Math.log(uniform(bits));
        expect(leastMinusLog(bits)).toBeLessThanOrEqual(exact);
        expect(leastMinusLog(bits) + MINUS_LOG_WITHIN).toBeGreaterThanOrEqual(exact);
      }),
      { numRuns: 20_000, seed: SEED },
    );
  });

  test('the length of an outage lies between its bounds, and most lengths have bounds', () => {
    for (const row of CLASSES) {
      const regime = compileRegimes({ only: row }).regimes[0];
      if (regime === undefined) throw new Error('the class has a regime');
      let bounded = 0;
      fc.assert(
        fc.property(fc.integer(), (bits) => {
          const cell = bits >>> LENGTH_SHIFT;
          const least = regime.downBounds[2 * cell] as number;
          if (least < 0) return;
          bounded += 1;
          const length = regime.down.quantile(uniform(bits));
          expect(least).toBeLessThanOrEqual(length);
          expect(regime.downBounds[2 * cell + 1] as number).toBeGreaterThanOrEqual(length);
        }),
        { numRuns: 5000, seed: SEED },
      );
      expect(bounded).toBeGreaterThan(3500);
    }
  });

  test('a link that answers by bounds answers like one that computes every outage', () => {
    const exact = new AlternatingLink(streams.wan);
    const lazy = new AlternatingLink(streams.wan, false);
    const questions = fc.array(fc.double({ min: -20, max: 400, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(CLASSES.length - 1), fc.nat(100_000), questions, fc.nat(3), (row, entity, days, edge) => {
        const classes = compileRegimes({ only: CLASSES[row] as (typeof CLASSES)[number] });
        exact.begin(classes, entity, START);
        lazy.begin(classes, entity, START);
        const ask = (at: number): void => {
          exact.advance(at);
          lazy.advance(at);
          expect(lazy.downSince(at), `entity ${entity}, ${at}`).toBe(exact.downSince(at));
          if (exact.downSince(at) < 0) expect(exact.downSince(lazy.upUntil(at) - 1e-4)).toBe(-1);
        };
        for (const day of days) ask(START + day * DAY);
        // Next to the edges of an outage, where the bounds cannot decide.
        const i = exact.count - 1 - edge;
        if (i < 0) return;
        for (const at of [exact.from[i] as number, exact.to[i] as number])
          for (const by of [-1e-3, 0, 1e-3]) ask(at + by);
      }),
      { numRuns: 3000, seed: SEED },
    );
  });
});
