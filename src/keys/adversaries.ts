/**
 * Computes what rotation does and does not achieve. Each adversary's initial knowledge is closed over the messages it
 * recorded, and compared with the keys that are live after the rotation. The claims state the outcome in words; a test
 * checks that words and computation agree.
 */
import type { SourceId } from '../regulation/sources.ts';
import { atom, closure, powers, rotateOnPaper, type Generations, type Powers, type RotationStep } from './knowledge.ts';
import { KEY_TYPES, type KeyType } from './keyring.ts';

/** Someone who may know keys of a device: the keys it holds at the start, and whether it records the wire. */
export interface Adversary {
  readonly meaning: string;
  /** The keys of the first generation that the adversary holds. */
  readonly holds: readonly KeyType[];
  readonly records: boolean;
}

/** The adversaries. All but `outsider` model what an old SMSO may have been; the outsider is there for comparison. */
export const ADVERSARIES = {
  smsoNotRecording: {
    meaning: 'the old SMSO, which held every key and did not record the rotation',
    holds: KEY_TYPES,
    records: false,
  },
  smsoRecording: {
    meaning: 'the old SMSO, which held every key and recorded the rotation',
    holds: KEY_TYPES,
    records: true,
  },
  smsoWithoutKek: {
    meaning: 'an old SMSO that never held the KEK and recorded the rotation',
    holds: ['guek', 'gak'],
    records: true,
  },
  outsider: { meaning: 'whoever held no key and recorded the rotation', holds: [], records: true },
} as const satisfies Record<string, Adversary>;

/** The id of an adversary in `ADVERSARIES`. */
export type AdversaryId = keyof typeof ADVERSARIES;

const wire = (type: KeyType): RotationStep => ({ type, path: 'wire' });

/** The ways of rotating. `full` is what the bench's head-end does. */
export const PLANS = {
  none: { meaning: 'nothing is rotated', steps: [] },
  gakOnly: { meaning: 'the GAK alone', steps: [wire('gak')] },
  guekOnly: { meaning: 'the GUEK alone', steps: [wire('guek')] },
  full: { meaning: 'GAK, then GUEK', steps: [wire('gak'), wire('guek')] },
  kekOnWire: {
    meaning: 'the KEK under the old KEK, then GAK and GUEK',
    steps: [wire('kek'), wire('gak'), wire('guek')],
  },
  kekOutOfBand: {
    meaning: 'the KEK by a path that no message shows, then GAK and GUEK',
    steps: [{ type: 'kek', path: 'outOfBand' }, wire('gak'), wire('guek')],
  },
} as const satisfies Record<string, { meaning: string; steps: readonly RotationStep[] }>;

/** The id of a rotation plan in `PLANS`. */
export type PlanId = keyof typeof PLANS;

const START: Generations = { guek: 0, gak: 0, kek: 0 };

/** The powers that an adversary still has after a plan of rotation. */
export function afterRotation(adversary: AdversaryId, plan: PlanId): Powers {
  const { holds, records }: Adversary = ADVERSARIES[adversary];
  const { transfers, live } = rotateOnPaper(START, PLANS[plan].steps);
  const known = closure(
    holds.map((type) => atom(type, 0)),
    records ? transfers : [],
  );
  return powers(known, live);
}

/** A claim of the bench about an adversary after a rotation plan, with the sources of the claim. */
export interface Claim {
  readonly adversary: AdversaryId;
  readonly plan: PlanId;
  readonly powers: Powers;
  readonly says: string;
  readonly sources: readonly SourceId[];
}

const LOCKED_OUT: Powers = { decrypt: false, associate: false, install: false };
const EVERYTHING: Powers = { decrypt: true, associate: true, install: true };

/** The claims that the bench makes about rotation. */
export const CLAIMS: readonly Claim[] = [
  {
    adversary: 'smsoNotRecording',
    plan: 'full',
    powers: LOCKED_OUT,
    says: 'An old SMSO that did not record the rotation is locked out: it can neither associate nor decrypt, though it knows the KEK.',
    sources: ['greenBook', 'ourAssumption'],
  },
  {
    adversary: 'smsoNotRecording',
    plan: 'gakOnly',
    powers: { decrypt: true, associate: false, install: false },
    says: 'Rotating the GAK alone keeps it from associating, not from reading: the GAK authenticates and does not encrypt.',
    sources: ['greenBook'],
  },
  {
    adversary: 'smsoNotRecording',
    plan: 'guekOnly',
    powers: LOCKED_OUT,
    says: 'Rotating the GUEK alone locks it out as well; the GAK it still knows is then worth nothing by itself.',
    sources: ['greenBook'],
  },
  {
    adversary: 'smsoRecording',
    plan: 'full',
    powers: EVERYTHING,
    says: 'An old SMSO that recorded the rotation and knows the KEK is not locked out at all: it opens the transfer with the old keys, unwraps the new ones, and could install its own. Suite 0 has no forward secrecy.',
    sources: ['greenBook', 'rfc3394'],
  },
  {
    adversary: 'smsoRecording',
    plan: 'kekOnWire',
    powers: EVERYTHING,
    says: 'Rotating the KEK under the old KEK does not help: it unwraps that too.',
    sources: ['greenBook', 'rfc3394'],
  },
  {
    adversary: 'smsoRecording',
    plan: 'kekOutOfBand',
    powers: LOCKED_OUT,
    says: 'A KEK replaced by a path that it could not read locks it out, recording or not.',
    sources: ['greenBook'],
  },
  {
    adversary: 'smsoWithoutKek',
    plan: 'full',
    powers: LOCKED_OUT,
    says: 'One that never held the KEK is locked out even if it recorded every frame.',
    sources: ['greenBook', 'rfc3394'],
  },
  {
    adversary: 'outsider',
    plan: 'none',
    powers: LOCKED_OUT,
    says: 'Who holds no key learns none from the wire.',
    sources: ['greenBook', 'rfc3394'],
  },
];
