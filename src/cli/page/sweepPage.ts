import { PAGE_FORMAT, type PageDocument } from '../../report/html/section.ts';
import { levelText, sweepSections, type SweepOutcome, type SweepReport } from '../../report/html/sweepSections.ts';
import type { TableData } from '../../report/html/htmlTable.ts';
import { meanOf } from '../../report/statistics.ts';
import { decimalNumber, signedNumber } from '../../text/numberWords.ts';
import type { Estimate } from '../../../sim/sweep/analysis/estimates.ts';
import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { BASE_POINT, pointCount } from '../../../sim/sweep/plan/points.ts';
import { convergenceRows, morrisRows, sobolRows, type EffectRow } from '../../../sim/sweep/results/effectRows.ts';
import type { OutcomeTable } from '../../../sim/sweep/results/outcomeTable.ts';
import type { Provenance } from '../../report/provenance.ts';

/** What a sweep computed, and its origin. */
export interface ComputedSweep {
  readonly sweep: Sweep;
  readonly provenance: Provenance;
  readonly effects: readonly EffectRow[];
  readonly table: OutcomeTable;
}

/** The page of a sweep. It depends on the sweep alone, and not on who computed it. */
export function sweepDocument(computed: ComputedSweep): PageDocument {
  const report = sweepReport(computed);
  const title = report.title === '' ? `What moves ${report.provenance.scenarios[0]?.name ?? 'it'}` : report.title;
  return { format: PAGE_FORMAT, kind: 'page', title, provenance: report.provenance, sections: sweepSections(report) };
}

function sweepReport({ sweep, provenance, effects, table }: ComputedSweep): SweepReport {
  const shared = { settled: convergenceRows(sweep, table), tables: designTables(sweep, table) };
  return {
    name: sweep.name,
    title: sweep.title,
    provenance,
    scale: sweep.file.scale,
    points: pointCount(sweep),
    outcomes: table.outcomes.map(({ name }, outcome): SweepOutcome => {
      const base = baseOf(sweep, table, outcome);
      const grid = gridOf(sweep, table, outcome);
      return {
        name,
        base: Number.isNaN(base) ? null : base,
        isGridMean: sweep.file.design.kind === 'grid',
        effects: movingRows(effects.filter((row) => row.outcome === name)).flatMap(effectData),
        ...(grid === undefined ? {} : { grid }),
        tables: shared.tables.filter((of) => of.outcome === name).map(({ table: own }) => own),
        convergence: shared.settled
          .filter((row) => row.outcome === name && row.estimate === 'mean' && !Number.isNaN(row.of.value))
          .map(({ units, of }) => ({ units, ...of })),
      };
    }),
  };
}

/** The rows of the factors that move the outcome. A factor keeps the values that change nothing, as one of its ends. */
function movingRows(rows: readonly EffectRow[]): readonly EffectRow[] {
  const moving = new Set(rows.filter(({ effect }) => effect.value !== 0).map(({ factor }) => factor));
  return rows.filter(({ factor }) => moving.has(factor));
}

function effectData({ factor, rank, level, effect }: EffectRow): SweepOutcome['effects'] {
  const { value, low, high } = effect;
  return Number.isNaN(value) ? [] : [{ factor, rank, level: level === null ? '' : String(level), effect: value, low, high }]; // prettier-ignore
}

/** What the effects start from: the mean over the points of a grid, else the scenario as it is. */
function baseOf(sweep: Sweep, table: OutcomeTable, outcome: number): number {
  if (sweep.file.design.kind !== 'grid') return table.mean(outcome, BASE_POINT);
  const means = sweep.design.map((_, i) => table.mean(outcome, i + 1)).filter((mean) => !Number.isNaN(mean));
  return meanOf(means);
}

/** The means over a grid of two factors; undefined for any other design. */
function gridOf(sweep: Sweep, table: OutcomeTable, outcome: number): SweepOutcome['grid'] {
  const [down, across, ...more] = sweep.factors;
  if (sweep.file.design.kind !== 'grid' || down === undefined || across === undefined || more.length > 0) return undefined; // prettier-ignore
  const places = (f: number): readonly number[] => [...new Set(sweep.design.map((row) => row[f] as number))].toSorted((a, b) => a - b); // prettier-ignore
  const [rows, columns] = [places(0), places(1)];
  const meanAt = (r: number, c: number): number | null => {
    const at = sweep.design.findIndex((row) => row[0] === r && row[1] === c);
    const mean = table.mean(outcome, at + 1);
    return at < 0 || Number.isNaN(mean) ? null : mean;
  };
  return {
    x: { name: across.name, values: columns.map((at) => levelText(String(across.at(at).label))) },
    y: { name: down.name, values: rows.map((at) => levelText(String(down.at(at).label))) },
    cells: rows.map((r) => columns.map((c) => meanAt(r, c))),
  };
}

interface OutcomeTableData {
  readonly outcome: string;
  readonly table: TableData & { readonly explained: string };
}

/** The tables that only a design of Morris or of Saltelli has, by outcome. */
function designTables(sweep: Sweep, table: OutcomeTable): readonly OutcomeTableData[] {
  const [morris, sobol] = [morrisRows(sweep, table), sobolRows(sweep, table)];
  return table.outcomes.flatMap(({ name }) => [
    ...tableOf(name, {
      caption: `Elementary effects on ${name} (Morris), over the whole range of each factor`,
      explained: `How much ${name} moves from one end of a factor to the other, measured from many starting points. The mean size, with its 90 % interval, ranks the factors; a standard deviation as large as it means that the effect depends on the other factors, or is no straight line.`, // prettier-ignore
      head: ['factor', 'mean effect', 'mean size', 'low (5 %)', 'high (95 %)', 'standard deviation', 'effects'],
      right: [1, 2, 3, 4, 5, 6],
      rows: morris
        .filter(({ outcome }) => outcome === name)
        .map(({ factor, mu, muStar, sigma, effects }) => [factor, signedNumber(mu), ...ends(muStar, 1), decimalNumber(sigma, 1), String(effects)]), // prettier-ignore
    }),
    ...tableOf(name, {
      caption: `Shares of the variance of ${name} (Sobol indices): alone, and with all interactions`,
      explained: `How much of the variance of ${name} each factor makes up alone, and in all: with its interactions. A factor whose share in all is near 0 could be fixed without a loss. With few samples a share may lie below 0 or above 1.`, // prettier-ignore
      head: ['factor', 'alone', 'low (5 %)', 'high (95 %)', 'in all', 'low (5 %)', 'high (95 %)'],
      right: [1, 2, 3, 4, 5, 6],
      rows: sobol
        .filter(({ outcome }) => outcome === name)
        .map(({ factor, first, total }) => [factor, ...ends(first, 3), ...ends(total, 3)]),
    }),
  ]);
}

function tableOf(outcome: string, table: OutcomeTableData['table']): readonly OutcomeTableData[] {
  return table.rows.length === 0 ? [] : [{ outcome, table }];
}

function ends({ value, low, high }: Estimate, digits: number): readonly string[] {
  return [value, low, high].map((number) => (number === null || Number.isNaN(number) ? '' : decimalNumber(number, digits))); // prettier-ignore
}
