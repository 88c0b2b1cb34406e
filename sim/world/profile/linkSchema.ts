import { z } from 'zod';
import { OUTAGES_EXPECTED_MAX } from './linkLimits.ts';
import { name, perYear, positive, share } from './worldNumbers.ts';

/** The fields of durations and links, in a scenario and in a fleet file. */
export const duration = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('fixed').describe('always the same'),
      days: positive.describe('the duration, days'),
    }),
    z.strictObject({
      kind: z.literal('exponential').describe('memoryless'),
      daysMean: positive.describe('its mean, days'),
    }),
    z.strictObject({
      kind: z.literal('lognormal').describe('heavy-tailed'),
      daysMedian: positive.describe('its median, days'),
      sigma: positive.max(4).describe('standard deviation of its natural logarithm'),
    }),
    z.strictObject({
      kind: z.literal('weibull').describe('heavy-tailed for shapes below 1'),
      daysScale: positive.describe('its scale, days: 63.2 % are shorter'),
      shape: z.number().min(0.3).max(10).describe('its shape; 1: exponential'),
    }),
  ])
  .describe('a distribution of durations, in days');

export const outage = z
  .array(z.strictObject({ share: share.describe('share of the outages'), duration }))
  .min(1)
  .max(8)
  .describe('a mixture of durations; the shares sum to 1');

const wanContact = z
  .discriminatedUnion('mode', [
    z
      .strictObject({ mode: z.literal('continuous').describe('no schedule') })
      .describe('in contact whenever the link is up'),
    z
      .strictObject({
        mode: z.literal('daily').describe('once a day'),
        windowHours: z
          .number()
          .min(0)
          .max(12)
          .default(2)
          .describe('the daily contact falls within this many hours after 00:00, at a time of each hub'),
        tries: z.number().int().min(1).max(6).default(3).describe('tries a day until one succeeds'),
        retryHours: positive.max(6).default(3).describe('hours between the tries of a day'),
        wakeUpLossChance: share
          .default(0)
          .describe('chance that the SMS wake-up of a try is lost; 0: the hub calls by itself'),
      })
      .describe('contact at a daily scheduled time with retries'),
  ])
  .describe('when the link makes contact while it is up');

export const linkClass = z.strictObject({
  share: share.describe('share of the installations; one class may leave it out and takes the remainder').optional(),
  upDaysMean: positive
    .describe(
      `mean time between outages, days (exponential); at least the days of the simulation / ${OUTAGES_EXPECTED_MAX} (our assumption: a link keeps at most 20,000 outages)`,
    )
    .optional(),
  down: outage.optional().describe('how long outages last: a mixture of durations'),
  dead: z.boolean().default(false).describe('never up; then upDaysMean and down are left out'),
});

export const wanProfile = z.strictObject({
  contact: wanContact,
  classes: z.record(name, linkClass).describe('regimes; an installation stays in one'),
  deathPerYear: perYear.default(0).describe('hazard of dying for good, a year'),
  latency: z
    .strictObject({
      millisecondsMedian: positive.max(600_000).describe('median over hubs, milliseconds'),
      sigma: z.number().min(0).max(4).default(0).describe('standard deviation of its natural logarithm over hubs'),
    })
    .optional()
    .describe('round trip of a message; a fleet has it on the wire, a simulation passes it over'),
});

export const hanProfile = z.strictObject({
  wakeMinutes: z
    .number()
    .min(0)
    .max(1440)
    .default(30)
    .describe('the sleepy GSME wakes every so many minutes; 0: continuous contact'),
  classes: z.record(name, linkClass).describe('regimes of the join between GSME and CHF'),
  budget: z
    .strictObject({
      marginDbMean: z.number().describe('mean of the static link margin over installations, dB'),
      marginDbSd: positive.describe('standard deviation of the margin over installations, dB'),
      driftDbSd: positive.describe('standard deviation of the slow daily drift, dB'),
      driftDays: z.number().int().min(1).max(14).default(5).describe('days over which the drift remembers'),
    })
    .optional()
    .describe('static link budget with slow drift; left out: the classes alone'),
  batteryDeathPerYear: perYear.default(0).describe('hazard of a dead GSME battery, for good, a year'),
  lostJoinPerYear: perYear.default(0).describe('hazard of losing the join for good (it takes a visit), a year'),
});

export type Duration = z.output<typeof duration>;
export type Outage = z.output<typeof outage>;
export type LinkClass = z.output<typeof linkClass>;
export type WanProfile = z.output<typeof wanProfile>;
export type HanProfile = z.output<typeof hanProfile>;
