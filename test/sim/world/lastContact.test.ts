import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FOREVER, type AlternatingLink } from '../../../sim/world/alternating.ts';
import { first, second } from '../../../sim/world/dice/draws.ts';
import { compileHan, compileWan } from '../../../sim/world/compileLinks.ts';
import { HanLink } from '../../../sim/world/hanLink.ts';
import type { Intervals } from '../../../sim/world/intervals.ts';
import { intervals } from '../../../sim/world/mergedIntervals.ts';
import { WanLink } from '../../../sim/world/wanLink.ts';
import { DAY, HOUR, MINUTE } from '../../../src/time.ts';
import { alternating, hanProfile, SEED, START, streams, wanProfile, type Classes } from './samples.ts';

// lastContact against an oracle that asks tick after tick, forwards for days and backwards for seconds, and skips nothing.
// Own outages are taken as drawn (links.test.ts holds their law); shared outages and planned windows are generated here.
console.log(`lastContact: seed ${SEED}`);

const CLASSES: Classes = {
  patchy: { ...alternating(1, { share: 0.6, duration: { kind: 'exponential', daysMean: 0.5 } }, { share: 0.4, duration: { kind: 'fixed', days: 4 } }), share: 0.7 }, // prettier-ignore
  bad: { ...alternating(0.3, { share: 1, duration: { kind: 'weibull', daysScale: 2, shape: 0.7 } }), share: 0.25 },
  dead: { share: 0.05, dead: true },
};

/** Outages that others share, up to 60 days after the start: long and short, touching and overlapping. */
const sharedArbitrary = fc
  .array(
    fc.tuple(
      fc.integer({ min: -10 * DAY, max: 60 * DAY }),
      fc.oneof(fc.integer({ min: 1, max: 6 * HOUR }), fc.integer({ min: DAY, max: 9 * DAY })),
    ),
    { maxLength: 12 },
  )
  .map((rows) => intervals(rows.map(([from, length]) => [START + from, START + from + length] as const)));
const atArbitrary = fc.integer({ min: 0, max: 60 * DAY }).map((offset) => START + offset);
const cases = fc.tuple(fc.nat(100_000), atArbitrary, sharedArbitrary);

type Stretch = readonly [number, number];

function stretches(...of: { from: ArrayLike<number>; to: ArrayLike<number>; count?: number }[]): Stretch[] {
  return of.flatMap(({ from, to, count }) =>
    Array.from({ length: count ?? from.length }, (_, i): Stretch => [from[i] as number, to[i] as number]),
  );
}

function isDown(all: readonly Stretch[], at: number): boolean {
  return all.some(([from, to]) => from <= at && at < to);
}

/** How far back the oracle looks; the model owes an answer further back only in that it lies further back. */
const BACK = 30 * DAY;

/** The own outages of a link as far back as the oracle looks. */
function ownStretches(own: AlternatingLink, at: number): Stretch[] {
  own.advance(at);
  own.downSince(at - BACK);
  return stretches(own, { from: own.pastFrom, to: own.pastTo, count: own.pastCount });
}

function outagesOf(link: WanLink, at: number, shared: Intervals): Stretch[] {
  const all = [...ownStretches(link.own, at), ...stretches(shared)];
  if (link.deathAt < FOREVER) all.push([link.deathAt, FOREVER]);
  return all.filter(([from, to]) => to > at - BACK && from <= at);
}

describe('the WAN', () => {
  test('the last contact of a continuous WAN is the last second that no outage covers', () => {
    const link = new WanLink(streams);
    const compiled = compileWan(wanProfile(CLASSES, { deathPerYear: 2 }));
    fc.assert(
      fc.property(cases, ([entity, at, shared]) => {
        link.begin(compiled, entity, START, shared);
        const all = outagesOf(link, at, shared);
        let tick = at;
        // Second by second where something can change, which is next to an edge; elsewhere all seconds are alike.
        while (tick > at - BACK && isDown(all, tick)) {
          const edge = Math.max(...all.filter(([from, to]) => from <= tick && tick < to).map(([from]) => from));
          tick = tick - edge > 3 ? Math.ceil(edge) + 1 : tick - 1;
        }
        const found = link.lastContact(at);
        if (tick > at - BACK) expect(found).toBe(tick);
        else expect(found).toBeLessThanOrEqual(at - BACK);
        expect(link.up(at)).toBe(!isDown(all, at));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  test.each([0, 0.3])(
    'the last contact of a daily WAN is the first good try of the last day that has one; wake-ups are lost with chance %f',
    (loss) => {
      const contact = { mode: 'daily' as const, windowHours: 5, tries: 4, retryHours: 1.5, wakeUpLossChance: loss };
      const link = new WanLink(streams);
      const compiled = compileWan(wanProfile(CLASSES, { contact, deathPerYear: 2 }));
      fc.assert(
        fc.property(cases, ([entity, at, shared]) => {
          link.begin(compiled, entity, START, shared);
          const all = outagesOf(link, at, shared);
          streams.wanDeath.draw(entity, 0);
          const offset = Math.floor(contact.windowHours * HOUR * second());
          let contacted = -1;
          for (let day = Math.floor((at - BACK) / DAY) + 1; day <= Math.floor(at / DAY); day += 1) {
            for (let k = 0; k < contact.tries; k += 1) {
              const tick = Math.floor(day * DAY + offset + k * contact.retryHours * HOUR);
              if (tick > at || isDown(all, tick)) continue;
              streams.wakeUp.draw(entity, day * 8 + k);
              if (loss > 0 && first() < loss) continue;
              contacted = tick;
              break;
            }
          }
          const found = link.lastContact(at);
          if (contacted >= 0) expect(found).toBe(contacted);
          else expect(found).toBeLessThan(at - BACK + DAY + 10 * HOUR);
        }),
        { numRuns: 3000, seed: 2 },
      );
    },
  );
});

test('the last contact of a sleepy GSME is its last waking on an audible day outside outages', () => {
  const link = new HanLink(streams);
  const budget = { marginDbMean: 2, marginDbSd: 3, driftDbSd: 3, driftDays: 3 };
  const compiled = compileHan(hanProfile(CLASSES, { budget, batteryDeathPerYear: 1, lostJoinPerYear: 1 }));
  fc.assert(
    fc.property(cases, ([entity, at]) => {
      link.begin(compiled, entity, START);
      const all = ownStretches(link.own, at).filter(([from, to]) => to > at - BACK && from <= at);
      const end = Math.min(link.batteryDeadAt, link.joinLostAt);
      let tick = Math.floor(at / (30 * MINUTE)) * 30 * MINUTE;
      while (tick > at - BACK && (tick >= end || isDown(all, tick) || !link.audible(Math.floor(tick / DAY)))) {
        tick -= 30 * MINUTE;
      }
      const found = link.lastContact(at);
      if (tick > at - BACK) expect(found).toBe(tick);
      else expect(found).toBeLessThanOrEqual(at - BACK);
    }),
    { numRuns: 2000, seed: 3 },
  );
});
