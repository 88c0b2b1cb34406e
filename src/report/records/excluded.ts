import type { ExclusionCategory, Excludes } from '../../clauses/clause.ts';
import { knownAt, recordsUpTo } from '../../exclusion/reference/state.ts';
import type { Verdict } from '../../exclusion/verdict.ts';
import type { Cohort } from '../../installation/cohort.ts';
import type { History } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';

export const FUELS = ['electricity', 'gas'] as const;
export type Fuel = (typeof FUELS)[number];

/** One meter that an exclusion removes, and its supplier. */
export interface ExcludedMeter {
  readonly fuel: Fuel;
  /** The MPAN or the MPRN. */
  readonly meterPoint: string;
  /** The Responsible Supplier at the as-of; empty if it is not known to DCC. */
  readonly supplier: string;
}

/** The reported exclusion of one installation as of an instant. It survives JSON. */
export interface Excluded {
  readonly installationId: string;
  readonly cohort: Cohort;
  readonly category: ExclusionCategory;
  readonly excludes: Excludes;
  readonly metAt: Instant;
  /** The instant from which the category is in effect; null if it holds and is not in effect by the as-of. */
  readonly effectiveFrom: Instant | null;
  /** The meters, electricity before gas. It is the gas meter alone if the category excludes the GSME. */
  readonly meters: readonly ExcludedMeter[];
}

/**
 * The meters that a reported verdict removes as of an instant, with their suppliers at that instant: a change of
 * supplier moves a meter. Undefined if no category holds.
 */
export function excludedAt(history: History, verdicts: readonly Verdict[], asOf: Instant): Excluded | undefined {
  const verdict = verdicts.find((row) => row.reported);
  if (!verdict) return undefined;
  const { installation } = history;
  const { state } = knownAt(recordsUpTo(history, asOf), asOf);
  const meters: ExcludedMeter[] = [];
  if (verdict.excludes === 'installation') {
    meters.push({ fuel: 'electricity', meterPoint: installation.mpan, supplier: state.electricitySupplier });
  }
  if (installation.gas && state.gas) {
    meters.push({ fuel: 'gas', meterPoint: installation.gas.mprn, supplier: state.gas.supplier });
  }
  return {
    installationId: installation.installationId,
    cohort: installation.cohort,
    category: verdict.category,
    excludes: verdict.excludes,
    metAt: verdict.metAt,
    effectiveFrom: verdict.effectiveFrom,
    meters,
  };
}

/** The word in tables for suppliers that DCC does not know. In CSV their cell is empty and `known_to_dcc` is `no`. */
export const NOT_KNOWN = '(not known to DCC)';

/** Compares suppliers by code unit, with the empty name last. The order is the same on every machine. */
export function compareSuppliers(a: string, b: string): number {
  if ((a === '') !== (b === '')) return a === '' ? 1 : -1;
  return compareText(a, b);
}

/** Compares texts by UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
