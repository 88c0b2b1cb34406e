import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { clauseOf, type RuleSet } from '../../rules/ruleset.ts';
import { compareSuppliers, NOT_KNOWN, type Excluded } from './excluded.ts';
import { textTable, thousands } from '../../text/table.ts';

/** The effect of one category on one Responsible Supplier: a row of the report. */
export interface ConsultationRow {
  /** The supplier; empty if it is not known to DCC. */
  readonly supplier: string;
  readonly category: ExclusionCategory;
  /** Installations in which the supplier serves at least one excluded meter. */
  readonly installations: number;
  readonly electricityMeters: number;
  readonly gasMeters: number;
  /**
   * Those of the installations in which another supplier serves the other fuel. They count on that supplier's row too.
   */
  readonly dualSupplierInstallations: number;
}

type Counts = { -readonly [C in keyof Omit<ConsultationRow, 'supplier' | 'category'>]: number };

/**
 * The impact on each Responsible Supplier ("tell Responsible Suppliers the extent that they are impacted, where DCC has
 * the data to do so, at the point of consultation" - Various 1, Process Amendments). Only reported exclusions count. A
 * category that excludes the GSME concerns the gas supplier alone, because the electricity meter migrates.
 */
export class Consultation {
  readonly #rows = new Map<string, Map<ExclusionCategory, Counts>>();
  /** Per category: the installations with a reported exclusion, each counted once. */
  readonly totals = new Map<ExclusionCategory, { installations: number; dual: number }>();

  add(excluded: Excluded): void {
    const { category, meters } = excluded;
    const suppliers = [...new Set(meters.map((meter) => meter.supplier))];
    const dual = suppliers.length > 1;
    for (const supplier of suppliers) {
      const row = this.#row(supplier, category);
      row.installations += 1;
      if (dual) row.dualSupplierInstallations += 1;
      for (const meter of meters) {
        if (meter.supplier !== supplier) continue;
        if (meter.fuel === 'gas') row.gasMeters += 1;
        else row.electricityMeters += 1;
      }
    }
    const total = this.totals.get(category) ?? { installations: 0, dual: 0 };
    total.installations += 1;
    if (dual) total.dual += 1;
    this.totals.set(category, total);
  }

  #row(supplier: string, category: ExclusionCategory): Counts {
    let rows = this.#rows.get(supplier);
    if (!rows) this.#rows.set(supplier, (rows = new Map<ExclusionCategory, Counts>()));
    let row = rows.get(category);
    if (!row) {
      row = { installations: 0, electricityMeters: 0, gasMeters: 0, dualSupplierInstallations: 0 };
      rows.set(category, row);
    }
    return row;
  }

  /**
   * The rows by supplier, with suppliers not known to DCC last. Within a supplier they are in the order of CATEGORIES.
   */
  rows(): ConsultationRow[] {
    return [...this.#rows.keys()].sort(compareSuppliers).flatMap((supplier) =>
      CATEGORIES.flatMap((category) => {
        const counts = this.#rows.get(supplier)?.get(category);
        return counts ? [{ supplier, category, ...counts }] : [];
      }),
    );
  }

  /** The categories in which the two ways of counting give different results. The list must be empty. */
  faults(): string[] {
    return CATEGORIES.flatMap((category) => {
      const total = this.totals.get(category) ?? { installations: 0, dual: 0 };
      const rows = this.rows().filter((row) => row.category === category);
      const counted = rows.reduce((sum, row) => sum + row.installations, 0);
      if (counted === total.installations + total.dual) return [];
      return [`${category}: ${counted} installations over all suppliers, expected ${total.installations + total.dual}`];
    });
  }
}

export const CONSULTATION_COLUMNS = [
  'supplier',
  'known_to_dcc',
  'category',
  'exclusion_category',
  'installations',
  'electricity_meters',
  'gas_meters',
  'dual_supplier_installations',
] as const;

export function consultationCells(row: ConsultationRow, rules: RuleSet): string[] {
  return [
    row.supplier,
    row.supplier === '' ? 'no' : 'yes',
    row.category,
    clauseOf(rules, row.category)?.title ?? row.category,
    String(row.installations),
    String(row.electricityMeters),
    String(row.gasMeters),
    String(row.dualSupplierInstallations),
  ];
}

/** The rows for a reader, with totals in which each installation counts once. */
export function consultationText(report: Consultation): string {
  const numbers = (row: Counts): string[] =>
    [row.installations, row.electricityMeters, row.gasMeters, row.dualSupplierInstallations].map(thousands);
  const rows = report.rows();
  const table = [
    ['supplier', 'category', 'installations', 'electricity meters', 'gas meters', 'of these dual'],
    ...rows.map((row) => [row.supplier || NOT_KNOWN, row.category, ...numbers(row)]),
  ];
  for (const category of CATEGORIES) {
    const total = report.totals.get(category);
    if (!total) continue;
    const sum = (column: 'electricityMeters' | 'gasMeters'): number =>
      rows.reduce((sum, row) => sum + (row.category === category ? row[column] : 0), 0);
    const { installations, dual } = total;
    const meters = { electricityMeters: sum('electricityMeters'), gasMeters: sum('gasMeters') };
    table.push(['each once', category, ...numbers({ installations, ...meters, dualSupplierInstallations: dual })]);
  }
  return [
    textTable(table, { right: [2, 3, 4, 5] }),
    'An installation whose two fuels have different suppliers is dual: it counts on the row of each, and once under "each once". gt01 excludes the gas meter alone and concerns its supplier only. Suppliers without a row have none.',
  ].join('\n');
}
