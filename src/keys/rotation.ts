/**
 * The rotation of one key of one device, as a table: between storing the new key and proving it, the head-end may not know
 * which of two keys is live. A lost answer leaves doubt; only an association, or a refusal that verifies, ends it.
 */
import { assert } from '../assert.ts';
import type { KeyType } from './keyring.ts';

/**
 * settled: one ACTIVE key and no other. stored: a NEW key that the device has never been sent, or is known not to have.
 * sent: no answer that verifies; either key may be live. acknowledged: the device said it is installed; not yet proved.
 */
export const ROTATION_STATES = ['settled', 'stored', 'sent', 'acknowledged'] as const;
export type RotationState = (typeof ROTATION_STATES)[number];

/**
 * store: a NEW key is put on record; send: it leaves; acknowledged, refused: the device's answer, verified under the keys it
 * was asked under; provedNew, provedOld: an association under the new or the old key succeeded.
 */
export const ROTATION_EVENTS = ['store', 'send', 'acknowledged', 'refused', 'provedNew', 'provedOld'] as const;
export type RotationEvent = (typeof ROTATION_EVENTS)[number];

/**
 * What an event does. A refusal that does not verify is no event: an exception comes in clear, and whoever forged one could
 * make a head-end forget the key that the device has just installed. An association under the old key is final: its counters
 * are above those of every message sent before, so a transfer still on its way will be refused as a replay.
 */
export const ROTATION: Readonly<Record<RotationState, Readonly<Partial<Record<RotationEvent, RotationState>>>>> = {
  settled: { store: 'stored', provedOld: 'settled' },
  stored: { send: 'sent', provedOld: 'stored' },
  sent: { acknowledged: 'acknowledged', refused: 'settled', provedNew: 'settled', provedOld: 'stored' },
  acknowledged: { provedNew: 'settled', provedOld: 'stored' },
};

/** The state after an event. What is not in the table is refused, loudly. */
export function rotationAfter(state: RotationState, event: RotationEvent): RotationState {
  const next = ROTATION[state][event];
  assert(next !== undefined, `a rotation that is ${state} cannot be ${event}`);
  return next;
}

/** Which keys may be live in each state, the likelier first: what is tried when the device does not know us. */
export const CANDIDATES: Readonly<Record<RotationState, readonly ('active' | 'new')[]>> = {
  settled: ['active'],
  stored: ['active'],
  sent: ['new', 'active'],
  acknowledged: ['new', 'active'],
};

/** One at a time, the authentication key first (our assumption, after the production head-end that KEY_FACTS cites). */
export const ROTATION_ORDER = ['gak', 'guek'] as const satisfies readonly KeyType[];
export type RotatedType = (typeof ROTATION_ORDER)[number];

export type Pair = Readonly<Record<RotatedType, 'active' | 'new'>>;

/** The pairs of keys to try, likeliest first: two a type, so never more than four. */
export function candidatePairs(states: Readonly<Record<RotatedType, RotationState>>): readonly Pair[] {
  return CANDIDATES[states.gak].flatMap((gak) => CANDIDATES[states.guek].map((guek) => ({ gak, guek })));
}

/** The most associations that finding the live keys can take. */
export const RECOVERY_ASSOCIATIONS_MAX = 4;
