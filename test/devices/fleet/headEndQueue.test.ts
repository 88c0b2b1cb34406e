// The queue of the head-end: due time first, never more than so many at once, in virtual and in wall time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serveNow, serveVirtually, type HeadEnd, type Served, type Turn } from '../../../devices/fleet/headEndQueue.ts';
import type { Timers } from '../../../devices/transport/timers.ts';
import { seedNumber } from '../../seed.ts';

const SEED = seedNumber('test/devices/fleet/headEndQueue.test.ts', 7);

interface Done {
  readonly name: number;
  readonly due: number;
  readonly begin: number;
  readonly end: number;
}

/** An installation with events at instants, each of which takes so many seconds. */
function installation(name: number, events: readonly (readonly [number, number])[], done: Done[]): Served {
  let next = 0;
  const served = {
    dueAt: events[0]?.[0],
    freeAt: -Infinity,
    serve({ begin, waited }: Turn) {
      const [, seconds] = events[next] as readonly [number, number];
      served.freeAt = begin + seconds;
      done.push({ name, due: begin - waited, begin, end: served.freeAt });
      next += 1;
      const at = events[next]?.[0];
      served.dueAt = at === undefined ? undefined : Math.max(at, served.freeAt);
      return Promise.resolve();
    },
  };
  return served;
}

function headEnd(connections: number): HeadEnd {
  return { connections, lateSeconds: Infinity, signal: new AbortController().signal, onTurn: () => undefined };
}

const day = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 60 })), { maxLength: 6 });
const fleet = fc.tuple(fc.array(day.map((events) => events.toSorted((a, b) => a[0] - b[0])), { maxLength: 12 }), fc.integer({ min: 1, max: 4 })); // prettier-ignore

test('turns begin in the order in which they were due, with no connection more than there are, and none idle', async () => {
  await fc.assert(
    fc.asyncProperty(fleet, async ([days, connections]) => {
      const done: Done[] = [];
      await serveVirtually(days.map((events, i) => installation(i, events, done)), headEnd(connections)); // prettier-ignore
      expect(done).toHaveLength(days.flat().length);
      for (const [i, one] of done.entries()) {
        const before = done[i - 1];
        if (before) expect(one.begin >= before.begin && one.due >= before.due).toBe(true);
        const open = done.filter((other) => other !== one && other.begin <= one.begin && other.end > one.begin);
        expect(open.filter((other) => done.indexOf(other) < i).length).toBeLessThan(connections);
        // Whoever waits, waits for a full house.
        const full = done.filter(
          (other) => done.indexOf(other) < i && other.begin < one.begin && other.end >= one.begin,
        );
        if (one.begin > one.due) expect(full.length).toBeGreaterThanOrEqual(connections);
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test('in wall time, at most so many are served at once, and what was thrown ends it', async () => {
  let now = 0;
  const timers: Timers = {
    nowMilliseconds: () => now,
    after(delay, action) {
      const handle = setTimeout(() => {
        now += delay;
        action();
      });
      return () => clearTimeout(handle);
    },
  };
  let open = 0;
  let most = 0;
  const all = Array.from({ length: 7 }, (_, i): Served => {
    const served = {
      dueAt: i as number | undefined,
      freeAt: 0,
      async serve() {
        most = Math.max(most, (open += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        open -= 1;
        served.dueAt = undefined;
      },
    };
    return served;
  });
  expect(await serveNow(all, timers, headEnd(3))).toBe(true);
  expect(most).toBeLessThanOrEqual(3);
  const broken: Served = { dueAt: 0, freeAt: 0, serve: () => Promise.reject(new Error('full disk')) };
  await expect(serveNow([broken], timers, headEnd(1))).rejects.toThrow('full disk');
});
