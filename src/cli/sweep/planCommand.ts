import { Command } from 'commander';
import { formatProblems } from '../../document/problem.ts';
import { identityOf, type Cell } from '../../../sim/sweep/cell/cell.ts';
import { buildPasses, planCells, type CellPlan } from '../../../sim/sweep/plan/cellPlan.ts';
import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { differingPaths } from '../../../sim/sweep/plan/whyCell.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import { counted, textTable } from '../../text/table.ts';
import { folder } from '../shell/options.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { refuseIdle } from '../output/idleOptions.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import type { CellStore } from './cellStore.ts';
import { storeOf, sweepFile } from './sweepInputs.ts';
import { missingOf } from './sweepRun.ts';

interface PlanOptions {
  readonly out?: string;
  readonly store?: string;
  readonly why?: string;
}

/** `sweep plan FILE`: what would be computed, and why. */
export function planCommand(shell: Shell): Command {
  return new Command('plan')
    .description('Say what a sweep would compute, without computing it.')
    .argument('<sweep>', 'sweep file')
    .option('--out <dir>', 'output folder of the sweep: its cells are taken into account', folder)
    .option('--store <dir>', 'folder of finished cells', folder)
    .option(
      '--why <cell>',
      'a cell by the beginning of its key: what decides it, and what the nearest other has instead',
    )
    .action(shell.action(plan));
}

async function plan(io: Io, path: string, options: PlanOptions): Promise<ExitCode> {
  const why = options.why === undefined ? undefined : '--why compares cells of the plan alone';
  refuseIdle(io, { out: why, store: why });
  const sweep = sweepFile(io, path);
  const planned = planCells(sweep, sweep.file.replications);
  const store = storeOf(options);
  writeAnswer(
    io.out,
    options.why === undefined ? planText(sweep, planned, store) : whyText(sweep, planned, options.why),
  );
  return planned.points.some(({ problems }) => problems.length > 0) ? EXIT.refused : EXIT.done;
}

const REFUSED_SHOWN = 10;

function planText(sweep: Sweep, planned: CellPlan, store: CellStore): string {
  const missing = new Set(missingOf(store, planned));
  const uses = planned.points.flatMap(({ cells }) => cells);
  const livesOf = (positions: Iterable<number>): number =>
    [...positions].reduce((sum, at) => sum + (planned.cells[at]?.lives ?? 0), 0);
  const populations = [...new Set(planned.cells.map(({ population }) => population))];
  const rows = populations.map((population) => {
    const own = [...planned.cells.keys()].filter((at) => planned.cells[at]?.population === population);
    const used = uses.filter((at) => planned.cells[at]?.population === population).length;
    return [population, String(own.length), String(used), String(own.filter((at) => missing.has(at)).length), wholeNumber(livesOf(own))]; // prettier-ignore
  });
  const refused = planned.points.filter(({ problems }) => problems.length > 0);
  const share = livesOf(new Set(uses)) / Math.max(1, livesOf(uses));
  return [
    `${sweep.name}: ${counted(planned.points.length, 'point')}, ${counted(sweep.factors.length, 'factor')}, ${counted(planned.replications, 'replication')} each`,
    `${counted(planned.cells.length, 'cell')} for ${wholeNumber(uses.length)} uses: ${Math.round(share * 100)} % of the lives that whole runs of every point would live`,
    `${counted(missing.size, 'cell')} of ${wholeNumber(livesOf(missing))} lives not yet in ${store.folder}`,
    '',
    textTable([['population', 'cells', 'uses', 'to do', 'lives'], ...rows], { right: [1, 2, 3, 4] }),
    ...refused.slice(0, REFUSED_SHOWN).map(({ number, problems }) => `\npoint ${number} is refused:\n${formatProblems(problems)}`), // prettier-ignore
    '',
  ].join('\n');
}

/** Differences shown, and characters of a value. */
const DIFFERENCES_SHOWN = 20;
const VALUE_SHOWN = 60;

function whyText(sweep: Sweep, planned: CellPlan, beginning: string): string {
  const found = planned.cells.filter(({ key }) => key.startsWith(beginning));
  const [wanted] = found;
  if (wanted === undefined) throw new UsageError(`--why ${beginning}: no cell of this sweep begins so`);
  if (found.length > 1) throw new UsageError(`--why ${beginning}: ${found.length} cells begin so; give more digits`);
  const same = [...planned.cells.keys()].filter((at) => planned.cells[at]?.population === wanted.population);
  const built = [...buildPasses(sweep, planned, same)].flat();
  const cell = built.find(({ key }) => key === wanted.key) as Cell;
  const identity = JSON.parse(identityOf(cell)) as unknown;
  const others = built
    .filter(({ key }) => key !== wanted.key)
    .map((other) => ({ key: other.key, differences: differingPaths(identity, JSON.parse(identityOf(other))) }))
    .sort((a, b) => a.differences.length - b.differences.length);
  const points = planned.points.filter(({ cells }) => cells.some((at) => planned.cells[at]?.key === wanted.key));
  const [nearest] = others;
  const lines = [
    `cell ${wanted.key}`,
    `population ${wanted.population}, ${wholeNumber(wanted.lives)} lives, used by ${counted(points.length, 'point')}: ${points.slice(0, 12).map(({ number }) => number).join(', ')}${points.length > 12 ? ', ...' : ''}`, // prettier-ignore
    `what its key is the hash of stands in its file in the store, under "of"`,
  ];
  if (nearest === undefined) return [...lines, 'no other cell of this population is in the sweep', ''].join('\n');
  return [
    ...lines,
    `the nearest other cell, ${nearest.key}, differs in:`,
    ...nearest.differences.slice(0, DIFFERENCES_SHOWN).map(({ path, here, there }) => `  ${path}: ${shown(here)} here, ${shown(there)} there`), // prettier-ignore
    '',
  ].join('\n');
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN - 3)}...` : text;
}
