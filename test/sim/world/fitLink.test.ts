// A fit gives back what it was made from: the world's own link, looked at as a head-end looks at it.
import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../src/time.ts';
import { compileWan } from '../../../sim/world/compileLinks.ts';
import { LifeStreams } from '../../../sim/world/dice/lifeStreams.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { NO_INTERVALS } from '../../../sim/world/intervals.ts';
import { fitLinks, type Look } from '../../../sim/world/profile/fitLink.ts';
import { wanProfile } from '../../../sim/world/profile/linkSchema.ts';
import { WanLink } from '../../../sim/world/wanLink.ts';
import { sampleSize } from '../../sampleSize.ts';
import { repeat, seedText } from '../../seed.ts';

const FILE = 'test/sim/world/fitLink.test.ts';
const SEED = seedText(FILE, 'fitLink');
const START = Date.UTC(2022, 0, 10) / 1000;
const SEEDS = sampleSize('FIT_SEEDS', { whole: 200, part: 60 });

/** Daily contacts with three tries, three hours apart; some days nobody looks. */
function looksAt(
  entity: number,
  days: number,
  of: { upDaysMean: number; downDays: number },
  away: (day: number) => boolean,
): Look[] {
  const profile = wanProfile.parse({ contact: { mode: 'daily' }, classes: { one: { upDaysMean: of.upDaysMean, down: [{ share: 1, duration: { kind: 'exponential', daysMean: of.downDays } }] } } }); // prettier-ignore
  const link = new WanLink(new LifeStreams(seedWords(SEED), 0));
  link.begin(compileWan(profile), entity, START, NO_INTERVALS);
  const looks: Look[] = [];
  for (let day = 0; day < days; day += 1) {
    for (let k = 0; k < 3 && !away(day); k += 1) {
      const at = START + day * DAY + HOUR + k * 3 * HOUR;
      const isUp = link.reaches(at);
      looks.push({ at, isUp });
      if (isUp) break;
    }
  }
  return looks;
}

describe.each([
  { upDaysMean: 8, downDays: 3 },
  { upDaysMean: 25, downDays: 1.5 },
])('a link with %j, watched for a year', (truth) => {
  test.each([
    ['every day', () => false],
    ['with the bench away for a third of the time', (day: number) => day % 30 < 10],
  ] as const)('%s: the stated ranges hold as often as they say', (_, away) => {
    const held = { up: 0, down: 0, share: 0 };
    let fitted = 0;
    for (let entity = 0; entity < SEEDS; entity += 1) {
      const result = fitLinks([looksAt(entity, 365, truth, away)]);
      if (!result.ok) continue;
      fitted += 1;
      const { upDaysMean: up, downDaysMean: down, shareDown: share } = result.fit;
      const shareTrue = truth.downDays / (truth.downDays + truth.upDaysMean);
      held.up += up.from <= truth.upDaysMean && truth.upDaysMean <= up.to ? 1 : 0;
      held.down += down.from <= truth.downDays && truth.downDays <= down.to ? 1 : 0;
      held.share += share.from <= shareTrue && shareTrue <= share.to ? 1 : 0;
    }
    console.log(`${fitted} of ${SEEDS} fitted; held: ${JSON.stringify(held)}`);
    expect(fitted).toBeGreaterThan(0.9 * SEEDS);
    // Nine times in ten, within four standard errors.
    const least = 0.9 - 4 * Math.sqrt(0.09 / fitted);
    for (const [name, count] of Object.entries(held))
      expect(count / fitted, `${name}; ${repeat(FILE, SEED)}`).toBeGreaterThan(least);
  });
});

test('a bench that was away is no outage', () => {
  const truth = { upDaysMean: 1000, downDays: 1 };
  const looks = looksAt(1, 60, truth, (day) => day > 5 && day < 40);
  expect(looks.every(({ isUp }) => isUp)).toBe(true);
  expect(fitLinks([looks])).toMatchObject({ ok: false, counts: { outages: 0, silentLooks: 0 }, why: expect.stringContaining('0 outages') as string }); // prettier-ignore
});

test('a hub that never answered is dead, and not a link with a long outage', () => {
  const looks = Array.from({ length: 30 }, (_, day): Look => ({ at: START + day * DAY, isUp: false }));
  expect(fitLinks([looks])).toMatchObject({ ok: false, why: expect.stringContaining('dead: true') as string });
});

test('outages that are cut off at either end are counted as such', () => {
  const states = '0011100110110';
  const looks = Array.from(states, (state, day): Look => ({ at: START + day * DAY, isUp: state === '1' }));
  const result = fitLinks([looks]);
  expect(result.ok && result.fit.counts).toMatchObject({ outages: 3, cutAtStart: 1, cutAtEnd: 1, silentLooks: 6 });
});

test('many links together narrow the range', () => {
  const truth = { upDaysMean: 8, downDays: 3 };
  const all = Array.from({ length: 20 }, (_, entity) => looksAt(entity, 90, truth, () => false));
  const one = fitLinks([all[0]!]);
  const many = fitLinks(all);
  if (!many.ok) throw new Error(many.why);
  const { from, to } = many.fit.downDaysMean;
  expect(from < 3 && 3 < to).toBe(true);
  if (one.ok) expect(to / from).toBeLessThan(one.fit.downDaysMean.to / one.fit.downDaysMean.from);
});
