/** The fields of a rig file that affect links and attempts: outages, effects on steps, and faults of single frames. */
import { z } from 'zod';
import { EFFECTS } from '../../../src/migration/observations.ts';
import { STEP_IDS } from '../../../src/migration/steps.ts';
import { parseInstant } from '../../../src/time.ts';
import { SILENCE_NAMES, type SilenceName } from '../../link/condition.ts';

export const instantText = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, 'an instant YYYY-MM-DDThh:mm:ssZ from 2012 to 2037, in quotes');

export const outageSchema = z.strictObject({
  link: z.enum(['wan', 'han']).describe('wan: the hub cannot be reached; han: the emulated hub does not hear the GSME'),
  from: instantText.describe('first instant of the outage'),
  to: instantText.describe('first instant after it'),
});

const attempt = z.int().min(1).max(100).describe('which migration attempt, counted from 1');
const step = z.enum(STEP_IDS);
const direction = z.enum(['c2s', 's2c', 'either']).default('either').describe('c2s: to the device');
const milliseconds = z.int().min(0).max(600_000);

const effect = z.strictObject({
  attempt,
  step: step.describe('the step that it strikes'),
  effect: z.enum(EFFECTS).describe('what it does to the step; the tables of steps and codes say what follows'),
  silence: z.enum(SILENCE_NAMES as [SilenceName, ...SilenceName[]]).optional().describe('how a silence comes about; left out: drop'), // prettier-ignore
  fromFrame: z.int().min(1).max(1_000_000).optional().describe('all is well until this frame of the step, from 1'),
  pick: z.int().min(0).max(1000).default(0).describe('which code of its family the failure carries, from 0'),
});

const frames = {
  attempt,
  step: step.optional().describe('frames are counted within this step; left out: within the attempt'),
  frame: z.int().min(1).max(1_000_000).describe('which frame it hits, from 1'),
  direction,
};
const frameFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('drop').describe('the frame is lost'), ...frames }),
  z.strictObject({
    fault: z.literal('delay').describe('it arrives late, and later ones behind it'),
    ...frames,
    delayMilliseconds: milliseconds.describe('by so much, milliseconds'),
  }),
  z.strictObject({
    fault: z.literal('duplicate').describe('it arrives twice'),
    ...frames,
    delayMilliseconds: milliseconds.default(0).describe('the second so much later, milliseconds'),
  }),
  z.strictObject({
    fault: z.literal('reorder').describe('later frames overtake it'),
    ...frames,
    delayMilliseconds: milliseconds.default(1000).describe('those within so much, milliseconds'),
  }),
  z.strictObject({
    fault: z.literal('corrupt').describe('an octet of it is inverted'),
    ...frames,
    offset: z
      .int()
      .min(-65_536)
      .max(65_536)
      .optional()
      .describe('which octet; negative: from the end; left out: the middle one'),
  }),
  z.strictObject({
    fault: z.literal('truncate').describe('only its beginning arrives'),
    ...frames,
    keepBytes: z.int().min(0).max(65_536).optional().describe('so many octets; left out: half'),
  }),
  z.strictObject({
    fault: z.literal('cut').describe('the link breaks at it'),
    ...frames,
    delivered: z.boolean().default(false).describe('whether it arrives before'),
  }),
]);

export const faultSchema = z.union([effect, frameFault]).describe('an effect on a step, or a fault of a single frame');
export type FaultDocument = z.output<typeof faultSchema>;
export type EffectDocument = z.output<typeof effect>;
export type FrameFaultDocument = z.output<typeof frameFault>;
