/**
 * Models who knows which key and when. A key is an atom (`guek#0`). A message consists of the key that opens it and the
 * key it carries. A party's knowledge is the least set that is closed under opening the recorded messages with the
 * known keys. Ciphers are perfect here: a party without a key learns nothing.
 */
import type { KeyType } from './keyring.ts';
import { NEEDED, WRAPPED_BY } from './keyring.ts';

/** One key: its type, and its generation on one device. */
export type Atom = `${KeyType}#${number}`;

export type Generations = Readonly<Record<KeyType, number>>;

/** One transfer on the wire: the keys that protect it, and the new key that it carries, wrapped. */
export interface Transfer {
  readonly opensWith: readonly Atom[];
  readonly wrappedBy: Atom;
  readonly carries: Atom;
}

/** One step of a rotation: a key sent over the wire, or a key handed over without any message. */
export interface RotationStep {
  readonly type: KeyType;
  readonly path: 'wire' | 'outOfBand';
}

export const atom = (type: KeyType, generation: number): Atom => `${type}#${generation}`;

/** The messages that a plan of rotation puts on the wire, and the generations that are live after it. */
export function rotateOnPaper(
  start: Generations,
  plan: readonly RotationStep[],
): { readonly transfers: readonly Transfer[]; readonly live: Generations } {
  const live: Record<KeyType, number> = { ...start };
  const transfers: Transfer[] = [];
  for (const { type, path } of plan) {
    const carries = atom(type, live[type] + 1);
    if (path === 'wire') {
      const opensWith = NEEDED.decrypt.map((needed) => atom(needed, live[needed]));
      transfers.push({ opensWith, wrappedBy: atom(WRAPPED_BY[type], live[WRAPPED_BY[type]]), carries });
    }
    live[type] += 1;
  }
  return { transfers, live };
}

/** All keys that follow from the known keys and the recorded messages. */
export function closure(known: Iterable<Atom>, recorded: readonly Transfer[]): ReadonlySet<Atom> {
  const all = new Set(known);
  for (let before = -1; before !== all.size;) {
    before = all.size;
    for (const { opensWith, wrappedBy, carries } of recorded) {
      if (opensWith.every((key) => all.has(key)) && all.has(wrappedBy)) all.add(carries);
    }
  }
  return all;
}

/** The powers of a party over a device, given its knowledge and the device's live keys. */
export interface Powers {
  /** True if the party can read messages sent under the live keys. */
  readonly decrypt: boolean;
  /** True if the party can open an association under the live keys. */
  readonly associate: boolean;
  /** True if the party can install keys of its own choice. */
  readonly install: boolean;
}

export function powers(known: ReadonlySet<Atom>, live: Generations): Powers {
  const has = (what: keyof typeof NEEDED): boolean => NEEDED[what].every((type) => known.has(atom(type, live[type])));
  return { decrypt: has('decrypt'), associate: has('associate'), install: has('install') };
}
