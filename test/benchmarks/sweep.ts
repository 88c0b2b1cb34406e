import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCellStore, type CellStore } from '../../src/cli/sweep/cellStore.ts';
import { keptPlan } from '../../src/cli/sweep/keptPlan.ts';
import { computeCells } from '../../src/cli/sweep/computeCells.ts';
import { diskFiles } from '../../src/cli/shell/readText.ts';
import { openPool } from '../../sim/kernel/run/pool.ts';
import { computeCell } from '../../sim/sweep/cell/computeCell.ts';
import { blocksOf, cellsOf, type Cell } from '../../sim/sweep/cell/cell.ts';
import { scaledScenario } from '../../sim/sweep/cell/scaled.ts';
import { buildPasses, planCells } from '../../sim/sweep/plan/cellPlan.ts';
import { prepareSweep, type Sweep } from '../../sim/sweep/plan/loadSweep.ts';
import { sweepSchema } from '../../sim/sweep/factor/sweepSchema.ts';
import { timed } from './measure.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

/** Twenty factors, a few of each kind: sizes, exposures, links, faults, process, shared things. */
const PATHS = [
  'populations.ioc-dormant.installations', 'populations.secure-dormant.installations', 'populations.ioc-dormant.gasShare',
  'populations.mds-dormant.attemptedShare', 'populations.secure-active.supplierInstructs', 'populations.ioc-active.prepaymentShare',
  'populations.secure-dormant.prepaymentShare', 'populations.ioc-active.attemptedShare', 'links.han.ioc.classes.notJoined.share',
  'links.han.secure.classes.notJoined.share', 'links.han.mds.classes.notJoined.share', 'links.wan.ioc-dormant.classes.dead.share',
  'links.wan.ioc-dormant.deathPerYear', 'links.wan.screened.deathPerYear', 'links.han.ioc.budget.marginDbMean',
  'process.IOC.daysBetweenAttempts', 'process.IOC.preparation.daysBetweenInstructions', 'process.MOC_Secure.daysBetweenAttempts',
  'faults.data-error.share', 'changes.replacementPerYear',
]; // prettier-ignore

const OWN_MOST = 1.05;
const STEPS_MOST = 0.4;
const AGAIN_MOST = 2;
const RULES_MOST = 0.25;

function stepsOf(scale: number): Sweep {
  const factors: Record<string, object> = {};
  for (const path of PATHS) factors[path] = { path, range: ['x0.9', 'x1.02'], whole: path.endsWith('installations') };
  return sweepOf({ scale, design: { kind: 'oneAtATime' }, factors });
}

/** Sixteen rule sets. The base point is the one that asks for five weeks and three. */
function rulesOf(scale: number): Sweep {
  const weeksOf = (category: string, values: readonly number[]) => ({ path: `amendments.clauses.${category}.shows.atLeast`, values }); // prettier-ignore
  const factors = { five: weeksOf('five-retries', [3, 4, 5, 6]), gt01: weeksOf('gt01', [2, 3, 4, 5]) };
  return sweepOf({ scale, design: { kind: 'grid' }, factors });
}

function sweepOf(rest: object): Sweep {
  const file = sweepSchema.parse({ format: 1, name: 'benchmark', scenario: 'scenarios/various1.yaml', replications: 5, ...rest }); // prettier-ignore
  const prepared = prepareSweep(file, { files: diskFiles, place: (path) => path, path: 'benchmark' });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  return prepared.sweep;
}

/** A sweep beside the kernel on the same cells, and beside whole runs of its points; all on one thread, by processor time. */
export async function sweepBenchmark({ quick }: Sizes): Promise<boolean> {
  const sweep = stepsOf(quick ? 0.01 : 0.1);
  const folder = mkdtempSync(join(tmpdir(), 'sweep-benchmark-'));
  try {
    const plan = planCells(sweep, sweep.file.replications);
    const cells = [...buildPasses(sweep, plan, [...plan.cells.keys()])].flat();
    await kernelOn(cells.slice(0, 20));
    const kernel = await timed(() => kernelOn(cells));
    const store = openCellStore(join(folder, 'cells'));
    const whole = await timed(() => wholeSweep(sweep, store));
    const grid = rulesOf(quick ? 0.01 : 0.1);
    const rules = await timed(() => wholeSweep(grid, openCellStore(join(folder, 'rules'))));
    const oneRuleSet = await timed(() => kernelOn(baseCells(grid)));
    const base = await timed(() => kernelOn(baseCells(sweep)));
    const again = await timed(() => wholeSweep(sweep, store));
    const reading = await timed(() => plan.cells.forEach(({ key }) => store.get(key)));
    const points = plan.points.length;
    printTable(
      ['processor seconds', ''],
      [
        [`the kernel on ${cells.length} cells`, figure(kernel.processor)],
        ['the sweep: plan, cells, store', figure(whole.processor)],
        [`whole runs of ${points} points, from one`, figure(base.processor * points)],
        ['the finished sweep again', figure(again.processor)],
        ['reading its cells', figure(reading.processor)],
        ['a grid of 16 rule sets', figure(rules.processor)],
        ['16 runs, from one', figure(oneRuleSet.processor * 16)],
      ],
    );
    const own = { what: 'a sweep against the kernel on its cells', found: whole.processor / kernel.processor, atMost: OWN_MOST, unit: 'x', quick }; // prettier-ignore
    const steps = { what: 'one at a time over 20 factors against whole runs', found: whole.processor / (base.processor * points), atMost: STEPS_MOST, unit: 'x', quick }; // prettier-ignore
    const twice = { what: 'a finished sweep again against reading its cells', found: again.processor / reading.processor, atMost: AGAIN_MOST, unit: 'x', quick }; // prettier-ignore
    const passes = { what: 'a grid of 16 rule sets against 16 runs', found: rules.processor / (oneRuleSet.processor * 16), atMost: RULES_MOST, unit: 'x', quick }; // prettier-ignore
    return [own, steps, twice, passes].map((goal) => printGoal(goal)).every(Boolean);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function kernelOn(cells: readonly Cell[]): Promise<void> {
  const pool = await openPool(1);
  for (const cell of cells) await computeCell(cell, pool);
  await pool.close();
}

/** What a process does from the sweep file on, the tables left out. */
async function wholeSweep(sweep: Sweep, store: CellStore): Promise<void> {
  const plan = keptPlan(sweep, { replications: sweep.file.replications, store });
  const missing = [...plan.cells.keys()].filter((at) => !store.has(plan.cells[at]?.key ?? ''));
  const { signal } = new AbortController();
  await computeCells(buildPasses(sweep, plan, missing), { store, workers: 1, signal, onEnd: () => undefined });
}

function baseCells({ base, seed, file }: Sweep): readonly Cell[] {
  const { scenario } = scaledScenario(base.scenario, { share: file.scale, strataMin: file.strataMin });
  return cellsOf(scenario, base.rules, { seed, blocks: blocksOf(file.replications) });
}
