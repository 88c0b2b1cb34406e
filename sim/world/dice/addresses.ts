import { assert } from '../../../src/assert.ts';
import { threefry, words } from './draws.ts';

/**
 * A number below `size` for each name, that depends on the name: dice that are addressed by it stay where they are when
 * another fault or outage is added to a scenario, wherever it stands in the file. Two names that would meet are parted
 * in the order given; only then does one depend on another.
 */
export function addresses(names: readonly string[], size: number): Int32Array {
  assert(names.length * 4 <= size, 'addresses stay sparse');
  const taken = new Set<number>();
  return Int32Array.from(names, (name) => {
    let address = hashOf(name) % size;
    while (taken.has(address)) address = (address + 1) % size;
    taken.add(address);
    return address;
  });
}

/** 32 bits of a name: each character is a counter of Threefry under the key that those before it made. */
function hashOf(name: string): number {
  let k0 = 0;
  let k1 = 0;
  for (let i = 0; i < name.length; i += 1) {
    threefry(k0, k1, name.charCodeAt(i), i);
    k0 = words[0] as number;
    k1 = words[1] as number;
  }
  return k0 >>> 0;
}
