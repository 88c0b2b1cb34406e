/**
 * The keys of one device as tables: which there are, what state a head-end's ledger holds each in, and what each event does
 * to it. No bytes here. DLMS security suite 0 is a standards-based stand-in for the cohorts' own schemes, with the same
 * dependency on the Master Key; no source says that SMETS1 devices use it.
 */
import { assert } from '../assert.ts';
import type { SourceId } from '../regulation/sources.ts';

/**
 * guek: global unicast encryption key, one half of every message; gak: global authentication key, the other half; kek: the
 * master key, which wraps new keys and is itself established out of band.
 */
export const KEY_TYPES = ['guek', 'gak', 'kek'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** Which key wraps a new one of each type: the master key wraps all, itself too. Green Book 9.2.5.4. */
export const WRAPPED_BY: Readonly<Record<KeyType, KeyType>> = { guek: 'kek', gak: 'kek', kek: 'kek' };

/** What an APDU needs of its reader, its writer, and of whoever installs keys with it. */
export const NEEDED: Readonly<Record<'decrypt' | 'associate' | 'install', readonly KeyType[]>> = {
  // The GAK is additional data of the tag only: the ciphertext opens without it.
  decrypt: ['guek'],
  associate: ['guek', 'gak'],
  install: ['guek', 'gak', 'kek'],
};

/** NEW: stored, not known to be live. ACTIVE: an association under it succeeded last. EXPIRED: one under its successor did. */
export const LEDGER_STATES = ['NEW', 'ACTIVE', 'EXPIRED', 'WITHDRAWN'] as const;
export type LedgerState = (typeof LEDGER_STATES)[number];

/** proved: an association under it succeeded; superseded: one under another key of its type did; refused: the device said no. */
export const LEDGER_EVENTS = ['proved', 'superseded', 'refused'] as const;
export type LedgerEvent = (typeof LEDGER_EVENTS)[number];

/** What an event does to a key of the ledger. An old key ends only when its successor has been proved. */
export const LEDGER: Readonly<Record<LedgerState, Readonly<Partial<Record<LedgerEvent, LedgerState>>>>> = {
  NEW: { proved: 'ACTIVE', refused: 'WITHDRAWN' },
  ACTIVE: { proved: 'ACTIVE', superseded: 'EXPIRED' },
  EXPIRED: {},
  WITHDRAWN: {},
};

/** The state after an event. What is not in the table is refused, loudly. */
export function ledgerAfter(state: LedgerState, event: LedgerEvent): LedgerState {
  const next = LEDGER[state][event];
  assert(next !== undefined, `a key that is ${state} cannot be ${event}`);
  return next;
}

/** Facts about the keys that comments and claims rest on, with where they come from. */
export const KEY_FACTS: Readonly<Record<string, { readonly fact: string; readonly source: SourceId }>> = {
  kekOutOfBand: {
    fact: 'the KEK is the master key, established out of band; only who shares it can transfer keys',
    source: 'greenBook',
  },
  noForwardSecrecy: {
    fact: 'new keys travel wrapped under the KEK and protected by the keys they replace; nothing is agreed afresh',
    source: 'greenBook',
  },
  wrapIsReversible: { fact: 'who holds the wrapping key unwraps', source: 'rfc3394' },
  storeBeforeSending: {
    fact: 'a new key is stored before it is sent; after a failed authentication new and active are tried per key type',
    source: 'osgp',
  },
};
