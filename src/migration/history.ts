import type { Instant } from '../time.ts';
import type { Installation } from '../installation/installation.ts';

export const ATTEMPT_KINDS = ['instruction', 'migration'] as const;
/**
 * The kind of an attempt. An `instruction` is given by DCC to the SMSO under clause 4.26. A `migration` is a migration
 * attempt.
 */
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

export const CAUSES = ['device', 'system'] as const;
export type Cause = (typeof CAUSES)[number];

/** The outcomes that are not failures: all devices were migrated (or prepared), or the ESME alone was migrated. */
export const OK = 'ok';
export const OK_ESME = 'ok-esme';
/** The outcome of an instruction whose last try failed for lack of WAN (src/docs/records.md). The word is ours. */
export const NO_WAN = 'NO-WAN';

/** A row of the `attempts` record. For an instruction, `at` is the end of its last try. */
export interface Attempt {
  readonly at: Instant;
  readonly kind: AttemptKind;
  /** The outcome: `ok`, `ok-esme` (migration only) or an error code. */
  readonly outcome: string;
  readonly cause: Cause;
  /**
   * True if the failure is in Table 5.10 (fixable data errors). An empty field has already been filled from the
   * catalogue.
   */
  readonly table510: boolean;
}

const INSTALLATION_EVENTS = [
  'master-key-unobtainable',
  'master-key-obtained',
  'electricity-supplier',
  'gas-supplier',
  'esme-dormant',
  'gsme-dormant',
  'electricity-payment-mode',
  'gas-payment-mode',
  'supplier-gsme-exclusion',
  'readmit',
] as const;
export const DMC_EVENTS = ['dcc-recommends', 'sos-uneconomic', 'sos-direct-otherwise'] as const;
export const EVENTS = [...INSTALLATION_EVENTS, ...DMC_EVENTS] as const;

/** The name of an event record, as the column `event` holds it (src/docs/records.md). */
export type EventName = (typeof EVENTS)[number];

/**
 * Events that share a key make opposite statements about one matter. Two of them at one instant contradict each other.
 */
const SHARED_KEYS: Readonly<Partial<Record<EventName, string>>> = {
  'master-key-unobtainable': 'masterKey',
  'master-key-obtained': 'masterKey',
  'sos-uneconomic': 'sos',
  'sos-direct-otherwise': 'sos',
};

/** The key of an event: the matter that it concerns. Rows with the same subject, instant and key must agree. */
export function keyOfEvent(event: EventName): string {
  return SHARED_KEYS[event] ?? event;
}

/** Events that need a GSME. They are refused if the installation has none. */
export const GAS_EVENTS: readonly EventName[] = [
  'gas-supplier',
  'gsme-dormant',
  'gas-payment-mode',
  'supplier-gsme-exclusion',
];

/** A row of the `events` record. Its subject is an installation or a DMC (`dmc:<id>`). */
export interface HistoryEvent {
  readonly at: Instant;
  readonly event: EventName;
  /** The value of the event: a supplier, `yes` or `no`, `credit` or `prepayment`, or empty. */
  readonly value: string;
}

/** All inputs of a verdict except the rule set and the as-of. The rows may be in any order. */
export interface History {
  readonly installation: Installation;
  readonly attempts: readonly Attempt[];
  /** The events of the installation and of its DMC. */
  readonly events: readonly HistoryEvent[];
}
