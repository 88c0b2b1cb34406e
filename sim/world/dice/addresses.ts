import { assert } from '../../../src/assert.ts';
import { nameWords } from './streams.ts';

/**
 * A number below `size` for each name, computed from the name alone. Dice addressed by it stay where they are when the
 * scenario gains another fault or outage, wherever that stands in the file. If two names meet, the later one in the order
 * given takes the next free number; only then does one name's dice depend on another name.
 *
 * @param size Numbers there are; at least four times as many as names, so that names rarely meet.
 */
export function addresses(names: readonly string[], size: number): Int32Array {
  assert(names.length * 4 <= size, 'addresses stay sparse');
  const taken = new Set<number>();
  return Int32Array.from(names, (name) => {
    let address = (nameWords(name).k0 >>> 0) % size;
    while (taken.has(address)) address = (address + 1) % size;
    taken.add(address);
    return address;
  });
}
