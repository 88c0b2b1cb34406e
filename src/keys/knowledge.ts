/**
 * Who knows which key when. A key is an atom (`guek#0`), a message what it opens under and what it carries; a party's
 * knowledge is the least set closed under opening what it recorded with what it knows. Ciphers are perfect here: whoever lacks
 * a key learns nothing.
 */
import type { KeyType } from './keyring.ts';
import { NEEDED, WRAPPED_BY } from './keyring.ts';

/** One key: the generation-th of its type on one device. */
export type Atom = `${KeyType}#${number}`;

export type Generations = Readonly<Record<KeyType, number>>;

/** One transfer on the wire: what it is protected with, and the new key that it carries wrapped. */
export interface Transfer {
  readonly opensWith: readonly Atom[];
  readonly wrappedBy: Atom;
  readonly carries: Atom;
}

/** A rotation step: a key over the wire, or one handed over in a way that no message shows. */
export interface RotationStep {
  readonly type: KeyType;
  readonly path: 'wire' | 'outOfBand';
}

export const atom = (type: KeyType, generation: number): Atom => `${type}#${generation}`;

/** What a plan of rotation puts on the wire, and the generations that are live after it. */
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

/** Everything that follows from what is known and what was recorded. */
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

/** What knowledge allows with a device whose live keys are these. */
export interface Powers {
  /** Reads what is sent under the live keys. */
  readonly decrypt: boolean;
  /** Takes up an association under them. */
  readonly associate: boolean;
  /** Installs keys of its own choosing. */
  readonly install: boolean;
}

export function powers(known: ReadonlySet<Atom>, live: Generations): Powers {
  const has = (what: keyof typeof NEEDED): boolean => NEEDED[what].every((type) => known.has(atom(type, live[type])));
  return { decrypt: has('decrypt'), associate: has('associate'), install: has('install') };
}
