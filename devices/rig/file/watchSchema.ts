/**
 * The `watch` section of a rig file: the times of probes, their permitted lateness, permission to migrate, and other
 * sources of contacts. Every default is our assumption. The defaults of the cadence are the kernel's: a daily contact
 * with retries at night, and one attempt a week from 08:00 to 18:00 London time.
 */
import { z } from 'zod';
import { instantText } from './rigFaultSchema.ts';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const everySeconds = z.int().min(1).max(604_800).optional();
const everyWords = 'instead: every so many seconds, counted from the epoch; to rehearse a watch';

const contact = z
  .strictObject({
    timeUtc: clock.default('01:00').describe('first try of the daily contact, UTC'),
    everySeconds: everySeconds.describe(everyWords),
    tries: z.int().min(1).max(20).default(3).describe('tries of one contact, until the hub answers'),
    secondsBetweenTries: z.int().min(1).max(86_400).default(10_800).describe('from one try to the next, seconds'),
  })
  .prefault({})
  .describe('the scheduled contact with the hub');

const attempt = z
  .strictObject({
    weekdays: z.array(z.enum(WEEKDAYS)).min(1).max(7).default(['monday']).describe('London days of an attempt'),
    timeLondon: clock.default('10:00').describe('London time of an attempt, 08:00 to 18:00'),
    everySeconds: everySeconds.describe(everyWords),
    max: z.int().min(1).max(100_000).optional().describe('attempts due at most, missed ones among them'),
  })
  .prefault({})
  .describe('migration attempts');

/** The schedule of a watch, which the journal keeps: when it looks, and when it is over. */
export const scheduleSchema = z.strictObject({
  contact,
  attempt,
  lateSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe('a probe later than this has been missed, seconds; left out: 3600, or what the cadence leaves'),
  from: instantText.optional().describe('nothing is due before; left out: the first start of the watch'),
  until: instantText.optional().describe('nothing is due after; left out: it goes on'),
  stopAtPass: z
    .boolean()
    .default(false)
    .describe('end the watch when an attempt that only reads finds nothing wrong; false: it goes on'),
});
export type Schedule = z.output<typeof scheduleSchema>;

const brokerUrl = z
  .string()
  .min(1)
  .describe('the broker, without credentials: these come from SMB_MQTT_USER and its kin');

export const watchSchema = scheduleSchema.extend({
  migrate: z
    .boolean()
    .default(false)
    .describe(
      'attempts may write: keys and configuration, of attached devices on the allow-list; false: they only read',
    ),
  glow: z
    .strictObject({
      url: brokerUrl,
      cads: z
        .array(z.string().regex(/^[0-9A-Fa-f]{12}$/))
        .min(1)
        .max(10)
        .describe('CADs of this installation, as their topics name them: twelve hexadecimal digits in quotes'),
    })
    .optional()
    .describe('CADs that speak in Glow form: they can show that the gas meter was heard, never that it was not'),
  bench: z
    .strictObject({
      url: brokerUrl,
      bench: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/).default('lab').describe('name of the bench in the topics'), // prettier-ignore
      unit: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/).describe('the installation in the topics smb/v1/<bench>/<unit>/...'), // prettier-ignore
    })
    .optional()
    .describe('link reports of devices on the bus of a bench: they too show contacts, never the lack of one'),
});
export type WatchDocument = z.output<typeof watchSchema>;

/** The watch section of a rig file that has none. */
export const USUAL_WATCH: WatchDocument = watchSchema.parse({});
