/** The keys and counters of a device that survive a restart of the process, as plain data. */
import { z } from 'zod';

const key = z.string().regex(/^[0-9A-F]{32}$/);
const counter = z
  .int()
  .min(0)
  .max(2 ** 32);
const accepted = z.array(z.tuple([z.string(), counter]));

export const keyringMemorySchema = z.strictObject({
  keys: z.strictObject({ guek: key, gbek: key, gak: key, kek: key }),
  send: counter,
  accepted,
  retired: z.array(z.strictObject({ key: z.string(), send: counter, accepted })),
});
export type KeyringMemory = z.output<typeof keyringMemorySchema>;
