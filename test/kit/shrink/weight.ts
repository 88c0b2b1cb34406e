import { COHORTS } from '../../../src/installation/cohort.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import { NO_WAN, OK, OK_ESME, type Attempt, type HistoryEvent } from '../../../src/migration/history.ts';
import { DAY, HOUR, instant, londonDay, londonOffset, type Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';

/**
 * The Monday at which plain histories begin, 10:00 London time. It is after every date of Various 1 and far from the
 * next.
 */
export const PLAIN_START: Instant = instant('2022-01-10T10:00:00Z');
/** The plain as-of: after every row of a plain history and after the expiry of Various 1. */
export const PLAIN_AS_OF: Instant = instant('2023-06-30T12:00:00Z');
export const PLAIN_ELECTRICITY_SUPPLIER = 'E';
export const PLAIN_GAS_SUPPLIER = 'G';
export const PLAIN_DMC = 'DMC-1';
export const PLAIN_CODE = 'MA112';
/** The identifiers that replace an installation's own. Their check digits are correct; they belong to nobody. */
export const PLAIN_IDENTITY = { installationId: '1', mpan: '2000000000015', mprn: '3938424403' } as const;

/**
 * The amount that a reader has to take in, as numbers that are compared one after the other: rows; values that are not
 * plain; untidiness of the instants; span in seconds; distance from the plain start. The shrinker takes lighter values
 * only.
 */
export type Weight = readonly number[];

/** The weight of a question. */
export function weightOf({ history, asOf }: Question): Weight {
  const rows = [...history.attempts, ...history.events];
  const instants = rows.map(({ at }) => at);
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  const oddities = oddInstallation(history.installation) + sum(rows.map(oddRow));
  const untidy = sum(instants.map(untidiness)) + asOfUntidiness(asOf, last);
  return rows.length === 0
    ? [0, oddities, untidy, 0, Math.abs(asOf - PLAIN_AS_OF)]
    : [rows.length, oddities, untidy, last - first, Math.abs(first - PLAIN_START) + Math.abs(asOf - PLAIN_AS_OF)];
}

/** True if the first weight is below the second. */
export function isLighter(one: Weight, other: Weight): boolean {
  for (const [i, value] of one.entries()) {
    const against = other[i] as number;
    if (value !== against) return value < against;
  }
  return false;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(...odd: readonly boolean[]): number {
  return odd.filter(Boolean).length;
}

function oddInstallation(of: Installation): number {
  const { gas } = of;
  const identity = count(
    of.installationId !== PLAIN_IDENTITY.installationId,
    of.mpan !== PLAIN_IDENTITY.mpan,
    of.groupId !== '',
    gas !== null && gas.mprn !== PLAIN_IDENTITY.mprn,
  );
  const electricity = count(
    !of.esmeDormant,
    of.electricityPaymentMode !== 'credit',
    of.electricitySupplier !== PLAIN_ELECTRICITY_SUPPLIER,
    of.dmc !== PLAIN_DMC,
  );
  const ofGas =
    gas === null ? 1 : 2 * count(!gas.dormant, gas.paymentMode !== 'credit', gas.supplier !== PLAIN_GAS_SUPPLIER);
  return COHORTS.indexOf(of.cohort) + identity + 2 * electricity + ofGas;
}

function oddRow(row: Attempt | HistoryEvent): number {
  if ('event' in row) return row.value === plainValue(row) ? 0 : 1;
  const { cause, table510, outcome, kind } = row;
  const isPlain = kind === 'instruction' ? outcome === NO_WAN : outcome === PLAIN_CODE;
  const isEnd = outcome === OK || outcome === OK_ESME;
  return count(cause !== 'device', table510, !isPlain, isEnd, /^UNLISTED|-SYN$/.test(outcome));
}

/**
 * The plainest value of an event. It differs from the value that a plain installation already has, because such an
 * event would change nothing.
 */
export function plainValue({ event }: HistoryEvent): string {
  switch (event) {
    case 'electricity-supplier':
    case 'gas-supplier':
      return 'H';
    case 'supplier-gsme-exclusion':
      return PLAIN_GAS_SUPPLIER;
    case 'esme-dormant':
    case 'gsme-dormant':
      return 'no';
    case 'electricity-payment-mode':
    case 'gas-payment-mode':
      return 'prepayment';
    default:
      return '';
  }
}

/** 0: Monday 10:00 London time; 1: another day at 10:00; 2: midnight; 3: a whole hour; 4: any second. */
function untidiness(at: Instant): number {
  const local = at + londonOffset(at);
  const ofDay = local % DAY;
  if (ofDay === 10 * HOUR) return (londonDay(at) + 3) % 7 === 0 ? 0 : 1;
  if (ofDay === 0) return 2;
  return ofDay % HOUR === 0 ? 3 : 4;
}

function asOfUntidiness(asOf: Instant, last: Instant): number {
  if (asOf === PLAIN_AS_OF) return 0;
  return asOf === last ? 1 : 2;
}
