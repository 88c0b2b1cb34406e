/** The link settings of an attached device that differ between devices: counters, addresses, links. */
import { z } from 'zod';
import { INFORMATION_BYTES_MAX } from '../../dlms/framing/hdlcFrame.ts';

const counter = z
  .strictObject({
    start: z
      .int()
      .min(0)
      .max(0xffffffff)
      .optional()
      .describe('invocation counter to begin at; never lowers the one on record; left out: where the ledger stands'),
    object: z
      .string()
      .regex(/^0\.0\.43\.1\.\d{1,3}\.255$/)
      .default('0.0.43.1.0.255')
      .describe('logical name of the object from which the public client reads the counter'),
    readFirst: z
      .boolean()
      .default(false)
      .describe('true: the public client reads the counter before every association; false: after one that failed'),
  })
  .prefault({})
  .describe('where the head-end finds the invocation counter of the device');

const hdlc = z
  .strictObject({
    addressBytes: z
      .union([z.literal(1), z.literal(2), z.literal(4)])
      .optional()
      .describe('bytes of the address of the device: 1, 2 or 4; left out: the shortest that holds it'),
    informationBytes: z
      .int()
      .min(32)
      .max(INFORMATION_BYTES_MAX)
      .optional()
      .describe('longest information field to propose, bytes; left out: none is proposed, which means 128'),
    window: z.int().min(1).max(7).optional().describe('frames in a row to propose; left out: 1'),
    pollMilliseconds: z
      .int()
      .min(10)
      .max(60_000)
      .default(100)
      .describe('wait before a device that has no answer yet is asked again; doubles each time'),
  })
  .prefault({})
  .describe('of the HDLC link');

const optical = z
  .strictObject({
    parity: z
      .enum(['port', 'software'])
      .default('port')
      .describe('who handles the parity of 7E1; software: the port or the converter is set to 8N1'),
    wakeUp: z.boolean().default(false).describe('true: NULs for 2.2 s before each call wake a battery-operated meter'),
  })
  .prefault({})
  .describe('of a port with framing 62056-21');

/** The link fields of a device in a rig file. */
export const wireFields = {
  association: z
    .string()
    .regex(/^0\.0\.40\.0\.\d{1,3}\.255$/)
    .default('0.0.40.0.0.255')
    .describe('logical name of the association object in which the keys are proved'),
  counter,
  release: z
    .boolean()
    .default(true)
    .describe('false: for a device that answers no release; the link is closed without'),
  hdlc,
  optical,
};
