import { londonDay, monthOf, type Instant } from '../../time.ts';
import { compareSuppliers, FUELS, NOT_KNOWN, type Excluded, type Fuel } from './excluded.ts';
import { textTable, thousands } from '../../text/table.ts';

/** The meters of one supplier that are to be replaced with SMETS2+ in one month. */
export interface ReplacementRow {
  /** The supplier; empty if it is not known to DCC. */
  readonly supplier: string;
  readonly fuel: Fuel;
  /** Months since January 1970, London. */
  readonly month: number;
  readonly visits: number;
  /** The meters replaced on a visit at which the same supplier replaces the other fuel's meter as well. */
  readonly joint: number;
}

/** Meters that became due together. They are spread over the same months. */
interface DueTogether {
  readonly supplier: string;
  readonly fuel: Fuel;
  readonly joint: boolean;
  /** The month in which the exclusion took effect. */
  readonly effective: number;
  meters: number;
}

/**
 * The SMETS2+ visits that effective exclusions cause ("the consequence of each exclusion is replacement with SMETS2+ by
 * 31 December 2022" - Various 1). Each meter needs one visit, gas meters included. The spread over time is our
 * assumption: the meters of an exclusion that takes effect in a month are replaced in equal parts from the next month
 * to the month of the deadline, or in the month itself if no later one is left. The parts are whole numbers, and their
 * sum is exact.
 */
export class Replacements {
  readonly #due = new Map<string, DueTogether>();
  readonly #deadline: number;

  constructor(deadline: Instant) {
    this.#deadline = monthOf(londonDay(deadline));
  }

  /** Counts an exclusion that is in effect. Other exclusions cause no visit and are ignored. */
  add({ effectiveFrom, meters }: Excluded): void {
    if (effectiveFrom === null) return;
    const effective = monthOf(londonDay(effectiveFrom));
    const joint =
      meters.length > 1 && new Set(meters.map((meter) => meter.supplier)).size === 1 && meters[0]?.supplier !== '';
    for (const { fuel, supplier } of meters) {
      const key = JSON.stringify([supplier, fuel, joint, effective]);
      const due = this.#due.get(key);
      if (due) due.meters += 1;
      else this.#due.set(key, { supplier, fuel, joint, effective, meters: 1 });
    }
  }

  /** The total number of meters that are due. */
  get meters(): number {
    return [...this.#due.values()].reduce((sum, due) => sum + due.meters, 0);
  }

  /** The rows by supplier, fuel and month. A month without a visit has no row. */
  rows(): ReplacementRow[] {
    const rows = new Map<string, { -readonly [C in keyof ReplacementRow]: ReplacementRow[C] }>();
    for (const { supplier, fuel, joint, effective, meters } of this.#due.values()) {
      const first = Math.min(effective + 1, Math.max(this.#deadline, effective));
      const last = Math.max(this.#deadline, first);
      for (const [i, visits] of parts(meters, last - first + 1).entries()) {
        if (visits === 0) continue;
        const month = first + i;
        const key = JSON.stringify([supplier, fuel, month]);
        let row = rows.get(key);
        if (!row) rows.set(key, (row = { supplier, fuel, month, visits: 0, joint: 0 }));
        row.visits += visits;
        if (joint) row.joint += visits;
      }
    }
    return [...rows.values()].sort(
      (a, b) =>
        compareSuppliers(a.supplier, b.supplier) || FUELS.indexOf(a.fuel) - FUELS.indexOf(b.fuel) || a.month - b.month,
    );
  }
}

/**
 * Splits a whole number into whole parts that are as equal as possible, in a fixed order. The sum of the parts is the
 * number.
 */
export function parts(whole: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * whole) / count) - Math.floor((i * whole) / count),
  );
}

export const REPLACEMENT_COLUMNS = ['supplier', 'known_to_dcc', 'fuel', 'month', 'visits', 'joint'] as const;

export function replacementCells(row: ReplacementRow): string[] {
  const known = row.supplier === '' ? 'no' : 'yes';
  return [row.supplier, known, row.fuel, formatMonth(row.month), String(row.visits), String(row.joint)];
}

/** Writes months since January 1970 as `2022-03`. */
export function formatMonth(month: number): string {
  return `${1970 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}

/** A table with suppliers and fuels as rows and months as columns. */
export function replacementsText(rows: readonly ReplacementRow[]): string {
  const months = [...new Set(rows.map((row) => row.month))].sort((a, b) => a - b);
  const lines = new Map<string, ReplacementRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.supplier, row.fuel]);
    const line = lines.get(key);
    if (line) line.push(row);
    else lines.set(key, [row]);
  }
  const cells = (of: readonly ReplacementRow[]): string[] => [
    ...months.map((month) => thousands(of.reduce((sum, row) => sum + (row.month === month ? row.visits : 0), 0))),
    thousands(of.reduce((sum, row) => sum + row.visits, 0)),
    thousands(of.reduce((sum, row) => sum + row.joint, 0)),
  ];
  const table = [
    ['supplier', 'fuel', ...months.map(formatMonth), 'all', 'joint'],
    ...[...lines.values()].map((line) => [line[0]?.supplier || NOT_KNOWN, line[0]?.fuel ?? '', ...cells(line)]),
    ['all', '', ...cells(rows)],
  ];
  return textTable(table, { right: Array.from({ length: months.length + 2 }, (_, i) => i + 2) });
}
