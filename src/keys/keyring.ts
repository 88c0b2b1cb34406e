/**
 * The keys of one device as tables: their types, the states in which a head-end's ledger holds them, and the effect of
 * each event. No key bytes are here. DLMS security suite 0 is a standards-based stand-in for the cohorts' own schemes,
 * and depends on the Master Key in the same way. No source says that SMETS1 devices use it.
 */
import { assert } from '../assert.ts';
import type { SourceId } from '../regulation/sources.ts';

/**
 * The types of keys. guek: the global unicast encryption key, one half of the protection of every message. gak: the
 * global authentication key, the other half. kek: the master key, which wraps new keys and is itself established out of
 * band.
 */
export const KEY_TYPES = ['guek', 'gak', 'kek'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** The key that wraps a new key of each type. The master key wraps all of them, itself included. Green Book 9.2.5.4. */
export const WRAPPED_BY: Readonly<Record<KeyType, KeyType>> = { guek: 'kek', gak: 'kek', kek: 'kek' };

/** The keys that a party needs to read an APDU, to write one (by association), and to install keys with one. */
export const NEEDED: Readonly<Record<'decrypt' | 'associate' | 'install', readonly KeyType[]>> = {
  // The GAK enters the tag only, as additional data. The ciphertext opens without it.
  decrypt: ['guek'],
  associate: ['guek', 'gak'],
  install: ['guek', 'gak', 'kek'],
};

/**
 * The states of a key in the ledger. NEW: stored, not known to be live. ACTIVE: the latest successful association used
 * it. EXPIRED: an association under its successor succeeded. WITHDRAWN: the device refused it.
 */
export const LEDGER_STATES = ['NEW', 'ACTIVE', 'EXPIRED', 'WITHDRAWN'] as const;
export type LedgerState = (typeof LEDGER_STATES)[number];

/**
 * The events of a key in the ledger. proved: an association under the key succeeded. superseded: an association under
 * another key of its type succeeded. refused: the device refused the key.
 */
export const LEDGER_EVENTS = ['proved', 'superseded', 'refused'] as const;
export type LedgerEvent = (typeof LEDGER_EVENTS)[number];

/** The state of a ledger key after each event. An old key ends only when its successor has been proved. */
export const LEDGER: Readonly<Record<LedgerState, Readonly<Partial<Record<LedgerEvent, LedgerState>>>>> = {
  NEW: { proved: 'ACTIVE', refused: 'WITHDRAWN' },
  ACTIVE: { proved: 'ACTIVE', superseded: 'EXPIRED' },
  EXPIRED: {},
  WITHDRAWN: {},
};

/**
 * The state after an event.
 * @throws if the table has no such transition
 */
export function ledgerAfter(state: LedgerState, event: LedgerEvent): LedgerState {
  const next = LEDGER[state][event];
  assert(next !== undefined, `a key that is ${state} cannot be ${event}`);
  return next;
}

/** Facts about the keys, with their sources. Comments and claims rest on them. */
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
