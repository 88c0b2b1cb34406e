/**
 * The fields of a rig file after it was merged with the files that it extends: one installation, the places of its
 * devices, its schedule, the effects on it, and what may be written to attached hardware. Everything except the name
 * has a default. A file with only a name is an installation emulated in memory that migrates. Checks across fields
 * stand in `rigFileChecks.ts`.
 */
import { z } from 'zod';
import { COHORTS } from '../../../src/installation/cohort.ts';
import type { FieldSchema } from '../../../src/document/fields.ts';
import { EVENTS } from '../../../src/migration/history.ts';
import { DESK_SECONDS } from '../walk/desk.ts';
import { deviceSchema, emulatedSchema } from './rigDeviceSchema.ts';
import { faultSchema, instantText, outageSchema } from './rigFaultSchema.ts';
import { watchSchema } from './watchSchema.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

const title = z.string().regex(/^[0-9A-Fa-f]{16}$/);
const titles = z.array(z.string().min(1).max(200)).max(100).default([]);
const dormant = z.boolean().default(true).describe('whether the meter is Dormant');
const paymentMode = z.enum(['credit', 'prepayment']).default('credit').describe('payment mode at the start');
const supplier = z.string().max(64).default('supplier-1').describe("the meter's supplier; empty: not known to DCC");

const gas = z.strictObject({
  mprn: z.string().regex(/^\d{6,11}$/).optional().describe('gas meter point in quotes; left out: a synthetic one'), // prettier-ignore
  dormant,
  paymentMode,
  supplier,
});

/** An installation as its record has it, with its number and identifiers. */
export const installationFields = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/).optional().describe('its installation_id; left out: its number'), // prettier-ignore
  number: z
    .int()
    .min(1)
    .max(99_000_000)
    .default(1)
    .describe('makes it distinct: synthetic identifiers and the titles of emulated devices follow from it'),
  cohort: z.enum(COHORTS).default('IOC').describe('migration cohort'),
  groupId: z.string().max(8).default('').describe('GroupID; empty: not known'),
  dmc: z.string().max(64).default('dmc-1').describe('device model combination (synthetic); empty: not known'),
  electricity: z
    .strictObject({
      mpan: z.string().regex(/^\d{13}$/).optional().describe('electricity meter point in quotes; left out: a synthetic one'), // prettier-ignore
      dormant,
      paymentMode,
      supplier,
    })
    .prefault({})
    .describe('the electricity side of the record'),
  gas: z
    .union([gas, z.literal(false)])
    .prefault({})
    .describe('the gas side of the record; false: no gas meter'),
  epclEntry: z
    .union([z.iso.date(), z.enum(['start', 'none'])])
    .default('start')
    .describe('London day of the EPCL entry of its DMC; start: before everything; none: never'),
  displayBlocked: z.boolean().default(false).describe('an in-home display lies outside the definition that applies'),
  masterKey: z
    .enum(['held', 'missing', 'wrong'])
    .default('held')
    .describe('missing: no attempt is made; wrong: the DCC holds another than the devices, which shows at rotation'),
  known: z
    .strictObject({
      lastWanContact: instantText.optional().describe('latest WAN contact known before the rig begins'),
      lastHanContact: instantText.optional().describe('latest HAN contact known before the rig begins'),
    })
    .prefault({})
    .describe('facts that checks may rest on besides what the rig learns'),
});
const installation = installationFields.prefault({}).describe('the installation, as its record has it');

export const preparation = z.strictObject({
  at: instantText.optional().describe('nominal: first try; left out: a day and 9 hours after the start'),
  tries: z.int().min(1).max(20).default(3).describe('tries of one instruction at most'),
  hoursBetweenTries: z.number().min(0).max(720).default(4).describe('hours from one try to the next'),
  failedTries: z.int().min(0).max(20).default(0).describe('so many tries, the first ones, do not get through'),
  contactsNeeded: z.int().min(1).max(20).default(1).describe('contacts that the work takes, emulated hub'),
  firmware: z
    .strictObject({
      name: z.string().min(1).max(64).describe('identification that the device then answers with'),
      file: z.string().min(1).describe('the image, relative to this file; sent as it is'),
    })
    .optional()
    .describe('firmware of the hub; left out: an image of the lab for an emulated one, none for an attached one'),
});
/** The instruction of a file that does not describe one. */
export const USUAL_PREPARATION = preparation.parse({});

const schedule = z
  .strictObject({
    clock: z
      .enum(['nominal', 'wall'])
      .optional()
      .describe(
        'nominal: the calendar of this schedule, weeks passing at once; wall: now. Left out: wall where anything is attached',
      ),
    start: instantText
      .default('2022-01-10T00:00:00Z')
      .describe('nominal: when the history begins; contacts are daily from then on'),
    contactHour: z.int().min(0).max(23).default(3).describe('nominal: hour of the daily contact, UTC'),
    preparation: z
      .union([preparation, z.literal(false)])
      .optional()
      .describe('the instruction to the SMSO (clause 4.26); false: none. Left out: one, but none with clock wall'),
    attempts: z
      .strictObject({
        first: instantText
          .optional()
          .describe('nominal: the first attempt; left out: 7 days and 10 hours after the start'),
        daysBetween: z.number().min(0.01).max(365).default(7).describe('nominal: days from one attempt to the next'),
        max: z
          .int()
          .min(0)
          .max(100)
          .optional()
          .describe('attempts at most; they end when one succeeds. Left out: 5, and 1 with clock wall'),
        esmeOnly: z.boolean().default(false).describe('attempt the ESME alone, as after an exclusion of the GSME'),
      })
      .prefault({})
      .describe('migration attempts'),
  })
  .prefault({})
  .describe('when what happens');

export const eventSchema = z.strictObject({
  at: instantText.describe('from when it holds'),
  event: z.enum(EVENTS).describe('what changed or was decided'),
  value: z.string().max(64).default('').describe('a supplier, yes|no or credit|prepayment, as the event has it'),
});

export const rigFileSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors; the bench ignores it'),
  extends: z.string().optional().describe('another rig file that this one changes, relative to it'),
  name: z.string().regex(NAME).describe('what the rig is called in outputs; letters, digits, dots, hyphens'),
  title: z.string().max(200).default('').describe('what it is, in a line'),
  installation,
  rules: z
    .string()
    .min(1)
    .default('various-1-proposed-2021-11-03')
    .describe('a named rule set, in-force, or the path of a rule-set file'),
  schedule,
  devices: z
    .strictObject({
      chf: deviceSchema.prefault({}).describe('the communications hub'),
      esme: deviceSchema.prefault({}).describe('the electricity meter; behind the hub unless it has an address'),
      gsme: deviceSchema.prefault({}).describe('the gas meter; behind the hub unless it has an address'),
    })
    .prefault({})
    .describe('where each device is; nothing said: emulated in memory'),
  emulated: emulatedSchema,
  headEnds: z
    .strictObject({
      dcc: title.default('4443433030303031').describe("system title of the DCC's head-end, 16 hexadecimal digits"),
      deskSeconds: z
        .number()
        .min(0.1)
        .max(3600)
        .default(DESK_SECONDS)
        .describe("how long the DCC waits for an answer of the SMSO's desk, seconds; the desk is always emulated"),
      smso: title.default('534D534F30303031').describe("system title of the SMSO's head-end, 16 hexadecimal digits"),
    })
    .prefault({})
    .describe('who speaks to the devices'),
  ledger: z
    .strictObject({
      folder: z
        .string()
        .min(1)
        .optional()
        .describe('where the keys of attached devices are kept, relative to this file; left out: in the state folder'),
    })
    .prefault({})
    .describe('the key ledgers of attached devices; emulated ones need none'),
  allow: z
    .strictObject({
      keys: titles.describe('system titles, as learnt on the wire, whose keys may be rotated'),
      firmware: titles.describe('system titles whose firmware may be sent'),
      configuration: titles.describe('system titles whose clock and configuration may be written'),
      power: titles.describe('system titles, or endpoints of drivers, whose power may be switched'),
    })
    .prefault({})
    .describe('what may be written to attached hardware; nothing unless it is named here'),
  outages: z.array(outageSchema).max(1000).default([]).describe('nominal: when links are down'),
  faults: z.array(faultSchema).max(1000).default([]).describe('what strikes single attempts'),
  watch: watchSchema.optional().describe('what `rig --watch` goes by; left out: the usual cadence, reading only'),
  events: z
    .array(eventSchema)
    .max(1000)
    .default([])
    .describe('rows of the events record, of the installation or its DMC'),
});

/** A rig file with all defaults. Keys and secrets still stand in files or in the environment. */
export type RigDocument = z.output<typeof rigFileSchema>;

export const RIG_FIELDS = z.toJSONSchema(rigFileSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;
