/**
 * The fields of a profile of emulated devices after it was merged with the files that it extends. Everything has a
 * default: an empty profile is the lab's. Checks across fields stand in `profileFaults.ts`.
 */
import { SECRET_MECHANISMS } from '../dlms/security/hls.ts';
import { z } from 'zod';
import type { FieldSchema } from '../../src/document/fields.ts';
import { LAB_SLEEP } from '../personas/gsme.ts';
import { LAB_PDU_BYTES_MAX } from '../personas/labProfile.ts';
import { VALUE_TYPES, type ValueTypeName } from './typedValue.ts';

export const DEVICE_CHOICES = ['chf', 'esme', 'gsme', 'installation'] as const;

/** The units that `emulate` serves: a single device, or an installation of hub and meters. */
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

const file = z.strictObject({
  file: z.string().min(1).describe('a text file, relative to this one, readable by its owner alone'),
});
const key = z
  .union([z.string().regex(/^[0-9A-Fa-f]{32}$/), file])
  .describe('32 hexadecimal digits in quotes, or the file that holds them');
const keys = z
  .strictObject({ guek: key, gbek: key, gak: key, kek: key })
  .partial()
  .describe('the keys of security suite 0; those left out are the public lab keys');
const secret = z.union([z.string().min(1).max(64), file]).describe('text in quotes, or the file that holds it');
const obisText = z
  .string()
  .regex(/^(\d{1,3}\.){5}\d{1,3}$/)
  .refine((text) => text.split('.').every((part) => Number(part) < 256), 'six numbers of 0 to 255, as in 1.0.1.8.0.255')
  .describe('a logical name, as in 1.0.1.8.0.255');
const type = z
  .enum(Object.keys(VALUE_TYPES) as [ValueTypeName, ...ValueTypeName[]])
  .describe('octets is hexadecimal; text is an octet-string of ASCII');
const value = z.union([z.string(), z.number(), z.boolean()]).describe('as its type has it');
const seconds = (max: number): z.ZodNumber => z.number().int().min(1).max(max);

const fixedValue = z.strictObject({
  object: obisText,
  attribute: z.number().int().min(2).max(20),
  type,
  value,
});
const shown = {
  object: obisText,
  type,
  value,
  public: z.boolean().default(false).describe('also for the public client'),
};
const addedObject = z.discriminatedUnion('class', [
  z.strictObject({
    class: z.literal('data'),
    ...shown,
    writable: z.boolean().default(false).describe('management may write it'),
  }),
  z.strictObject({
    class: z.literal('register'),
    ...shown,
    scaler: z.number().int().min(-12).max(12).default(0).describe('power of ten'),
    unit: z.number().int().min(1).max(255).default(255).describe('number of Blue Book table 4; 30 is Wh, 255 a count'),
  }),
]);

const section = z
  .strictObject({
    systemTitle: z
      .string()
      .regex(/^[0-9A-Fa-f]{16}$/)
      .describe('16 hexadecimal digits in quotes'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9]{1,16}$/)
      .describe('logical device name'),
    serial: z.string().min(1).max(32),
    meterPoint: z.string().regex(/^\d{6,13}$/).describe('MPAN or MPRN, in quotes'), // prettier-ignore
    firmware: z.string().min(1).max(32),
    installedAt: z.iso.datetime({ offset: false }).describe('when its registers were zero'),
    keys,
    securityPolicy: z.number().int().min(0).max(3).describe('0 nothing demanded, 1 authenticated, 2 encrypted, 3 both'),
    clockOffsetSeconds: z.number().int().min(-315_360_000).max(315_360_000),
    sendCounter: z.number().int().min(1).max(0xffff_ffff).describe('the first invocation counter it sends'),
    values: z.array(fixedValue).max(1000).describe('attributes that always show this value'),
    objects: z.array(addedObject).max(1000).describe('objects it has besides its own'),
    without: z.array(obisText).max(1000).describe('objects it lacks'),
  })
  .partial();

const client = z.strictObject({
  sap: z.number().int().min(1).max(0x7d),
  role: z.enum(['public', 'reader', 'management']).describe('what it may see and do'),
  authentication: z
    .enum(['none', 'lls', 'gmac', ...SECRET_MECHANISMS])
    .describe('high to sha256: HLS by the secret; high is mechanism 2, AES-128 of the challenge'),
  secret: secret.optional(),
});

const direction = z.enum(['c2s', 's2c', 'either']).default('either').describe('c2s: to the device');
const frame = z.number().int().min(1).max(1_000_000).describe('which frame of a connection it hits, from 1');
const wait = z.number().int().min(0).max(600_000);
const hits = { frame, direction };
const fault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('drop'), ...hits }),
  z.strictObject({ fault: z.literal('delay'), ...hits, delayMilliseconds: wait }),
  z.strictObject({ fault: z.literal('duplicate'), ...hits, delayMilliseconds: wait.default(0) }),
  z.strictObject({ fault: z.literal('reorder'), ...hits, delayMilliseconds: wait.default(1000) }),
  z.strictObject({
    fault: z.literal('corrupt'),
    ...hits,
    offset: z.number().int().min(-65_536).max(65_536).optional(),
  }),
  z.strictObject({ fault: z.literal('truncate'), ...hits, keepBytes: z.number().int().min(0).max(65_536).optional() }),
  z.strictObject({ fault: z.literal('cut'), ...hits, delivered: z.boolean().default(false) }),
]);

const upDown = z.enum(['up', 'down']).default('up');

export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  extends: z.string().optional().describe('another profile, relative to this one'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
    .default('lab')
    .describe('letters, digits, dots, hyphens'),
  device: z.enum(DEVICE_CHOICES).default('esme').describe('what is emulated unless the command line says'),
  number: z
    .number()
    .int()
    .min(1)
    .max(99_000_000)
    .default(1)
    .describe('number of the first device; it makes it distinct'),
  pduBytesMax: z.number().int().min(64).max(65_535).default(LAB_PDU_BYTES_MAX).describe('longest APDU taken'),
  keys: keys.prefault({}),
  clients: z.array(client).min(1).max(16).optional().describe('client SAPs; left out: 16 none, 17 LLS, 1 HLS-GMAC'),
  chf: section.prefault({}),
  esme: section.prefault({}),
  gsme: section.prefault({}),
  sleep: z
    .strictObject({
      wakeSeconds: seconds(86_400).default(LAB_SLEEP.wakeSeconds).describe('from one wake to the next'),
      awakeSeconds: seconds(86_400)
        .default(LAB_SLEEP.awakeSeconds)
        .describe('how long it listens; as long as wakeSeconds: it never sleeps'),
    })
    .prefault({})
    .describe('of the GSME behind its hub'),
  links: z
    .strictObject({
      han: z.strictObject({ esme: upDown, gsme: upDown }).prefault({}),
      wan: upDown.describe('what the hub says of it'),
      signalQuality: z.number().int().min(0).max(99).default(14).describe('CSQ: 0 to 31, 99 unknown'),
    })
    .prefault({}),
  faults: z.array(fault).max(1000).default([]).describe('what happens to frames; counted anew for each connection'),
  powerCut: z
    .strictObject({
      installPoint: z.number().int().min(1).max(16).describe('the point of a key install after which the power goes'),
      backAfterSeconds: seconds(86_400).default(10),
    })
    .optional()
    .describe('once, during the first key install'),
  hdlc: z
    .strictObject({
      informationBytesMax: z.number().int().min(32).max(2030).default(1024),
      window: z.number().int().min(1).max(7).default(7),
      inactivitySeconds: z.number().int().min(0).max(86_400).default(120).describe('0: never'),
      physicalAddresses: z.array(z.number().int().min(1).max(0x3ffe)).max(64).default([]).describe('empty: all'),
    })
    .prefault({}),
  optical: z
    .strictObject({
      manufacturer: z.string().regex(/^[A-Z]{2}[A-Za-z]$/).default('SMB'), // prettier-ignore
      baud: z.enum(['0', '1', '2', '3', '4', '5', '6']).default('5').describe('fastest speed: 0 is 300 Bd, 5 is 9600'),
      model: z.string().regex(/^[A-Za-z0-9.-]{1,16}$/).default('EMULATED'), // prettier-ignore
      address: z.string().regex(/^[0-9A-Za-z]{1,32}$/).optional().describe('its serial number unless given'), // prettier-ignore
      password: secret.optional().describe('opens programming mode, level 1; left out: no programming mode'),
    })
    .prefault({})
    .describe('the IEC 62056-21 port'),
});

/** A profile with all defaults. Keys may still stand in files. */
export type ProfileDocument = z.output<typeof profileSchema>;

export const PROFILE_FIELDS = z.toJSONSchema(profileSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;

/** The JSON Schema (draft 7) of a profile, for editors. */
export function profileJsonSchema(): string {
  const { $schema, ...rest } = PROFILE_FIELDS as Record<string, unknown>;
  return `${JSON.stringify({ $schema, title: 'A profile of devices emulated by smets1-bench', ...rest }, null, 2)}\n`;
}
