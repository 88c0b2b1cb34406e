import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import type { CompiledEngine } from '../../exclusion/engine/engine.ts';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import type { History } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import { compareSuppliers, compareText, excludedAt, FUELS, type Excluded, type Fuel } from './excluded.ts';

/** A run of months in which one meter point is excluded, as half-open positions in the list of months. */
export interface Stay {
  readonly from: number;
  readonly to: number;
  /** The supplier; empty if it is not known to DCC. Such a point is in no file. */
  readonly supplier: string;
  readonly category: ExclusionCategory;
}

/** One meter point that is excluded at the end of at least one of the months. It survives JSON. */
export interface ExcludedPoint {
  readonly installationId: string;
  readonly fuel: Fuel;
  readonly meterPoint: string;
  readonly stays: readonly Stay[];
}

/**
 * The excluded meter points of one installation over the ends of some months (instants in ascending order). They are
 * the reported exclusions in effect, by the supplier at each end. A meter point that is readmitted has no stay from
 * then on.
 *
 * A history is decided at the ends at which a span shows that a category holds. It is not decided again while it has no
 * new row, because an exclusion in effect stays so until a row ends it.
 */
export function excludedPoints(
  history: History,
  engine: CompiledEngine,
  monthEnds: readonly Instant[],
): ExcludedPoint[] {
  const spans = engine.spans(history, monthEnds.at(-1) as Instant);
  if (spans.length === 0) return []; // nothing ever held, which is the usual case
  const points = new Map<Fuel, { meterPoint: string; stays: Stay[] }>();
  let current: Excluded | undefined;
  for (const [month, at] of monthEnds.entries()) {
    const before = monthEnds[month - 1] ?? Number.NEGATIVE_INFINITY;
    const stands = current !== undefined && current.effectiveFrom !== null && !hasRow(history, before, at);
    if (!stands) {
      const holds = spans.some((span) => span.from <= at && (span.to === null || at < span.to));
      current = holds ? excludedAt(history, engine.decide(history, at).verdicts, at) : undefined;
    }
    if (!current || current.effectiveFrom === null) continue;
    const { category } = current;
    for (const { fuel, meterPoint, supplier } of current.meters) {
      let point = points.get(fuel);
      if (!point) points.set(fuel, (point = { meterPoint, stays: [] }));
      const last = point.stays.at(-1);
      if (last?.to === month && last.supplier === supplier && last.category === category) {
        point.stays[point.stays.length - 1] = { ...last, to: month + 1 };
      } else {
        point.stays.push({ from: month, to: month + 1, supplier, category });
      }
    }
  }
  const { installationId } = history.installation;
  return FUELS.flatMap((fuel) => {
    const point = points.get(fuel);
    return point ? [{ installationId, fuel, ...point }] : [];
  });
}

/** True if anything is recorded after one instant, up to and including another. */
function hasRow({ attempts, events }: History, after: Instant, to: Instant): boolean {
  const within = ({ at }: { readonly at: Instant }): boolean => at > after && at <= to;
  return attempts.some(within) || events.some(within);
}

/** The point without its stays from the first month at whose end the installation had been replaced. */
export function cutAtReplacement(
  point: ExcludedPoint,
  replacedAt: Instant,
  monthEnds: readonly Instant[],
): ExcludedPoint {
  const gone = monthEnds.findIndex((end) => replacedAt <= end);
  if (gone < 0) return point;
  const stays = point.stays.flatMap((row) => (row.from >= gone ? [] : [{ ...row, to: Math.min(row.to, gone) }]));
  return { ...point, stays };
}

function stayAt(point: ExcludedPoint, month: number): Stay | undefined {
  return point.stays.find((row) => row.from <= month && month < row.to);
}

const SUPPLIER_FILE_COLUMNS = ['mpan', 'mprn', 'exclusion_category'] as const;

/** One file: every meter point of a supplier at the end of a month. */
export interface SupplierFile {
  readonly supplier: string;
  readonly month: number;
  readonly electricityRows: number;
  readonly gasRows: number;
  /** The header and rows: MPANs first, then MPRNs, each by code unit. */
  readonly text: string;
}

/**
 * The files of one month, one for each supplier named, in the given order. `titleOf` gives the category in the words of
 * the briefing. The columns are ours ("MPAN/MPRN/Exclusion Category" - Various 1, Process Amendments).
 */
export function* filesOfMonth(
  points: readonly ExcludedPoint[],
  month: number,
  suppliers: readonly string[],
  titleOf: (category: ExclusionCategory) => string,
): Generator<SupplierFile> {
  const rowsOf = new Map<string, { fuel: Fuel; meterPoint: string; title: string }[]>();
  for (const point of points) {
    const stay = stayAt(point, month);
    if (!stay || stay.supplier === '') continue;
    const row = { fuel: point.fuel, meterPoint: point.meterPoint, title: titleOf(stay.category) };
    const rows = rowsOf.get(stay.supplier);
    if (rows) rows.push(row);
    else rowsOf.set(stay.supplier, [row]);
  }
  for (const supplier of suppliers) {
    const rows = (rowsOf.get(supplier) ?? []).sort(
      (a, b) => compareText(a.fuel, b.fuel) || compareText(a.meterPoint, b.meterPoint),
    );
    const lines = rows.map(({ fuel, meterPoint, title }) =>
      csvLine(fuel === 'electricity' ? [meterPoint, '', title] : ['', meterPoint, title]),
    );
    const gasRows = rows.filter((row) => row.fuel === 'gas').length;
    const text = csvLine(SUPPLIER_FILE_COLUMNS) + lines.join('');
    yield { supplier, month, electricityRows: rows.length - gasRows, gasRows, text };
  }
}

/** The changes of a supplier's file since the previous month: a row of the summary. */
export interface MonthSummary {
  readonly supplier: string;
  readonly month: number;
  readonly electricityRows: number;
  readonly gasRows: number;
  /** Points that are excluded now and were not at the end of the previous month. */
  readonly added: number;
  /** Points that were excluded then too, for another supplier. The next field counts the opposite move. */
  readonly movedIn: number;
  readonly movedOut: number;
  /** Points that are no longer excluded: readmitted, out of scope again, or replaced. */
  readonly removed: number;
  /** Points of the same supplier that are now under another category. */
  readonly recategorised: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The summary of a month for every supplier named (`''`: not known to DCC), compared with the previous month. */
export function summariesOf(
  points: readonly ExcludedPoint[],
  month: number,
  suppliers: readonly string[],
): MonthSummary[] {
  const rows = new Map<string, Mutable<MonthSummary>>(
    suppliers.map((supplier) => [
      supplier,
      {
        supplier,
        month,
        electricityRows: 0,
        gasRows: 0,
        added: 0,
        movedIn: 0,
        movedOut: 0,
        removed: 0,
        recategorised: 0,
      },
    ]),
  );
  for (const point of points) {
    const before = stayAt(point, month - 1);
    const now = stayAt(point, month);
    const row = now && rows.get(now.supplier);
    if (now && row) {
      if (point.fuel === 'gas') row.gasRows += 1;
      else row.electricityRows += 1;
      if (!before) row.added += 1;
      else if (before.supplier !== now.supplier) row.movedIn += 1;
      else if (before.category !== now.category) row.recategorised += 1;
    }
    const rowBefore = before && rows.get(before.supplier);
    if (!before || !rowBefore) continue;
    if (!now) rowBefore.removed += 1;
    else if (now.supplier !== before.supplier) rowBefore.movedOut += 1;
  }
  return [...rows.values()];
}

export const SUMMARY_COLUMNS = [
  'month',
  'supplier',
  'known_to_dcc',
  'file',
  'electricity_rows',
  'gas_rows',
  'added',
  'moved_in',
  'moved_out',
  'removed',
  'recategorised',
] as const;

export function summaryCells(row: MonthSummary, monthName: string, file: string): string[] {
  const known = row.supplier === '' ? 'no' : 'yes';
  const { electricityRows, gasRows, added, movedIn, movedOut, removed, recategorised } = row;
  const counts = [electricityRows, gasRows, added, movedIn, movedOut, removed, recategorised];
  return [monthName, row.supplier, known, file, ...counts.map(String)];
}

/** Every supplier that has a meter point in any of the months, including the one before the first. `''` comes last. */
export function suppliersOf(points: readonly ExcludedPoint[]): string[] {
  return [...new Set(points.flatMap((point) => point.stays.map((row) => row.supplier)))].sort(compareSuppliers);
}

/** Reported exclusions of a month by category, as meter points in the order of CATEGORIES. */
export function pointsByCategory(
  points: readonly ExcludedPoint[],
  month: number,
): ReadonlyMap<ExclusionCategory, number> {
  const counts = new Map<ExclusionCategory, number>(CATEGORIES.map((category) => [category, 0]));
  for (const point of points) {
    const stay = stayAt(point, month);
    if (stay) counts.set(stay.category, (counts.get(stay.category) ?? 0) + 1);
  }
  return counts;
}

/** A meter point that is not in exactly one file of its fuel. */
export interface FileFault {
  readonly fuel: Fuel;
  readonly meterPoint: string;
  readonly found: string;
}

/**
 * Checks that every excluded meter point with a known supplier is in exactly one file of its fuel, once, and that the
 * files contain nothing else. The texts are the written files, read again, so the check covers what is sent.
 */
export function faultsOfMonth(points: readonly ExcludedPoint[], month: number, texts: Iterable<string>): FileFault[] {
  const found = { electricity: new Map<string, number>(), gas: new Map<string, number>() };
  for (const text of texts) {
    for (const line of text.split('\n').slice(1)) {
      if (line === '') continue;
      const [mpan = '', mprn = ''] = line.split(',', 2); // neither is ever quoted
      if (mpan !== '') found.electricity.set(mpan, (found.electricity.get(mpan) ?? 0) + 1);
      if (mprn !== '') found.gas.set(mprn, (found.gas.get(mprn) ?? 0) + 1);
    }
  }
  const faults: FileFault[] = [];
  const seen = { electricity: new Set<string>(), gas: new Set<string>() };
  for (const { fuel, meterPoint, stays } of points) {
    const stay = stays.find((row) => row.from <= month && month < row.to);
    if (!stay) continue;
    const times = found[fuel].get(meterPoint) ?? 0;
    const wanted = stay.supplier === '' ? 0 : 1;
    if (seen[fuel].has(meterPoint)) faults.push({ fuel, meterPoint, found: 'excluded under two installations' });
    else if (times !== wanted) faults.push({ fuel, meterPoint, found: `${times} rows in the files of the month` });
    seen[fuel].add(meterPoint);
  }
  for (const fuel of FUELS) {
    for (const meterPoint of found[fuel].keys()) {
      if (!seen[fuel].has(meterPoint)) faults.push({ fuel, meterPoint, found: 'a row, though it is not excluded' });
    }
  }
  return faults;
}
