/**
 * The rotation of one key of one device, as a table. Between storing the new key and proving it, the head-end may not
 * know which of the two keys is live. A lost answer leaves doubt; only an association, or a refusal that verifies, ends
 * it.
 */
import { assert } from '../assert.ts';
import type { KeyType } from './keyring.ts';

/**
 * The states of a rotation. settled: there is one ACTIVE key and no other. stored: there is a NEW key that was never
 * sent to the device, or that the device is known not to have. sent: no answer has verified, so either key may be live.
 * acknowledged: the device reported the key as installed, and the key is not proved yet.
 */
export const ROTATION_STATES = ['settled', 'stored', 'sent', 'acknowledged'] as const;
export type RotationState = (typeof ROTATION_STATES)[number];

/**
 * The events of a rotation. store: a NEW key is put on record. send: the key leaves. acknowledged, refused: the device
 * answered, and the answer verified under the keys of the request. provedNew, provedOld: an association under the new
 * or the old key succeeded.
 */
export const ROTATION_EVENTS = ['store', 'send', 'acknowledged', 'refused', 'provedNew', 'provedOld'] as const;
export type RotationEvent = (typeof ROTATION_EVENTS)[number];

/**
 * The state after each event. A refusal that does not verify is no event: an exception comes in clear, and a forged one
 * could make a head-end forget the key that the device has just installed. An association under the old key is final:
 * its counters are above those of every message sent before, so the device will refuse a transfer that is still on its
 * way as a replay.
 */
export const ROTATION: Readonly<Record<RotationState, Readonly<Partial<Record<RotationEvent, RotationState>>>>> = {
  settled: { store: 'stored', provedOld: 'settled' },
  stored: { send: 'sent', provedOld: 'stored' },
  sent: { acknowledged: 'acknowledged', refused: 'settled', provedNew: 'settled', provedOld: 'stored' },
  acknowledged: { provedNew: 'settled', provedOld: 'stored' },
};

/**
 * The state after an event.
 * @throws if the table has no such transition
 */
export function rotationAfter(state: RotationState, event: RotationEvent): RotationState {
  const next = ROTATION[state][event];
  assert(next !== undefined, `a rotation that is ${state} cannot be ${event}`);
  return next;
}

/**
 * The keys that may be live in each state, the likelier first. They are tried in this order when the device rejects our
 * keys.
 */
export const CANDIDATES: Readonly<Record<RotationState, readonly ('active' | 'new')[]>> = {
  settled: ['active'],
  stored: ['active'],
  sent: ['new', 'active'],
  acknowledged: ['new', 'active'],
};

/**
 * Keys are rotated one at a time, the authentication key first (our assumption, after the production head-end that
 * KEY_FACTS cites).
 */
export const ROTATION_ORDER = ['gak', 'guek'] as const satisfies readonly KeyType[];
export type RotatedType = (typeof ROTATION_ORDER)[number];

export type Pair = Readonly<Record<RotatedType, 'active' | 'new'>>;

/** The pairs of keys to try, likeliest first. Each type has at most two candidates, so there are at most four pairs. */
export function candidatePairs(states: Readonly<Record<RotatedType, RotationState>>): readonly Pair[] {
  return CANDIDATES[states.gak].flatMap((gak) => CANDIDATES[states.guek].map((guek) => ({ gak, guek })));
}

/** The most associations that are needed to find the live keys. */
export const RECOVERY_ASSOCIATIONS_MAX = 4;
