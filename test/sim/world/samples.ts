import { expect } from 'vitest';
import type { HanProfile, WanProfile } from '../../../sim/world/profile/linkSchema.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { LifeStreams } from '../../../sim/world/dice/lifeStreams.ts';
import { seedWords, STREAMS } from '../../../sim/world/dice/streams.ts';
import { instant } from '../../../src/time.ts';
import { seedText } from '../../seed.ts';

export const START = instant('2021-02-01T00:00:00Z');
export const SEED = seedText(import.meta.dirname, 'world');

/** Streams that are not turned to a population: entities count from 0. */
export const streams = Object.assign(new LifeStreams(seedWords(SEED), 0), {
  sharedOutages: new Stream(seedWords(SEED), 0, STREAMS.sharedOutages),
});

/** Standard errors that a law allows: about one false alarm in 1.7 million; the seed is fixed besides. */
const ERRORS = 5;

/** Holds a share counted over n independent installations to its closed form; `bias` is what the form itself leaves out. */
export function expectShare(count: number, n: number, exact: number, bias = 0): void {
  const error = Math.sqrt((exact * (1 - exact)) / n);
  expect(Math.abs(count / n - exact), `${count / n} for ${exact}, error ${error}`).toBeLessThan(ERRORS * error + bias);
}

export type Classes = WanProfile['classes'];
export type LinkClass = Classes[string];

export function alternating(upDaysMean: number, ...down: NonNullable<LinkClass['down']>): LinkClass {
  return { dead: false, upDaysMean, down };
}

export function wanProfile(classes: Classes, more: Partial<WanProfile> = {}): WanProfile {
  return { contact: { mode: 'continuous' }, classes, deathPerYear: 0, ...more };
}

export function hanProfile(classes: Classes, more: Partial<HanProfile> = {}): HanProfile {
  return { wakeMinutes: 30, classes, batteryDeathPerYear: 0, lostJoinPerYear: 0, ...more };
}

/** Up for all that any window can see. */
export const UP: Classes = { up: alternating(1e7, { share: 1, duration: { kind: 'fixed', days: 1e-4 } }) };
