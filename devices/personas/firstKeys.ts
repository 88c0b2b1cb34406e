/**
 * The keys that an emulated device of a fleet has at first: its own, and the same in every run with the same seed. They
 * are for emulated devices only, because everybody who has the seed has them.
 */
import { hkdfSync } from 'node:crypto';
import { KEY_NAMES, type KeySet } from '../cosem/deviceKeyring.ts';
import { KEY_BYTES } from '../dlms/security/ciphering.ts';

const PURPOSE = 'smets1-bench: first keys of an emulated device';

/** Derives all four keys of a device from the seed and the device's title, by HKDF with SHA-256 (RFC 5869). */
export function firstKeys(seed: string, systemTitle: Uint8Array): KeySet {
  const octets = new Uint8Array(hkdfSync('sha256', seed, systemTitle, PURPOSE, KEY_NAMES.length * KEY_BYTES));
  const keyAt = (i: number): Uint8Array => octets.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES);
  return Object.fromEntries(KEY_NAMES.map((name, i) => [name, keyAt(i)])) as unknown as KeySet;
}
