import { assert } from '../../assert.ts';
import { keyOfEvent, OK, OK_ESME, type Attempt, type History, type HistoryEvent } from '../../migration/history.ts';
import type { Installation, PaymentMode } from '../../installation/installation.ts';
import type { Instant } from '../../time.ts';

/**
 * An instant before all others: the start of a supplier's first registration, and the readmit of a history that has
 * none.
 */
export const BEGINNING_OF_TIME: Instant = Number.NEGATIVE_INFINITY;

/** The records that exist as of an instant, in time order and without exact duplicates. */
export interface Records {
  readonly installation: Installation;
  readonly attempts: readonly Attempt[];
  readonly events: readonly HistoryEvent[];
}

/**
 * The state at an instant: the initial row, changed by the events up to and including that instant
 * (src/docs/meaning.md).
 */
export interface State {
  readonly esmeDormant: boolean;
  readonly electricityPaymentMode: PaymentMode;
  readonly electricitySupplier: string;
  readonly gas: { readonly dormant: boolean; readonly paymentMode: PaymentMode; readonly supplier: string } | null;
  /** The start of the gas supplier's registration: the last instant at which its name really changed. */
  readonly gasRegisteredAt: Instant;
  /** The last instant at which the name of either supplier really changed. */
  readonly cosAt: Instant;
  /** The latest readmit. Records at or before it no longer count, except state events. */
  readonly readmittedAt: Instant;
}

/** The records up to an instant, and the state that results from them. */
export interface Known extends Records {
  readonly at: Instant;
  readonly state: State;
  /**
   * The earliest migration attempt with `ok` or `ok-esme` since the readmit, which ends the history; null if there is
   * none.
   */
  readonly migration: Attempt | null;
}

function compareEvents(a: HistoryEvent, b: HistoryEvent): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.event < b.event ? -1 : a.event > b.event ? 1 : 0;
}

function compareAttempts(a: Attempt, b: Attempt): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0;
}

/** Drops a row that exactly duplicates its neighbour. The reader must have refused rows that contradict each other. */
function distinct<R>(rows: R[], sameKey: (a: R, b: R) => boolean, same: (a: R, b: R) => boolean): R[] {
  return rows.filter((row, i) => {
    const before = rows[i - 1];
    if (before === undefined || !sameKey(before, row)) return true;
    assert(same(before, row), 'two different rows of a history share a key; the reader refuses both');
    return false;
  });
}

/** The records of a history as of an instant. The rows may come in any order and with exact duplicates. */
export function recordsUpTo(history: History, asOf: Instant): Records {
  return {
    installation: history.installation,
    attempts: distinct(
      history.attempts.filter((row) => row.at <= asOf).sort(compareAttempts),
      (a, b) => a.at === b.at && a.kind === b.kind,
      (a, b) => a.outcome === b.outcome && a.cause === b.cause && a.table510 === b.table510,
    ),
    events: distinct(
      history.events.filter((row) => row.at <= asOf).sort(compareEvents),
      (a, b) => a.at === b.at && keyOfEvent(a.event) === keyOfEvent(b.event),
      (a, b) => a.event === b.event && a.value === b.value,
    ),
  };
}

/** The distinct instants of all rows, counted or not, in ascending order. Categories are evaluated at them. */
export function instantsOf(records: Records): readonly Instant[] {
  const instants = new Set<Instant>();
  for (const { at } of records.attempts) instants.add(at);
  for (const { at } of records.events) instants.add(at);
  return [...instants].sort((a, b) => a - b);
}

/** The facts known at an instant, from the records up to it alone. */
export function knownAt(records: Records, at: Instant): Known {
  const attempts = records.attempts.filter((row) => row.at <= at);
  const events = records.events.filter((row) => row.at <= at);
  const state = stateFrom(records.installation, events);
  const migration =
    attempts.find((row) => row.at > state.readmittedAt && row.kind === 'migration' && !isFailure(row.outcome)) ?? null;
  return { installation: records.installation, attempts, events, at, state, migration };
}

/**
 * The facts known without one attempt. The end of a history is judged by them: they show what held without the row that
 * ends it.
 */
export function knownWithout(known: Known, attempt: Attempt): Known {
  return { ...known, attempts: known.attempts.filter((row) => row !== attempt), migration: null };
}

export function isFailure(outcome: string): boolean {
  return outcome !== OK && outcome !== OK_ESME;
}

function stateFrom(installation: Installation, events: readonly HistoryEvent[]): State {
  let { esmeDormant, electricityPaymentMode, electricitySupplier } = installation;
  // The reader must refuse gas events of an installation without a GSME. Here they change nothing.
  let gas: State['gas'] = installation.gas;
  let gasRegisteredAt = BEGINNING_OF_TIME;
  let cosAt = BEGINNING_OF_TIME;
  let readmittedAt = BEGINNING_OF_TIME;
  for (const { at, event, value } of events) {
    switch (event) {
      case 'esme-dormant':
        esmeDormant = value === 'yes';
        break;
      case 'electricity-payment-mode':
        electricityPaymentMode = value as PaymentMode;
        break;
      case 'electricity-supplier':
        if (value !== electricitySupplier) cosAt = at;
        electricitySupplier = value;
        break;
      case 'gsme-dormant':
        if (gas !== null) gas = { ...gas, dormant: value === 'yes' };
        break;
      case 'gas-payment-mode':
        if (gas !== null) gas = { ...gas, paymentMode: value as PaymentMode };
        break;
      case 'gas-supplier':
        if (gas === null || gas.supplier === value) break;
        cosAt = at;
        gasRegisteredAt = at;
        gas = { ...gas, supplier: value };
        break;
      case 'readmit':
        readmittedAt = at;
        break;
      default: // findings, decisions and instructions are no state
        break;
    }
  }
  return {
    esmeDormant,
    electricityPaymentMode,
    electricitySupplier,
    gas,
    gasRegisteredAt,
    cosAt,
    readmittedAt,
  };
}
