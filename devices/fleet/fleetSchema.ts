/**
 * The fields of a fleet file: groups of emulated installations, attached ones, and the one head-end that serves them
 * all. A group has the fields of a rig file where it means the same. Checks across fields stand in `fleetChecks.ts`.
 */
import { z } from 'zod';
import type { FieldSchema } from '../../src/document/fields.ts';
import { hanProfile, wanProfile } from '../../sim/world/profile/linkSchema.ts';
import { name } from '../../sim/world/profile/worldNumbers.ts';
import { emulatedSchema } from '../rig/file/rigDeviceSchema.ts';
import { faultSchema, instantText, outageSchema } from '../rig/file/rigFaultSchema.ts';
import { eventSchema, installationFields, preparation, rigFileSchema } from '../rig/file/rigFileSchema.ts';

/** Most installations of one fleet. Ours: a process holds so many. */
export const INSTALLATIONS_MAX = 100_000;

const days = (least: number) => z.number().min(least).max(3650);

const attempts = z
  .strictObject({
    firstDay: days(0).default(7).describe('days from the start to the day of the first attempt'),
    overDays: days(0).default(7).describe('first attempts are spread evenly over so many days'),
    daysBetween: days(0.0001)
      .default(7)
      .describe('days from one attempt to the next; whole days keep to 08:00 to 18:00 London time'),
    max: z.int().min(0).max(100).optional().describe('attempts at most; left out: until the fleet ends'),
    esmeOnly: z.boolean().default(false).describe('attempt the ESME alone, as after an exclusion of the GSME'),
  })
  .prefault({})
  .describe('migration attempts; they end when one succeeds');

const instruction = preparation
  .omit({ at: true, failedTries: true, firmware: true })
  .extend({
    firstDay: days(0).default(1).describe('days from the start to the day of the first try'),
    overDays: days(0).default(1).describe('first tries are spread evenly over so many days'),
  })
  .prefault({});

const group = z.strictObject({
  installations: z.int().min(1).max(INSTALLATIONS_MAX).describe('how many installations the group has'),
  installation: installationFields
    .omit({ id: true, number: true })
    .prefault({})
    .describe('what they have in common, as a rig file has it; identifiers follow from their numbers'),
  emulated: emulatedSchema,
  preparation: z
    .union([instruction, z.literal(false)])
    .prefault({})
    .describe('the instruction to the SMSO (clause 4.26); false: none'),
  attempts,
  wan: name.optional().describe('a profile of links.wan; left out: the WAN is always up'),
  han: name.optional().describe('a profile of links.han; left out: the HAN is always up'),
  outages: z.array(outageSchema).max(1000).default([]).describe('when links of all of them are down'),
  faults: z.array(faultSchema).max(1000).default([]).describe('what strikes single attempts of each'),
  events: z.array(eventSchema).max(1000).default([]).describe('rows of the events record, of each or of their DMC'),
});

const attached = z.strictObject({
  rig: z.string().min(1).describe('a rig file with attached devices, relative to this file'),
  attempts,
});

export const fleetFileSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors; the bench ignores it'),
  extends: z.string().optional().describe('another fleet file that this one changes, relative to it'),
  name: rigFileSchema.shape.name.describe('what the fleet is called in outputs; letters, digits, dots, hyphens'),
  title: z.string().max(200).default('').describe('what it is, in a line'),
  seed: z.string().min(1).max(200).optional().describe('seed of all dice; left out: the name'),
  rules: rigFileSchema.shape.rules,
  clock: z
    .enum(['virtual', 'wall'])
    .optional()
    .describe('virtual: time moves when nothing is left to do; wall: now. Left out: wall where anything is attached'),
  start: instantText
    .optional()
    .describe('when the calendar begins; left out: 2022-01-10T00:00:00Z, and with clock wall now'),
  days: days(0.0001).default(28).describe('how long it goes on, days'),
  contacts: z
    .strictObject({
      everyDays: days(0.0001).default(1).describe('days from one contact with an installation to the next'),
      windowHours: z.number().min(0).max(12).default(2).describe('each hub has a time of its own within so many hours'),
      tries: z.int().min(1).max(6).default(3).describe('tries of one contact until the hub answers'),
      retryHours: z.number().min(0.0001).max(6).default(3).describe('hours from one try to the next'),
    })
    .prefault({})
    .describe('scheduled contacts; a WAN profile with contact.mode daily has its own window, tries and retries'),
  headEnd: z
    .strictObject({
      connections: z.int().min(1).max(10_000).default(100).describe('connections open at once, at most'),
      lateSeconds: z
        .int()
        .min(1)
        .max(86_400)
        .default(3600)
        .describe('what waits longer for a free connection is missed, which counts against no device'),
      dcc: rigFileSchema.shape.headEnds.unwrap().shape.dcc,
      smso: rigFileSchema.shape.headEnds.unwrap().shape.smso,
      deskSeconds: rigFileSchema.shape.headEnds.unwrap().shape.deskSeconds,
    })
    .prefault({})
    .describe('the one head-end that serves them all'),
  links: z
    .strictObject({
      wan: z.record(name, wanProfile).default({}).describe('WAN profiles by name, as in a scenario'),
      han: z.record(name, hanProfile).default({}).describe('HAN profiles by name, as in a scenario'),
    })
    .prefault({})
    .describe('how links fail; `devices profile` writes such a profile from what a watch saw'),
  groups: z.record(name, group).default({}).describe('emulated installations'),
  attached: z.record(name, attached).default({}).describe('installations of which devices are attached'),
});

/** A fleet file with all defaults. */
export type FleetDocument = z.output<typeof fleetFileSchema>;
export type FleetGroup = FleetDocument['groups'][string];
export type AttemptsDocument = FleetGroup['attempts'];

export const FLEET_FIELDS = z.toJSONSchema(fleetFileSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;
