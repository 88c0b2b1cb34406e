// The lengths of outages: a shape is told where the data tell it, and its range holds as often as it says.
import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../src/time.ts';
import { compileWan } from '../../../sim/world/compileLinks.ts';
import { LifeStreams } from '../../../sim/world/dice/lifeStreams.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { NO_INTERVALS } from '../../../sim/world/intervals.ts';
import { fitLengths, type LengthsFit } from '../../../sim/world/fitLengths.ts';
import type { Look } from '../../../sim/world/profile/fitLink.ts';
import { wanProfile } from '../../../sim/world/profile/linkSchema.ts';
import { WanLink } from '../../../sim/world/wanLink.ts';
import { sampleSize } from '../../sampleSize.ts';
import { repeat, seedText } from '../../seed.ts';

const FILE = 'test/sim/world/fitLengths.test.ts';
const SEED = seedText(FILE, 'fitLengths');
const START = Date.UTC(2022, 0, 10) / 1000;
const SEEDS = sampleSize('FIT_SEEDS', { whole: 100, part: 8 });
/** Links of one fit, and days that each is called. */
const LINKS = 6;
const DAYS = 365;

type Duration = { kind: 'exponential'; daysMean: number } | { kind: 'weibull'; daysScale: number; shape: number };

/** Calls of one link: three tries a day until it answers. */
function looksAt(entity: number, duration: Duration): Look[] {
  const profile = wanProfile.parse({ contact: { mode: 'daily' }, classes: { one: { upDaysMean: 15, down: [{ share: 1, duration }] } } }); // prettier-ignore
  const link = new WanLink(new LifeStreams(seedWords(SEED), 0));
  link.begin(compileWan(profile), entity, START, NO_INTERVALS);
  const looks: Look[] = [];
  for (let day = 0; day < DAYS; day += 1)
    for (let k = 0; k < 3; k += 1) {
      const at = START + day * DAY + HOUR + k * 3 * HOUR;
      const isUp = link.reaches(at);
      looks.push({ at, isUp });
      if (isUp) break;
    }
  return looks;
}

function fits(duration: Duration): LengthsFit[] {
  return Array.from({ length: SEEDS }, (_, seed) => {
    const fit = fitLengths(Array.from({ length: LINKS }, (__, i) => looksAt(seed * LINKS + i, duration)));
    if (fit === undefined) throw new Error('too few outages');
    return fit;
  });
}

describe.each<{ duration: Duration; shape: number; mean: number; holds: number }>([
  { duration: { kind: 'exponential', daysMean: 4 }, shape: 1, mean: 4, holds: 0.9 },
  { duration: { kind: 'weibull', daysScale: 4, shape: 0.6 }, shape: 0.6, mean: 6.02, holds: 0.9 },
  { duration: { kind: 'weibull', daysScale: 4, shape: 2 }, shape: 2, mean: 3.545, holds: 0.8 },
])('outages of $duration', ({ duration, shape, mean, holds }) => {
  test('have a shape whose range holds as often as is said, and are told from exponential where they are not', () => {
    const all = fits(duration);
    const held = all.filter((fit) => fit.shape.from <= shape && shape <= fit.shape.to).length;
    const told = all.filter(({ lengths }) => lengths === 'weibull').length;
    const means = all.map(({ daysMean }) => daysMean).sort((a, b) => a - b);
    console.log(`${held} of ${SEEDS} held, ${told} told as Weibull, median mean ${means[SEEDS >> 1]!.toFixed(2)} days`);
    const spare = (p: number): number => 4 * Math.sqrt((p * (1 - p)) / SEEDS);
    expect(held / SEEDS, repeat(FILE, SEED)).toBeGreaterThan(holds - spare(holds));
    if (shape === 1) expect(told / SEEDS, repeat(FILE, SEED)).toBeLessThan(0.05 + spare(0.05));
    else expect(told / SEEDS, repeat(FILE, SEED)).toBeGreaterThan(0.8 - spare(0.8));
    expect(means[SEEDS >> 1]! / mean).toBeGreaterThan(0.8);
    expect(means[SEEDS >> 1]! / mean).toBeLessThan(1.25);
  });
});

test('few outages tell no shape', () => {
  const states = '1100011000110001100011000111';
  const looks = (days: string): Look[] => Array.from(days, (state, day) => ({ at: START + day * DAY, isUp: state === '1' })); // prettier-ignore
  expect(fitLengths([looks(states)])).toBeUndefined();
  // The same length every time is no exponential.
  const fit = fitLengths([looks(states.repeat(6))]);
  expect(fit).toMatchObject({ lengths: 'weibull', outages: 30 });
  expect(fit!.shape.value).toBeGreaterThan(1.5);
});
