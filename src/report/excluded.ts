import type { ExclusionCategory, Excludes } from '../clauses/clause.ts';
import { knownAt, recordsUpTo } from '../exclusion/reference/state.ts';
import type { Verdict } from '../exclusion/verdict.ts';
import type { Cohort } from '../installation/cohort.ts';
import type { History } from '../migration/history.ts';
import type { Instant } from '../time.ts';

export const FUELS = ['electricity', 'gas'] as const;
export type Fuel = (typeof FUELS)[number];

/** One meter that an exclusion takes out, and who serves it. */
export interface ExcludedMeter {
  readonly fuel: Fuel;
  /** The MPAN or the MPRN. */
  readonly meterPoint: string;
  /** The Responsible Supplier at the instant asked; empty: not known to DCC. */
  readonly supplier: string;
}

/** The reported exclusion of one installation as of an instant. Survives JSON. */
export interface Excluded {
  readonly installationId: string;
  readonly cohort: Cohort;
  readonly category: ExclusionCategory;
  readonly excludes: Excludes;
  readonly metAt: Instant;
  /** Null: the category holds, but is not in effect by the as-of. */
  readonly effectiveFrom: Instant | null;
  /** Electricity before gas; the gas meter alone where the category excludes the GSME. */
  readonly meters: readonly ExcludedMeter[];
}

/**
 * What a reported verdict takes out as of an instant, by the suppliers as they stand then: a change of supplier moves a
 * meter. Undefined: no category holds.
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

/** How tables print the suppliers that DCC does not know; in CSV their cell is empty and `known_to_dcc` is `no`. */
export const NOT_KNOWN = '(not known to DCC)';

/** Names before the nameless, by code unit: the same order on every machine. */
export function compareSuppliers(a: string, b: string): number {
  if ((a === '') !== (b === '')) return a === '' ? 1 : -1;
  return compareText(a, b);
}

/** By UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
