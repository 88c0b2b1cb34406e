import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { BASE_POINT } from '../../../sim/sweep/plan/points.ts';
import type { CellPlan } from '../../../sim/sweep/plan/cellPlan.ts';
import type { EffectRow } from '../../../sim/sweep/results/effectRows.ts';
import type { Estimate } from '../../../sim/sweep/analysis/estimates.ts';
import { decimalNumber, percentage, signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { counted, textTable } from '../../text/table.ts';
import type { FailedCell } from './cellStore.ts';
import type { Merged } from './mergeSweep.ts';
import type { CellTally } from './sweepProgress.ts';

/** Factors shown per outcome: all that matter where few outcomes are asked for. */
const ROWS_OF_FEW = 15;
const ROWS_OF_MANY = 5;
const FEW_OUTCOMES = 2;

/** The summary that a person reads when a sweep is done. */
export function sweepText(
  sweep: Sweep,
  {
    plan,
    merged,
    tally,
    out,
  }: { readonly plan: CellPlan; readonly merged: Merged; readonly tally: CellTally; readonly out: string },
): string {
  const uses = plan.points.reduce((sum, { cells }) => sum + cells.length, 0);
  const scale = sweep.file.scale === 1 ? '' : ` at scale ${sweep.file.scale}`;
  const lines = [
    `${sweep.name}: ${sweep.title || 'a sweep'}`,
    `${counted(plan.points.length, 'point')} of ${sweep.base.scenario.name}#${sweep.base.hash}, ${counted(plan.replications, 'replication')} each${scale}, seed ${sweep.seed}`,
    `${counted(plan.cells.length, 'cell')} for ${wholeNumber(uses)} uses: ${tally.computed} computed, ${tally.reused} reused`,
  ];
  const refused = merged.refused.length;
  if (refused > 0) lines.push(`${counted(refused, 'point')} refused: design.parquet says why`);
  if (merged.missing.length > 0) lines.push(`${counted(merged.missing.length, 'point')} left out: cells are missing`);
  const shown = sweep.outcomes.length <= FEW_OUTCOMES ? ROWS_OF_FEW : ROWS_OF_MANY;
  const sections = sweep.outcomes.map((_, outcome) => outcomeText(sweep, merged, outcome, shown)).filter((text) => text !== ''); // prettier-ignore
  if (sections.length === 0) sections.push('No factor moves any outcome of this sweep.');
  return [lines.join('\n'), ...sections, `Tables in ${out}: effects.csv, differences.csv, sweep.parquet, design.parquet and others`].join('\n\n') + '\n'; // prettier-ignore
}

/** Empty where no factor moves the outcome. */
function outcomeText(sweep: Sweep, { effects, table, scaleErrors }: Merged, outcome: number, shown: number): string {
  const name = sweep.outcomes[outcome]?.name ?? '';
  const rows = effects.filter((row) => row.outcome === name && row.effect.value !== 0);
  if (rows.every(({ effect }) => Number.isNaN(effect.value))) return '';
  const base = table.mean(outcome, BASE_POINT);
  const error = scaleErrors[outcome] ?? 0;
  const scaled = error > 0 ? `, scaling adds a standard deviation of ${decimalNumber(error, 1)}` : '';
  const title = `What moves ${name} most (${wholeNumber(base)} as the scenario is${scaled})`;
  const ranked = rows.filter(({ rank }) => rank <= shown).sort((a, b) => a.rank - b.rank);
  const more = new Set(rows.map(({ factor }) => factor)).size - new Set(ranked.map(({ factor }) => factor)).size;
  const isRange = ranked.every(({ level }) => level === null);
  const lines = isRange ? rangeLines(ranked) : levelLines(sweep, ranked);
  return [title, ...lines, ...(more > 0 ? [`and ${counted(more, 'factor')} that move it less: effects.csv`] : [])].join('\n'); // prettier-ignore
}

function rangeLines(rows: readonly EffectRow[]): readonly string[] {
  const table = [
    ['', 'factor', 'change over its range', '90 % interval', 'share of variance'],
    ...rows.map((row) => [String(row.rank), row.factor, ...estimate(row.effect), row.share === null ? '' : percentage(row.share)]), // prettier-ignore
  ];
  return textTable(table, { right: [0, 2, 3, 4] }).split('\n');
}

function levelLines(sweep: Sweep, rows: readonly EffectRow[]): readonly string[] {
  const own = new Map(sweep.factors.map((factor) => [factor.name, factor.own]));
  const table = [
    ['', 'factor', 'as it is', 'value', 'change', '90 % interval'],
    ...rows.map((row) => [String(row.rank), row.factor, String(own.get(row.factor) ?? ''), String(row.level), ...estimate(row.effect)]), // prettier-ignore
  ];
  return textTable(table, { right: [0, 2, 3, 4, 5] }).split('\n');
}

function estimate({ value, low, high }: Estimate): readonly [string, string] {
  // Every point that the effect needs was refused, or its cells are missing.
  if (Number.isNaN(value)) return ['not run', ''];
  const range = low === null || high === null ? '' : `${signedNumber(low)} to ${signedNumber(high)}`;
  return [signedNumber(value), range];
}

/** What failed, cell by cell: at most so many lines. */
const FAILED_SHOWN = 20;

export function failedText(failed: readonly FailedCell[], sweepPath: string): string {
  const lines = failed
    .slice(0, FAILED_SHOWN)
    .map(({ key, population, point, error }) => `  ${key} (${population}, point ${point}): ${error}`);
  if (failed.length > FAILED_SHOWN) lines.push(`  ... and ${failed.length - FAILED_SHOWN} more`);
  return [
    `${counted(failed.length, 'cell')} failed; the others are in the store:`,
    ...lines,
    `Try them again with: smets1-bench sweep ${sweepPath} --retry-failed; or merge without them: sweep merge --partial`,
    '',
  ].join('\n');
}
