/** The state of an emulated device that survives a restart of the process, as plain data. It holds keys: keep it private. */
import { z } from 'zod';
import { decodeData, encodeData } from '../dlms/encoding/axdr.ts';
import { fromHex, toHex } from '../dlms/encoding/bytes.ts';
import type { CosemDevice } from './device.ts';
import { keyringMemorySchema } from './keyringMemory.ts';

const hex = z.string().regex(/^([0-9A-F]{2})*$/);
export const deviceMemorySchema = z.strictObject({
  format: z.literal(1),
  note: z.string(),
  /** Starts of the device, from 1. */
  boot: z.int().min(1),
  securityPolicy: z.int().min(0).max(3),
  keyring: keyringMemorySchema,
  values: z.array(z.tuple([z.string(), hex])),
  slots: z.array(z.tuple([z.string(), z.unknown()])),
});
export type DeviceMemory = z.output<typeof deviceMemorySchema>;

const NOTE = 'keys and counters of one emulated device; never share, never edit while it is served';

export function memoryOf(device: CosemDevice, boot: number): DeviceMemory {
  return {
    format: 1,
    note: NOTE,
    boot,
    securityPolicy: device.securityPolicy,
    keyring: device.keyring.memory(),
    values: [...device.values].map(([name, value]) => [name, toHex(encodeData(value))]),
    slots: device.plainSlots().map(([name, value]) => [name, packed(value)]),
  };
}

/** Gives a new device the state of an earlier one. */
export function restoreMemory(device: CosemDevice, memory: DeviceMemory): void {
  device.securityPolicy = memory.securityPolicy;
  device.keyring.restore(memory.keyring);
  for (const [name, text] of memory.values) {
    const value = decodeData(fromHex(text));
    if (value.ok) device.values.set(name, value.value);
  }
  for (const [name, value] of memory.slots) device.slot(name, () => unpacked(value));
}

/** Octets as `{ hex }`, and a missing block as null, because JSON has neither. */
function packed(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return { hex: toHex(value) };
  if (Array.isArray(value)) return Array.from(value, packed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, packed(one)]));
}

function unpacked(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'hex' && typeof only[1] === 'string') return fromHex(only[1]);
  return Object.fromEntries(entries.map(([name, one]) => [name, unpacked(one)]));
}
