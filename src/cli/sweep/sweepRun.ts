import type { Cell } from '../../../sim/sweep/cell/cell.ts';
import { buildPasses, planCells, type CellPlan, type PlannedCell } from '../../../sim/sweep/plan/cellPlan.ts';
import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { BASE_POINT, pointOf, resolvePoint } from '../../../sim/sweep/plan/points.ts';
import { OutcomeTable } from '../../../sim/sweep/results/outcomeTable.ts';
import { pointTotals } from '../../../sim/sweep/results/pointTotals.ts';
import { replicationsOf } from '../../../sim/sweep/plan/stopRule.ts';
import { othersCells, ownCells, type Shard } from '../../../sim/sweep/plan/shards.ts';
import { breathe } from '../shell/io.ts';
import { UsageError } from '../shell/exit.ts';
import type { CellStore, FailedCell } from './cellStore.ts';
import { keptPlan } from './keptPlan.ts';
import { computeCells, type CellEnd } from './computeCells.ts';
import type { SweepProgress } from './sweepProgress.ts';

/** Puts the cells of passes into the store, here or elsewhere; tells what became of each cell. */
export type Executor = (
  passes: Iterable<readonly Cell[]>,
  onEnd: (end: CellEnd) => void | Promise<void>,
) => Promise<void>;

export interface RunOptions {
  readonly sweep: Sweep;
  readonly store: CellStore;
  readonly executor: Executor;
  readonly progress: SweepProgress;
  readonly signal: AbortSignal;
  /** Try cells again that failed in an earlier call. */
  readonly retryFailed: boolean;
  /** Undefined: all cells are this process's own. */
  readonly shard?: Shard;
  /** Help the other shards when its own cells are done. */
  readonly helps: boolean;
}

/** What a call of the sweep has come to. */
export interface RunResult {
  readonly plan: CellPlan;
  readonly failed: readonly FailedCell[];
  /** Positions of cells that are not in the store, failed ones included. */
  readonly missing: readonly number[];
}

/** The executor of this process: worker threads. */
export function localExecutor(store: CellStore, workers: number, signal: AbortSignal): Executor {
  return (passes, onEnd) => computeCells(passes, { store, workers, signal, onEnd });
}

/** Computes what the store lacks. The result depends neither on the executor nor on what was there. */
export async function runSweep(options: RunOptions): Promise<RunResult> {
  const replications = await replicationsOf(options.sweep, (count) =>
    baseSamples(options, count, (plan, wanted) => computeMissing(options, plan, wanted)),
  );
  // A base cell that failed is tried again with the rest, and listed there.
  const plan = await planned(options, replications ?? options.sweep.file.replications);
  const failed = await computeMissing(options, plan, wantedOf(options, plan));
  return { plan, failed, missing: missingOf(options.store, plan) };
}

/** Every cell of the plan, or the cells of a shard and then those it helps with. */
function wantedOf({ shard, helps }: RunOptions, plan: CellPlan): readonly number[] {
  if (shard === undefined) return [...plan.cells.keys()];
  return [...ownCells(plan, shard), ...(helps ? othersCells(plan, shard) : [])];
}

async function planned(
  { sweep, store, progress, signal }: Pick<RunOptions, 'sweep' | 'store' | 'progress' | 'signal'>,
  replications: number,
): Promise<CellPlan> {
  // prettier-ignore
  await breathe();
  const onPoint = (share: number): void => {
    signal.throwIfAborted();
    progress.planning(share);
  };
  return keptPlan(sweep, { replications, store, onPoint });
}

/** Positions of the cells that a store lacks. */
export function missingOf(store: CellStore, { cells }: CellPlan): readonly number[] {
  return cells.flatMap(({ key }, position) => (store.has(key) ? [] : [position]));
}

/** Errors of the store in a row after which the rest is not computed only to be thrown away; ours. */
const UNWRITTEN_MAX = 3;

async function computeMissing(
  options: RunOptions,
  plan: CellPlan,
  wanted: readonly number[],
): Promise<readonly FailedCell[]> {
  const { sweep, store, progress, executor } = options;
  const failed: FailedCell[] = [];
  const missing: number[] = [];
  for (const position of wanted) {
    const { key } = plan.cells[position] as PlannedCell;
    const before = options.retryFailed ? undefined : store.failure(key);
    if (store.has(key)) progress.tally.reused += 1;
    else if (before) failed.push(before);
    else missing.push(position);
  }
  progress.tally.failed += failed.length;
  progress.tally.refused = plan.points.filter(({ problems }) => problems.length > 0).length;
  const lives = missing.reduce((sum, position) => sum + (plan.cells[position] as PlannedCell).lives, 0);
  progress.begin({ total: wanted.length, lives });
  const pointOfKey = new Map(missing.map((at) => [plan.cells[at]?.key, plan.cells[at]?.point ?? 0]));
  let unwritten = 0;
  await executor(buildPasses(sweep, plan, missing), async (end) => {
    unwritten = end.kind === 'unwritten' ? unwritten + 1 : 0;
    if (end.kind === 'unwritten' && unwritten >= UNWRITTEN_MAX) throw storeError(store, end.error);
    if (end.kind === 'failed') {
      const { key, population } = end.cell;
      failed.push({ key, population, point: pointOfKey.get(key) ?? 0, error: end.error });
      recordFailure(store, failed.at(-1) as FailedCell);
    }
    if (end.kind === 'computed') progress.tally.computed += 1;
    if (end.kind === 'found') progress.tally.reused += 1;
    if (end.kind === 'failed' || end.kind === 'unwritten') progress.tally.failed += 1;
    progress.done(end.cell.lives);
    await breathe();
  });
  progress.end();
  return failed;
}

/** A store that cannot take the cell cannot take its failure either: the list that is printed has it. */
function recordFailure(store: CellStore, cell: FailedCell): void {
  try {
    store.putFailure(cell);
  } catch {
    // Said by the command.
  }
}

const STORE_WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no room left',
  EDQUOT: 'there is no room left',
  EROFS: 'it lies on a file system that is read only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
};

/** What the user can mend about a store; anything else as it is. */
export function storeError(store: CellStore, error: Error): Error {
  const words = STORE_WORDS[(error as NodeJS.ErrnoException).code ?? ''];
  if (words === undefined) return error;
  return new UsageError(
    `--store ${store.folder}: ${words}\n  The cells that are in it stay; mend the store, or name another, and run the same command again.`,
  );
}

/** The stop rule's outcome at the base point; undefined where a cell of it is missing and `compute` does not mend that. */
async function baseSamples(
  { sweep, store }: Pick<RunOptions, 'sweep' | 'store'>,
  replications: number,
  compute: (plan: CellPlan, wanted: readonly number[]) => Promise<unknown>,
): Promise<readonly number[] | undefined> {
  const plan = planCells({ ...sweep, design: [] }, replications);
  const wanted = plan.points[BASE_POINT]?.cells ?? [];
  await compute(plan, wanted);
  const resolved = resolvePoint(sweep, pointOf(sweep, BASE_POINT));
  const found = new Map(wanted.map((at) => plan.cells[at]?.key ?? '').map((key) => [key, store.get(key)]));
  if (!resolved.ok || sweep.stop === undefined || [...found.values()].includes(undefined)) return undefined;
  const table = new OutcomeTable([sweep.stop.outcome]);
  table.add(resolved, pointTotals(sweep, resolved, { replications, countsOf: ({ key }) => found.get(key)?.counts ?? [] })); // prettier-ignore
  return table.samples(0, 0);
}

/** Replications that the stop rule comes to from what is in the store; undefined: cells of the base point are missing. */
export function storedReplications(sweep: Sweep, store: CellStore): Promise<number | undefined> {
  return replicationsOf(sweep, (count) => baseSamples({ sweep, store }, count, async () => undefined));
}
