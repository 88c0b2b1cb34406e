import { describe, expect, test } from 'vitest';
import { AlternatingLink } from '../../../sim/world/alternating.ts';
import { compileHan, compileRegimes, compileWan } from '../../../sim/world/compileLinks.ts';
import { HanLink } from '../../../sim/world/hanLink.ts';
import { NO_INTERVALS } from '../../../sim/world/intervals.ts';
import { normalDistribution } from '../../../sim/world/dice/normal.ts';
import { WanLink } from '../../../sim/world/wanLink.ts';
import { DAY, HOUR, WEEK } from '../../../src/time.ts';
import { alternating, expectShare, hanProfile, START, streams, UP, wanProfile, type LinkClass } from './samples.ts';

// The link processes against closed forms. Bounds are five standard errors of the sample, plus what a test says the form
// leaves out. They hold the arithmetic, not the assumption that real links are such processes.

const N = 40_000;

describe('an alternating link is stationary', () => {
  // Means by hand: lognormal exp(mu + sigma^2 / 2), Weibull of shape 1/2 twice its scale (Gamma(3) = 2).
  const kinds: readonly (readonly [string, LinkClass, number])[] = [
    ['exponential', alternating(20, { share: 1, duration: { kind: 'exponential', daysMean: 6 } }), 6],
    ['fixed', alternating(20, { share: 1, duration: { kind: 'fixed', days: 9 } }), 9],
    [
      'lognormal',
      alternating(15, { share: 1, duration: { kind: 'lognormal', daysMedian: 4, sigma: 1 } }),
      4 * Math.exp(0.5),
    ],
    ['weibull', alternating(25, { share: 1, duration: { kind: 'weibull', daysScale: 3, shape: 0.5 } }), 6],
    [
      'a mixture',
      alternating(
        30,
        { share: 0.7, duration: { kind: 'exponential', daysMean: 1 } },
        { share: 0.2, duration: { kind: 'weibull', daysScale: 5, shape: 0.5 } },
        { share: 0.1, duration: { kind: 'lognormal', daysMedian: 20, sigma: 0.8 } },
      ),
      0.7 + 2 + 2 * Math.exp(0.32),
    ],
  ];
  test.each(kinds)('%s outages leave a link available as often at the very start as later', (_, row, downDaysMean) => {
    const classes = compileRegimes({ only: row });
    const link = new AlternatingLink(streams.wan);
    const days = [0, 3, 45, 400];
    const up = days.map(() => 0);
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(classes, entity, START);
      for (const [i, day] of days.entries()) {
        link.advance(START + day * DAY);
        if (link.downSince(START + day * DAY) < 0) up[i] = (up[i] as number) + 1;
      }
    }
    const available = (row.upDaysMean as number) / ((row.upDaysMean as number) + downDaysMean);
    for (const count of up) expectShare(count, N, available, 0.001);
    // Ten times as many at the very start, where one draw is enough.
    let atStart = 0;
    for (let entity = 0; entity < 10 * N; entity += 1) {
      link.begin(classes, entity, START);
      if (link.downSince(START) < 0) atStart += 1;
    }
    expectShare(atStart, 10 * N, available);
  });

  // E[age] = E[L^2] / 2 E[L]: of a lognormal exp(mu + 1.5 sigma^2) / 2, of a Weibull of shape 1/2 six times its scale.
  test.each([
    ['exponential', { kind: 'exponential', daysMean: 6 }, 6],
    ['fixed', { kind: 'fixed', days: 9 }, 4.5],
    ['lognormal', { kind: 'lognormal', daysMedian: 4, sigma: 0.8 }, (4 * Math.exp(0.96)) / 2],
    ['weibull', { kind: 'weibull', daysScale: 3, shape: 0.5 }, 18],
  ] as const)(
    'the outage that covers the start is as old as long ones are: %s, to 3 %%',
    (_, duration, ageDaysMean) => {
      const classes = compileRegimes({ only: alternating(5, { share: 1, duration }) });
      const link = new AlternatingLink(streams.wan);
      let sum = 0;
      let down = 0;
      for (let entity = 0; entity < N; entity += 1) {
        link.begin(classes, entity, START);
        if (link.downSince(START) < 0) continue;
        down += 1;
        sum += (START - (link.from[0] as number)) / DAY;
      }
      expect(Math.abs(sum / down / ageDaysMean - 1)).toBeLessThan(0.03);
    },
  );

  test('installations fall into classes by share, and a dead one was never up', () => {
    const classes = compileRegimes({ a: { ...alternating(5, { share: 1, duration: { kind: 'fixed', days: 1 } }), share: 0.3 }, b: { share: 0.05, dead: true }, c: alternating(9, { share: 1, duration: { kind: 'fixed', days: 1 } }) }); // prettier-ignore
    const link = new AlternatingLink(streams.wan);
    const counts = [0, 0, 0];
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(classes, entity, START);
      counts[link.regimeIndex] = (counts[link.regimeIndex] as number) + 1;
      if (link.regimeIndex === 1) expect(link.downSince(START + 600 * DAY)).toBe(link.from[0]);
    }
    for (const [i, share] of [0.3, 0.05, 0.65].entries()) expectShare(counts[i] as number, N, share);
  });
});

describe('the WAN', () => {
  const up = 20;
  const down = 6;
  const profile = wanProfile({
    only: alternating(up, { share: 1, duration: { kind: 'exponential', daysMean: down } }),
  });
  const available = up / (up + down);

  test('P(no contact for a week) = (1 - A) exp(-week / mean outage), and the link never dies', () => {
    const link = new WanLink(streams);
    const compiled = compileWan(profile);
    let silent = 0;
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(compiled, entity, START, NO_INTERVALS);
      const at = START + 30 * DAY + (entity % DAY);
      if (at - link.lastContact(at) > WEEK) silent += 1;
    }
    expectShare(silent, N, (1 - available) * Math.exp(-7 / down));
  });

  test('the death hazard is exponential', () => {
    const link = new WanLink(streams);
    const compiled = compileWan({ ...profile, deathPerYear: 0.2 });
    const dead = [0, 0];
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(compiled, entity, START, NO_INTERVALS);
      for (const [i, years] of [0.5, 1.5].entries()) {
        if (link.deathAt <= START + years * 365.25 * DAY) dead[i] = (dead[i] as number) + 1;
      }
    }
    for (const [i, years] of [0.5, 1.5].entries()) expectShare(dead[i] as number, N, 1 - Math.exp(-0.2 * years));
  });

  test('a day has its contact unless all of its tries find the link down or lose their wake-up', () => {
    // Two states, Markov: rates out of up and down; forward recursion over tries 3 hours apart.
    const [tries, retryHours, lost, upDays, downDays] = [3, 3, 0.15, 1, 0.5];
    const classes = {
      only: alternating(upDays, { share: 1, duration: { kind: 'exponential' as const, daysMean: downDays } }),
    };
    const contact = { mode: 'daily' as const, windowHours: 2, tries, retryHours, wakeUpLossChance: lost };
    const a = upDays / (upDays + downDays);
    const keep = Math.exp(-(retryHours / 24) * (1 / upDays + 1 / downDays));
    let [failedUp, failedDown] = [a * lost, 1 - a];
    for (let k = 1; k < tries; k += 1) {
      const reachedUp = failedUp * (a + (1 - a) * keep) + failedDown * a * (1 - keep);
      const reachedDown = failedUp * (1 - a) * (1 - keep) + failedDown * (1 - a + a * keep);
      [failedUp, failedDown] = [reachedUp * lost, reachedDown];
    }
    const link = new WanLink(streams);
    const compiled = compileWan(wanProfile(classes, { contact }));
    let none = 0;
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(compiled, entity, START, NO_INTERVALS);
      const day = START + 20 * DAY;
      if (link.lastContact(day + 12 * HOUR) < day) none += 1;
    }
    expectShare(none, N, failedUp + failedDown);
  });
});

describe('the HAN', () => {
  test('a day is audible with the chance that a normal of both variances is above 0 dB', () => {
    const link = new HanLink(streams);
    const budget = { marginDbMean: 4, marginDbSd: 5, driftDbSd: 3, driftDays: 5 };
    const compiled = compileHan(hanProfile(UP, { budget }));
    const days = [1, 200];
    const heard = days.map(() => 0);
    let both = 0;
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(compiled, entity, START);
      const audible = days.map((day) => {
        const end = START + day * DAY + DAY - 1;
        return link.lastContact(end) >= START + day * DAY;
      });
      audible.forEach((yes, i) => (heard[i] = (heard[i] as number) + (yes ? 1 : 0)));
      if (audible.every(Boolean)) both += 1;
    }
    const exact = normalDistribution(4 / Math.sqrt(25 + 9));
    for (const count of heard) expectShare(count, N, exact);
    // The margin stays with the installation: two days far apart go together far more often than by chance.
    expect(both / N).toBeGreaterThan(exact * exact + 0.05);
  });

  test('the drift remembers exactly as many days as its setting', () => {
    const link = new HanLink(streams);
    const compiled = compileHan(
      hanProfile(UP, { budget: { marginDbMean: 0, marginDbSd: 1e-9, driftDbSd: 2, driftDays: 4 } }),
    );
    const together = [1, 2, 3, 4, 5].map(() => 0);
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(compiled, entity, START);
      const today = link.audible(18_700);
      together.forEach(
        (_, i) => (together[i] = (together[i] as number) + (link.audible(18_701 + i) === today ? 1 : 0)),
      );
    }
    // Two normals of correlation r share their sign with the chance 1/2 + asin(r) / pi.
    for (const [i, count] of together.entries()) {
      expectShare(count, N, 0.5 + Math.asin(Math.max(0, 1 - (i + 1) / 4)) / Math.PI);
    }
  });

  test('batteries die and joins are lost at their rates, and neither comes back', () => {
    const link = new HanLink(streams);
    const compiled = compileHan(hanProfile(UP, { batteryDeathPerYear: 0.1, lostJoinPerYear: 0.3 }));
    let dead = 0;
    const at = START + 365.25 * DAY;
    for (let entity = 0; entity < N; entity += 1) {
      link.begin(compiled, entity, START);
      const end = Math.min(link.batteryDeadAt, link.joinLostAt);
      if (end <= at) dead += 1;
      if (entity < 2000 && end <= at) expect(link.lastContact(at + 300 * DAY)).toBeLessThan(end);
    }
    expectShare(dead, N, 1 - Math.exp(-0.4));
  });

  test('earlier questions change no later answer of the HAN', () => {
    const compiled = compileHan(
      hanProfile(
        {
          intermittent: { share: 0.5, ...alternating(3, { share: 1, duration: { kind: 'exponential', daysMean: 9 } }) },
          notJoined: { share: 0.5, dead: true },
        },
        {
          batteryDeathPerYear: 0.7,
          lostJoinPerYear: 0.4,
          budget: { marginDbMean: 1, marginDbSd: 2, driftDbSd: 1.5, driftDays: 3 },
        },
      ),
    );
    const asked = new HanLink(streams);
    let silent = 0;
    for (let entity = 0; entity < 40; entity += 1) {
      asked.begin(compiled, entity, START);
      for (let at = START; at < START + 60 * DAY; at += 23 * HOUR + entity) {
        const fresh = new HanLink(streams);
        fresh.begin(compiled, entity, START);
        const contact = fresh.lastContact(at);
        expect(asked.lastContact(at), `installation ${entity} at ${at}`).toBe(contact);
        if (at - contact > DAY) silent += 1;
      }
    }
    expect(silent).toBeGreaterThan(1000);
  });
});

describe('a link has a past', () => {
  // Short and frequent outages, where a history that begins at the start is most wrong.
  const DAYS = [0, 1, 2, 3, 5, 7, 40];
  const SAMPLE = 8000;
  const attempt = (day: number, entity: number): number =>
    START + day * DAY + 8 * HOUR + ((entity * 7919) % (10 * HOUR));

  /** The share of installations without a contact for a week, on each of the days. */
  function silentShares(silent: (entity: number, at: number) => boolean): number[] {
    const counts = DAYS.map(() => 0);
    for (let entity = 0; entity < SAMPLE; entity += 1) {
      DAYS.forEach((day, i) => (counts[i] = (counts[i] as number) + (silent(entity, attempt(day, entity)) ? 1 : 0)));
    }
    return counts;
  }

  test('P(no contact for a week) is as high on the first day as later, with and without an outage at the start', () => {
    const contact = { mode: 'daily' as const, windowHours: 2, tries: 2, retryHours: 3, wakeUpLossChance: 0.5 };
    const [upDays, downDays] = [2, 2];
    const classes = { only: alternating(upDays, { share: 1, duration: { kind: 'exponential' as const, daysMean: downDays } }) }; // prettier-ignore
    const link = new WanLink(streams);
    const compiled = compileWan(wanProfile(classes, { contact }));
    const counts = silentShares((entity, at) => {
      link.begin(compiled, entity, START, NO_INTERVALS);
      return at - link.lastContact(at) > WEEK;
    });
    // The same by a simulation of its own, which runs forward from long before the start and looks at each try.
    let state = 12_345;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const own = silentShares(
      (() => {
        let of = -1;
        let contacts: number[] = [];
        return (entity, at) => {
          if (entity !== of) [of, contacts] = [entity, contactsOf(contact, upDays, downDays, random)];
          return !contacts.some((tick) => tick <= at && at - tick <= WEEK);
        };
      })(),
    );
    const expected = own.reduce((sum, count) => sum + count, 0) / (own.length * SAMPLE);
    expect(expected).toBeGreaterThan(0.05);
    expect(expected).toBeLessThan(0.15);
    // Both are samples: the error of the difference is sqrt(2) of one, which the bias allows for.
    const error = Math.sqrt((expected * (1 - expected)) / SAMPLE);
    for (const count of counts) expectShare(count, SAMPLE, expected, 3 * error);
  });

  test('a continuous link is up as often at an instant before the start as at any other', () => {
    const [upDays, downDays] = [3, 2];
    for (const duration of [
      { kind: 'exponential', daysMean: downDays },
      { kind: 'fixed', days: downDays },
    ] as const) {
      const classes = compileRegimes({ only: alternating(upDays, { share: 1, duration }) });
      const link = new AlternatingLink(streams.wan);
      const days = [-300, -30, -3, -0.5, 0, 20];
      const up = days.map(() => 0);
      for (let entity = 0; entity < N; entity += 1) {
        link.begin(classes, entity, START);
        // Asked out of order, so that what was asked before must not matter.
        for (const i of [4, 1, 5, 2, 0, 3]) {
          const at = START + (days[i] as number) * DAY;
          link.advance(at);
          if (link.downSince(at) < 0) up[i] = (up[i] as number) + 1;
        }
      }
      for (const count of up) expectShare(count, N, upDays / (upDays + downDays));
    }
  });

  test('a question about the time before the start changes no answer after it, and the reverse', () => {
    const classes = compileRegimes({ only: alternating(1, { share: 1, duration: { kind: 'weibull', daysScale: 1, shape: 0.7 } }) }); // prettier-ignore
    const asked = new AlternatingLink(streams.wan);
    for (let entity = 0; entity < 300; entity += 1) {
      asked.begin(classes, entity, START);
      for (const day of [5, -20, 0.3, -1, -45, 40]) {
        const fresh = new AlternatingLink(streams.wan);
        fresh.begin(classes, entity, START);
        const at = START + day * DAY;
        asked.advance(at);
        fresh.advance(at);
        expect(asked.downSince(at), `${entity} ${day}`).toBe(fresh.downSince(at));
      }
    }
  });
});

/** The contacts of one installation over 140 days before the start and 60 after it, from a link that begins up. */
function contactsOf(
  {
    windowHours,
    tries,
    retryHours,
    wakeUpLossChance,
  }: { windowHours: number; tries: number; retryHours: number; wakeUpLossChance: number },
  upDays: number,
  downDays: number,
  random: () => number,
): number[] {
  const changes: number[] = [START - 140 * DAY];
  while ((changes.at(-1) as number) < START + 60 * DAY) {
    const meanDays = changes.length % 2 === 1 ? upDays : downDays;
    changes.push((changes.at(-1) as number) - meanDays * DAY * Math.log(random()));
  }
  const isUp = (at: number): boolean => changes.findLastIndex((change) => change <= at) % 2 === 0;
  const offset = Math.floor(windowHours * HOUR * random());
  const contacts: number[] = [];
  for (let day = Math.floor(START / DAY) - 20; day < Math.floor(START / DAY) + 60; day += 1) {
    for (let k = 0; k < tries; k += 1) {
      const tick = day * DAY + offset + k * retryHours * HOUR;
      if (!isUp(tick) || random() < wakeUpLossChance) continue;
      contacts.push(tick);
      break;
    }
  }
  return contacts;
}
