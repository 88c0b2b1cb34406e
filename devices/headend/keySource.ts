/** Sources of new keys: addressed draws for emulated devices, so that runs repeat, and the CSPRNG for real hardware. */
import { randomBytes } from 'node:crypto';
import { words, type Stream } from '../../sim/world/dice/draws.ts';
import { KEY_BYTES } from '../dlms/security/ciphering.ts';

/** A source of new keys. `isLab` marks public keys, which are never written to attached hardware. */
export interface KeySource {
  (): Uint8Array;
  /** True if the keys repeat: everybody with the seed has them. */
  readonly isLab?: true;
}

/**
 * Returns the lab's keys, all from one seed. They repeat and protect nothing, so they are for emulated devices only.
 */
export function labKeySource(stream: Stream, entity: number): KeySource {
  let index = 0;
  const source = (): Uint8Array => {
    const key = new Uint8Array(KEY_BYTES);
    const view = new DataView(key.buffer);
    for (let at = 0; at < KEY_BYTES; at += 8) {
      stream.draw(entity, index++);
      view.setInt32(at, words[0] as number);
      view.setInt32(at + 4, words[1] as number);
    }
    return key;
  };
  return Object.assign(source, { isLab: true as const });
}

/** Returns unpredictable keys, for attached hardware. */
export function secretKeySource(): KeySource {
  return () => new Uint8Array(randomBytes(KEY_BYTES));
}
