import type { Instant } from '../time.ts';
import type { Installation } from '../installation/installation.ts';

export const ATTEMPT_KINDS = ['instruction', 'migration'] as const;
/** An `instruction` is DCC's to the SMSO under clause 4.26; a `migration` is a migration attempt. */
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

export const CAUSES = ['device', 'system'] as const;
export type Cause = (typeof CAUSES)[number];

/** Outcomes that are not failures: all devices migrated (or prepared), or the ESME alone. */
export const OK = 'ok';
export const OK_ESME = 'ok-esme';
/** The outcome of an instruction whose last try failed for lack of WAN (src/docs/records.md; the word is ours). */
export const NO_WAN = 'NO-WAN';

/** A row of the `attempts` record. `at` of an instruction is the end of its last try. */
export interface Attempt {
  readonly at: Instant;
  readonly kind: AttemptKind;
  /** `ok`, `ok-esme` (migration only) or an error code. */
  readonly outcome: string;
  readonly cause: Cause;
  /** Whether the failure stands in Table 5.10 (fixable data errors); defaults are resolved from the catalogue. */
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

/** Events that share a key say opposite things of one matter: two of them at one instant contradict each other. */
const SHARED_KEYS: Readonly<Partial<Record<EventName, string>>> = {
  'master-key-unobtainable': 'masterKey',
  'master-key-obtained': 'masterKey',
  'sos-uneconomic': 'sos',
  'sos-direct-otherwise': 'sos',
};

/** What an event is about; rows of one subject, instant and key must agree. */
export function keyOfEvent(event: EventName): string {
  return SHARED_KEYS[event] ?? event;
}

/** Events that need a GSME; refused where the installation has none. */
export const GAS_EVENTS: readonly EventName[] = [
  'gas-supplier',
  'gsme-dormant',
  'gas-payment-mode',
  'supplier-gsme-exclusion',
];

/** A row of the `events` record: of an installation, or of its DMC (subject `dmc:<id>`). */
export interface HistoryEvent {
  readonly at: Instant;
  readonly event: EventName;
  /** A supplier, `yes|no`, `credit|prepayment`, or empty, as the event has it. */
  readonly value: string;
}

/** Everything a verdict is a function of, save the rule set and the as-of. Rows are in any order. */
export interface History {
  readonly installation: Installation;
  readonly attempts: readonly Attempt[];
  /** The installation's events and those of its DMC. */
  readonly events: readonly HistoryEvent[];
}
