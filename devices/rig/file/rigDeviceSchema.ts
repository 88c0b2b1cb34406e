/**
 * The fields of one device in a rig file: its place, its link, and the sources of its keys. Keys never stand in the rig
 * file itself.
 */
import { SECRET_MECHANISMS } from '../../dlms/security/hls.ts';
import { z } from 'zod';
import { LAB_SLEEP } from '../../personas/gsme.ts';
import { wireFields } from './rigWireSchema.ts';

const secretPlace = z
  .union([
    z.strictObject({ file: z.string().min(1).describe('a text file, relative to this one, for its owner alone') }),
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).describe('a variable of the environment') }), // prettier-ignore
  ])
  .describe('where a secret is read from: {file: ...} or {env: ...}');
export type SecretPlace = z.output<typeof secretPlace>;

// The map is tried first, so that an error in a key is reported at that key.
const keys = z.union([
  z.strictObject({
    guek: secretPlace.describe('global unicast encryption key: 32 hexadecimal digits'),
    gak: secretPlace.describe('global authentication key: 32 hexadecimal digits'),
    kek: secretPlace.optional().describe('master key: 32 hexadecimal digits; left out: keys cannot be rotated'),
  }),
  z.literal('lab'),
]);

const settings = z.record(z.string().max(200), z.union([z.string().max(4096), z.number(), z.boolean(), z.null()]));

const driver = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .max(50)
    .describe('the program and its arguments, no shell; started in the folder of this file'),
  endpoint: z.string().max(200).default('').describe('handed to the driver: which device it is to open'),
  settings: settings.default({}).describe('handed to the driver; credentials belong in its environment'),
  reads: z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .describe('objects read at the step deviceState, by OBIS code or by a name that the driver knows'),
  answerSeconds: z
    .number()
    .min(0.1)
    .max(3600)
    .default(60)
    .describe('how long the driver may take for an answer, seconds'),
});

const mqtt = z.strictObject({
  url: z.string().min(1).describe('the broker, without credentials: these come from SMB_MQTT_USER and its kin'),
  bench: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/).default('lab').describe('name of the bench in the topics'), // prettier-ignore
  rig: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/).describe('name of the byte pipe: smb/v1/<bench>/rig/<rig>/pdu/...'), // prettier-ignore
  announced: z.boolean().default(true).describe('false: the device carries PDUs and announces nothing'),
});

const readObject = z.strictObject({
  class: z.int().min(0).max(0xffff).describe('COSEM class number'),
  object: z.string().regex(/^(\d{1,3}\.){5}\d{1,3}$/).describe('logical name, as in 1.0.1.8.0.255'), // prettier-ignore
  attribute: z.int().min(1).max(127).default(2).describe('attribute number'),
});

export const deviceSchema = z.strictObject({
  emulated: z.literal(true).optional().describe('in memory, though the hub is attached'),
  tcp: z.string().min(1).max(300).optional().describe('attached over TCP: HOST:PORT'),
  serial: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('attached to a serial port: /dev/ttyUSB0, COM3, a pty; rfc2217://HOST:PORT for one behind a converter'),
  baud: z
    .int()
    .min(300)
    .max(4_000_000)
    .default(9600)
    .describe('speed of the serial line, Bd; over 62056-21 no faster than this'),
  mqtt: mqtt.optional().describe('attached over a broker: a byte pipe'),
  driver: driver
    .optional()
    .describe('reached through a program of yours; beside tcp, serial or mqtt it switches the power only'),
  framing: z
    .enum(['wrapper', 'hdlc', '62056-21'])
    .optional()
    .describe('left out: wrapper, and hdlc on a serial line; 62056-21 opens HDLC by mode E, also behind a converter'),
  client: z.int().min(1).max(0x7f).default(1).describe('client SAP of the head-ends'),
  server: z
    .int()
    .min(1)
    .max(0x3fff)
    .optional()
    .describe('server SAP; left out: 1 at an address of its own, 2 (ESME) and 3 (GSME) behind the hub'),
  physical: z.int().min(0).max(0x3fff).default(0).describe('HDLC: lower address of the device; 0: none'),
  authentication: z
    .enum(['gmac', 'lls', 'none', ...SECRET_MECHANISMS])
    .default('gmac')
    .describe('of an attached device; high to sha256: HLS by a secret; only gmac can ever write'),
  secret: secretPlace.optional().describe('the secret of lls, high, md5, sha1 and sha256'),
  ciphering: z
    .enum(['granted', 'general', 'specific'])
    .default('granted')
    .describe(
      'how requests are wrapped: general-glo-ciphering, or glo-get-request and its kin; granted: general where the device grants general protection',
    ),
  securitySetup: z
    .string()
    .regex(/^0\.0\.43\.0\.\d{1,3}\.255$/)
    .default('0.0.43.0.0.255')
    .describe('logical name of the security setup that its keys are under'),
  systemTitle: z
    .string()
    .regex(/^[0-9A-Fa-f]{16}$/)
    .optional()
    .describe('title expected, 16 hexadecimal digits; a device with another is read, never written'),
  keys: keys.default('lab').describe('keys at the start, of an attached device; lab: the public ones of the lab'),
  answerSeconds: z
    .number()
    .min(0.1)
    .max(7200)
    .optional()
    .describe('how long an answer may take, seconds; left out: 30, of a GSME behind its hub 1830'),
  ...wireFields,
  reads: z
    .array(readObject)
    .min(1)
    .max(100)
    .optional()
    .describe('what the step deviceState reads; left out: name, firmware and clock'),
});
export type DeviceDocument = z.output<typeof deviceSchema>;
export type DriverDocument = z.output<typeof driver>;

const seconds = z.int().min(1).max(86_400);

export const emulatedSchema = z
  .strictObject({
    sleep: z
      .strictObject({
        wakeSeconds: seconds.default(LAB_SLEEP.wakeSeconds).describe('from one wake to the next, seconds'),
        awakeSeconds: seconds
          .default(LAB_SLEEP.awakeSeconds)
          .describe('how long it listens, seconds; as long as wakeSeconds: it never sleeps'),
      })
      .optional()
      .describe('of the emulated GSME; left out: as in the lab, and awake always with clock wall'),
  })
  .prefault({})
  .describe('what is emulated in memory');
