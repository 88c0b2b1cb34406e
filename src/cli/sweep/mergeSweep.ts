import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageDocument } from '../../report/html/section.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import { openTable } from '../../interchange/table/tableFile.ts';
import type { TableColumn, TableFile, TableValue } from '../../interchange/table/tableTypes.ts';
import { endOfLondonDate, formatDay, lastDayOfMonth, londonDay, monthOf } from '../../time.ts';
import type { Estimate } from '../../../sim/sweep/analysis/estimates.ts';
import { asOfsOf } from '../../../sim/sweep/cell/cell.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import type { CellPlan, PlannedCell, PlannedPoint } from '../../../sim/sweep/plan/cellPlan.ts';
import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { pointOf, resolvePoint, type ResolvedPoint, type SweepPoint } from '../../../sim/sweep/plan/points.ts';
import {
  convergenceRows,
  differenceRows,
  effectRows,
  morrisRows,
  scaleErrors,
  sobolRows,
  type EffectRow,
} from '../../../sim/sweep/results/effectRows.ts';
import { OutcomeTable } from '../../../sim/sweep/results/outcomeTable.ts';
import { pointTotals } from '../../../sim/sweep/results/pointTotals.ts';
import {
  endTotals,
  migratedTotals,
  volumeTotals,
  type TotalRow,
  type Totals,
} from '../../../sim/sweep/results/totals.ts';
import { shellWord } from '../../text/shellWord.ts';
import { sweepDocument } from '../page/sweepPage.ts';
import { PAGE_FILE } from '../report/reportFolder.ts';
import { MANIFEST, stage } from '../shell/outDirectory.ts';
import { benchVersion } from '../shell/version.ts';
import type { CellStore } from './cellStore.ts';
import { CELLS } from './sweepPlaces.ts';
import { SWEEP_TABLES, type SweepTable } from './sweepTables.ts';
import type { Provenance } from '../../report/provenance.ts';

export interface MergeOptions {
  readonly sweep: Sweep;
  readonly plan: CellPlan;
  readonly store: CellStore;
  readonly out: string;
  /** The origin of the files. */
  readonly provenance: Provenance;
  readonly onPoint: (share: number) => void | Promise<void>;
}

/** What a merge found, for the summary. */
export interface Merged {
  readonly effects: readonly EffectRow[];
  readonly scaleErrors: readonly number[];
  readonly table: OutcomeTable;
  readonly refused: readonly PlannedPoint[];
  /** Points that lack cells. They are left out of everything but design.parquet. */
  readonly missing: readonly number[];
}

/** A merge whose files are written, and its page. */
export interface WrittenSweep extends Merged {
  readonly page: PageDocument;
}

/**
 * Puts the cells of a sweep together and writes its files, all at once. It is a pure function of the plan and the cells:
 * whoever computed these, the files have the same bytes. Memory: one point, and a number for each outcome, point and
 * replication.
 */
export async function mergeSweep(options: MergeOptions): Promise<WrittenSweep> {
  const { sweep, plan, out, provenance } = options;
  const staging = stage(out, [CELLS]);
  const metadata = { sweep: sweep.name, scenario: `${sweep.base.scenario.name}#${sweep.base.hash}`, seed: sweep.seed, version: benchVersion() }; // prettier-ignore
  const files = new TableFiles(staging.folder, metadata);
  try {
    const merged = await writePoints(options, files);
    writeCells(plan, files);
    writeAnalysis(sweep, merged, files);
    const entries = files.close();
    const page = sweepDocument({ sweep, provenance, ...merged });
    const sha256 = writeWhole(join(staging.folder, PAGE_FILE), `${JSON.stringify(page)}\n`);
    const named = { ...entries, [PAGE_FILE]: { rows: 1, sha256 } };
    const manifest = manifestOf(options, merged, named);
    writeFileSync(join(staging.folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    staging.publish();
    return { ...merged, page };
  } catch (error) {
    files.abort();
    staging.discard();
    throw error;
  }
}

/** The tables of a sweep while they are written. */
class TableFiles {
  private readonly files = new Map<string, TableFile>();
  private readonly folder: string;
  private readonly metadata: Readonly<Record<string, string>>;

  constructor(folder: string, metadata: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.metadata = metadata;
  }

  open(name: SweepTable, more: readonly TableColumn[] = []): TableFile {
    const format = name.endsWith('.csv') ? 'csv' : 'parquet';
    const file = openTable(join(this.folder, name), [...SWEEP_TABLES[name], ...more], { format, metadata: this.metadata }); // prettier-ignore
    this.files.set(name, file);
    return file;
  }

  close(): Readonly<Record<string, { readonly rows: number; readonly sha256: string }>> {
    const names = [...this.files.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, (this.files.get(name) as TableFile).close()]));
  }

  abort(): void {
    for (const file of this.files.values()) file.abort();
  }
}

async function writePoints(options: MergeOptions, files: TableFiles): Promise<Merged> {
  const { sweep, plan, store } = options;
  const counts = files.open('sweep.parquet');
  const design = files.open('design.parquet', factorColumns(sweep));
  const table = new OutcomeTable(sweep.outcomes);
  const missing: number[] = [];
  for (const planned of plan.points) {
    const point = pointOf(sweep, planned.number);
    const resolved = planned.problems.length > 0 ? undefined : (resolvePoint(sweep, point) as ResolvedPoint);
    const totals = resolved && totalsOf(options, planned, resolved);
    if (resolved && totals === undefined) missing.push(planned.number);
    table.add(resolved, totals ?? []);
    design.append(designRow(point, planned, resolved, totals !== undefined));
    if (resolved && totals) for (const row of countRows(planned.number, resolved, totals)) counts.append(row);
    await options.onPoint((planned.number + 1) / plan.points.length);
  }
  const larger = new OutcomeTable(sweep.outcomes);
  if (plan.scaleCheck && plan.scaleCheck.problems.length === 0) {
    const resolved = resolvePoint(sweep, pointOf(sweep, plan.scaleCheck.number)) as ResolvedPoint;
    larger.add(resolved, totalsOf({ ...options, store }, plan.scaleCheck, resolved) ?? []);
  }
  const errors = plan.scaleCheck ? scaleErrors(sweep.file.scale, table, larger) : sweep.outcomes.map(() => 0);
  return {
    effects: effectRows(sweep, table),
    scaleErrors: errors,
    table,
    refused: plan.points.filter(({ problems }) => problems.length > 0),
    missing,
  };
}

/** Undefined: a cell is missing. */
function totalsOf(
  { sweep, plan, store }: MergeOptions,
  planned: PlannedPoint,
  resolved: ResolvedPoint,
): readonly Totals[] | undefined {
  const found = new Map(
    planned.cells.map((at) => (plan.cells[at] as PlannedCell).key).map((key) => [key, store.get(key)]),
  );
  if ([...found.values()].some((record) => record === undefined)) return undefined;
  return pointTotals(sweep, resolved, {
    replications: plan.replications,
    countsOf: ({ key }) => found.get(key)?.counts ?? [],
  });
}

function factorColumns({ factors }: Sweep): readonly TableColumn[] {
  return factors.map(({ name, paths }, f) => ({
    name: `factor:${name}`,
    type: factors[f]?.isNumeric ? 'double' : 'text',
    meaning: `value of the factor${paths.length > 0 ? ` at ${paths.join(', ')}` : ''}`,
  }));
}

function designRow(
  point: SweepPoint,
  planned: PlannedPoint,
  resolved: ResolvedPoint | undefined,
  isDone: boolean,
): readonly TableValue[] {
  const [problem] = planned.problems;
  return [
    planned.number,
    problem ? 'refused' : isDone ? 'done' : 'missing',
    problem ? `${problem.path}: found ${problem.found}, expected ${problem.expected}` : null,
    resolved?.hash ?? null,
    point.settings.map((text) => `--set ${shellWord(text)}`).join(' ') || null,
    ...point.labels.map((label) => (label === '' ? null : label)),
  ];
}

/** The rows of one point in sweep.parquet: by replication, day, measure, cohort, category. */
function* countRows(
  point: number,
  { scenario }: ResolvedPoint,
  totals: readonly Totals[],
): Generator<readonly TableValue[]> {
  const asOfs = asOfsOf(scenario);
  for (const [replication, own] of totals.entries()) {
    const rowOf = (asOf: number, row: TotalRow): readonly TableValue[] => [
      point,
      replication,
      asOf,
      row.measure,
      COHORTS[row.cohort] as string,
      row.category === '' ? null : row.category,
      row.reported,
      row.held,
    ];
    for (const [i, asOf] of asOfs.entries()) {
      for (const row of volumeTotals(own, i)) yield rowOf(asOf, row);
      const month = monthOf(londonDay(asOf)) - monthOf(londonDay(endOfLondonDate(scenario.from)));
      // The series is counted by month: it is known at the ends of months and at the horizon.
      if (i === asOfs.length - 1 || formatDay(lastDayOfMonth(monthOf(londonDay(asOf)))) === formatDay(londonDay(asOf)))
        for (const row of migratedTotals(own, month)) yield rowOf(asOf, row);
    }
    for (const row of endTotals(own)) yield rowOf(asOfs.at(-1) as number, row);
  }
}

function writeCells({ points, scaleCheck, cells }: CellPlan, files: TableFiles): void {
  const file = files.open('cells.csv');
  for (const { number, cells: used } of scaleCheck ? [scaleCheck, ...points] : points)
    for (const at of used) {
      const { population, key, lives } = cells[at] as PlannedCell;
      file.append([number, population, key, lives]);
    }
}

function writeAnalysis(sweep: Sweep, { effects, scaleErrors: errors, table }: Merged, files: TableFiles): void {
  const scaleError = new Map(sweep.outcomes.map(({ name }, i) => [name, errors[i] ?? 0]));
  const write = (name: SweepTable, rows: Iterable<readonly TableValue[]>): void => {
    const file = files.open(name);
    for (const row of rows) file.append(row.map((value) => (typeof value === 'number' && Number.isNaN(value) ? null : value))); // prettier-ignore
  };
  write('effects.csv', effects.map((row) => [row.outcome, row.factor, row.rank, row.level, row.points, row.mean, ...ends(row.effect), row.share, scaleError.get(row.outcome) ?? 0])); // prettier-ignore
  write('differences.csv', mapped(differenceRows(table), (row) => [row.point, row.outcome, row.replications, row.before, row.after, ...ends(row.difference), row.independentReplications])); // prettier-ignore
  write('convergence.csv', convergenceRows(sweep, table).map((row) => [row.outcome, row.factor, row.estimate === 'muStar' ? 'mu_star' : row.estimate, row.units, ...ends(row.of)])); // prettier-ignore
  const morris = morrisRows(sweep, table);
  if (morris.length > 0)
    write('morris.csv', morris.map((row) => [row.outcome, row.factor, row.mu, ...ends(row.muStar), row.sigma, row.effects])); // prettier-ignore
  const sobol = sobolRows(sweep, table);
  if (sobol.length > 0)
    write('sobol.csv', sobol.map((row) => [row.outcome, row.factor, ...ends(row.first), ...ends(row.total)])); // prettier-ignore
}

function ends({ value, low, high }: Estimate): readonly TableValue[] {
  return [value, low, high];
}

function* mapped<T, R>(rows: Iterable<T>, to: (row: T) => R): Generator<R> {
  for (const row of rows) yield to(row);
}

/** What decides the files, and their hashes. It holds no time, host or number of workers. */
function manifestOf(
  { sweep, plan, provenance }: MergeOptions,
  { refused, missing }: Merged,
  files: Readonly<Record<string, object>>,
): object {
  const { file, base } = sweep;
  return {
    format: 1,
    kind: 'sweep',
    sweep: sweep.name,
    title: sweep.title,
    command: provenance.command,
    version: provenance.version,
    kernel: KERNEL,
    scenario: base.scenario.name,
    scenarioHash: base.hash,
    seed: sweep.seed,
    replications: plan.replications,
    scale: file.scale,
    strataMin: file.strataMin,
    design: file.design,
    factors: file.factors,
    outcomes: sweep.outcomes.map(({ name }) => name),
    points: plan.points.length,
    refused: refused.map(({ number }) => number),
    missing,
    cells: plan.cells.length,
    provenance,
    files,
    resolved: { scenario: base.scenario, rules: base.rules },
  };
}
