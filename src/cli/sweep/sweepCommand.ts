import { Command, InvalidArgumentError } from 'commander';
import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import type { Shard } from '../../../sim/sweep/plan/shards.ts';
import { writeDocument } from '../report/writePage.ts';
import { shellWord } from '../../text/shellWord.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, Interrupted, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, breathe, writeAnswer, writeLine, writeText } from '../shell/io.ts';
import { folder, oneOf, pageFile, threadsOf, workersOption } from '../shell/options.ts';
import { commandText } from '../shell/commandText.ts';
import { namedOutput, refuseOtherFolder, refuseOthers, replaceOption } from '../output/ownFiles.ts';
import { originOf, pathsOrigin, scenarioOrigin } from '../output/outputOrigin.ts';
import { outError } from '../shell/outDirectory.ts';
import { keptPlan } from './keptPlan.ts';
import type { CellStore } from './cellStore.ts';
import { mergeSweep, type WrittenSweep } from './mergeSweep.ts';
import { planCommand } from './planCommand.ts';
import { queueExecutor, workCommand } from './queueCommand.ts';
import { storeOf, sweepFile } from './sweepInputs.ts';
import { SweepProgress } from './sweepProgress.ts';
import { localExecutor, missingOf, runSweep, storedReplications, storeError, type RunResult } from './sweepRun.ts';
import { failedText, sweepText } from './sweepText.ts';
import type { Provenance } from '../../report/provenance.ts';

interface SweepOptions {
  readonly out?: string;
  readonly store?: string;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly own: boolean;
  readonly redis?: string;
  readonly retryFailed: boolean;
  readonly html?: string;
  readonly replace: boolean;
  readonly format: 'text' | 'json';
}

/** `smets1-bench sweep FILE`: run a scenario under many values of its assumptions. */
export function sweepCommand(shell: Shell): Command {
  const command = new Command('sweep')
    .enablePositionalOptions()
    .argument('<sweep>', 'sweep file (YAML): see scenarios/README.md and scenarios/sweeps')
    .option('--out <dir>', 'where the tables go, and the cells if --store names no other folder', folder)
    .option('--store <dir>', 'folder of finished cells; may be shared by sweeps, processes and machines', folder)
    .addOption(workersOption())
    .option(
      '--shard <k/n>',
      'this is process k of n that share the store; each helps the others when it is done',
      shard,
    )
    .option('--own', 'with --shard: do not help the others', false)
    .option('--redis <url>', 'let workers on other machines compute (sweep work); needs bullmq and ioredis')
    .option('--retry-failed', 'try cells again that failed before', false)
    .option('--html <file>', 'write what moves the outcomes as one page with pictures', pageFile)
    .addOption(replaceOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
A sweep is cut into cells: one population, one rule set, one block of replications. Cells that several points share are
computed once, and a cell that is in the store is never computed again: the same command goes on after a crash or Ctrl-C.
The files of --out have the same bytes for any number of workers, shards and machines.

Examples:
  smets1-bench sweep scenarios/sweeps/quick.yaml --out out/quick
  seq 4 | parallel smets1-bench sweep scenarios/sweeps/quick.yaml --out out/quick --shard {}/4
  Slurm array 0-15:      ... --shard $((SLURM_ARRAY_TASK_ID + 1))/$SLURM_ARRAY_TASK_COUNT
  Kubernetes indexed job: ... --shard $((JOB_COMPLETION_INDEX + 1))/16

With --shard the first shard writes the tables and the page when all cells are there; sweep merge writes them at any time.
Exit codes: 0 done, 1 usage, sweep or store wrong, 2 points were refused or cells are missing, 3 cells failed.`,
    )
    .action(shell.action(sweep));
  command.addCommand(planCommand(shell)).addCommand(mergeCommand(shell)).addCommand(workCommand(shell));
  return command;
}

function mergeCommand(shell: Shell): Command {
  return new Command('merge')
    .description('Write the tables of a sweep from the cells that are there.')
    .argument('<sweep>', 'sweep file')
    .requiredOption('--out <dir>', 'where the tables go', folder)
    .option('--store <dir>', 'folder of finished cells (default: cells within --out)', folder)
    .option('--partial', 'leave out the points whose cells are missing', false)
    .option('--html <file>', 'write what moves the outcomes as one page with pictures', pageFile)
    .addOption(replaceOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .action(shell.action(merge));
}

/** Parses K/N, K from 1 to N. */
function shard(text: string): Shard {
  const [, number = '', of = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const found = { number: Number(number), of: Number(of) };
  if (found.number < 1 || found.number > found.of)
    throw new InvalidArgumentError(`found ${text}, expected K/N with K from 1 to N, such as 2/4.`);
  return found;
}

async function sweep(io: Io, path: string, options: SweepOptions): Promise<ExitCode> {
  const { out } = options;
  if (out === undefined) throw new UsageError('--out DIR is needed: where the tables go');
  if (options.own && !options.shard) throw new UsageError('--own goes with --shard');
  if (options.redis !== undefined && options.shard) throw new UsageError('--redis and --shard exclude each other');
  const loaded = sweepFile(io, path);
  return carryOut(io, loaded, { ...options, out, provenance: sweepOrigin(io, loaded, path), path });
}

/** The origin of a sweep of a file. Whoever computes or merges its cells, the origin is that of `sweep FILE`. */
function sweepOrigin(io: Io, { base, seed }: Sweep, path: string): Provenance {
  return {
    ...originOf(io, { ...scenarioOrigin(base), seed, inputs: pathsOrigin([path]) }),
    command: commandText(['sweep', path]),
  };
}

/** Refuses tables and a page that come from another sweep. The cells of a store stay in any case. */
function refuseOtherSweep(
  provenance: Provenance,
  { out, html, replace }: { readonly out: string; readonly html?: string; readonly replace: boolean },
): void {
  refuseOtherFolder(out, provenance, { replace, mend: 'Name another directory, or add --replace: its cells stay.' });
  refuseOthers([namedOutput('--html', html)], provenance, { replace });
}

export interface CarryOutOptions extends SweepOptions {
  readonly out: string;
  /** The origin of the tables. The number of replications is known when the sweep is planned. */
  readonly provenance: Provenance;
  readonly path: string;
}

/** Computes a sweep and writes its tables. `sensitivity` does the same with a sweep that no file says. */
export async function carryOut(io: Io, loaded: Sweep, options: CarryOutOptions): Promise<ExitCode> {
  refuseOtherSweep(options.provenance, options);
  const signal = io.interruption();
  const store = storeOf(options);
  const progress = new SweepProgress(io, store.folder);
  const workers = threadsOf(options.workers);
  try {
    const executor =
      options.redis === undefined
        ? localExecutor(store, workers, signal)
        : queueExecutor({ url: options.redis, store, signal, io });
    const result = await runSweep({
      sweep: loaded,
      store,
      executor,
      progress,
      signal,
      retryFailed: options.retryFailed,
      helps: !options.own,
      ...(options.shard ? { shard: options.shard } : {}),
    });
    return await finish(io, loaded, result, { ...options, store, progress });
  } catch (error) {
    progress.end();
    if (error instanceof Interrupted) error.kept = `finished cells are in ${store.folder}; the same command goes on`;
    throw storeError(store, error as Error);
  }
}

type FinishOptions = Omit<CarryOutOptions, 'store'> & { readonly store: CellStore; readonly progress: SweepProgress };

/** Writes the tables if this process is the one to do it, and says what is missing. */
async function finish(
  io: Io,
  loaded: Sweep,
  { plan, failed, missing }: RunResult,
  options: FinishOptions,
): Promise<ExitCode> {
  // prettier-ignore
  if (failed.length > 0) writeText(io.err, failedText(failed, options.path));
  const { shard: own } = options;
  if (missing.length > 0) {
    if (failed.length > 0) return EXIT.internal;
    if (own === undefined)
      throw new UsageError(`${missing.length} cells are not in the store although they were computed.`);
    writeLine(
      io.out,
      `shard ${own.number}/${own.of} is done; ${missing.length} of ${plan.cells.length} cells belong to others`,
    );
    return EXIT.done;
  }
  if (own && own.number !== 1) {
    writeLine(io.out, `shard ${own.number}/${own.of} is done; all ${plan.cells.length} cells are there`);
    return EXIT.done;
  }
  const { store, out, progress } = options;
  const provenance = { ...options.provenance, replications: plan.replications };
  const merged = await written({ sweep: loaded, plan, store, out, provenance, onPoint: (share) => breatheAt(io, share) }); // prettier-ignore
  if (options.html !== undefined) writeDocument(options.html, merged.page);
  return answer(io, loaded, merged, { plan, tally: progress.tally, out, format: options.format, provenance });
}

async function written(options: Parameters<typeof mergeSweep>[0]): Promise<WrittenSweep> {
  try {
    return await mergeSweep(options);
  } catch (error) {
    throw outError(error, options.out);
  }
}

/** Gives way now and then, so that Ctrl-C is heard. */
async function breatheAt(io: Io, share: number): Promise<void> {
  if (Math.floor(share * 1e4) % 16 !== 0) return;
  await breathe();
  io.interruption().throwIfAborted();
}

function answer(
  io: Io,
  loaded: Sweep,
  merged: WrittenSweep,
  about: { readonly plan: RunResult['plan']; readonly tally: SweepProgress['tally']; readonly out: string; readonly format: 'text' | 'json'; readonly provenance: Provenance }, // prettier-ignore
): ExitCode {
  if (about.format === 'json') {
    const { plan, tally } = about;
    const points = { all: plan.points.length, refused: merged.refused.length, missing: merged.missing.length };
    const cells = { all: plan.cells.length, computed: tally.computed, reused: tally.reused };
    const json = { provenance: about.provenance, sweep: loaded.name, seed: loaded.seed, replications: plan.replications, points, cells, effects: merged.effects }; // prettier-ignore
    io.out.write(`${JSON.stringify(json)}\n`);
  } else writeAnswer(io.out, sweepText(loaded, { ...about, merged }));
  return merged.refused.length > 0 || merged.missing.length > 0 ? EXIT.refused : EXIT.done;
}

interface MergeOptions {
  readonly out: string;
  readonly store?: string;
  readonly partial: boolean;
  readonly html?: string;
  readonly replace: boolean;
  readonly format: 'text' | 'json';
}

/** Cells named when some are missing. */
const MISSING_SHOWN = 5;

async function merge(io: Io, path: string, options: MergeOptions): Promise<ExitCode> {
  const loaded = sweepFile(io, path);
  const origin = sweepOrigin(io, loaded, path);
  refuseOtherSweep(origin, options);
  const store = storeOf(options);
  const replications = await storedReplications(loaded, store);
  if (replications === undefined) {
    writeLine(io.err, `Cells of the base point are missing in ${store.folder}, so the stop rule cannot be judged. Run: smets1-bench sweep ${shellWord(path)}`); // prettier-ignore
    return EXIT.refused;
  }
  const plan = keptPlan(loaded, { replications, store });
  const missing = missingOf(store, plan);
  if (missing.length > 0 && !options.partial) {
    const names = missing.slice(0, MISSING_SHOWN).map((at) => `  ${plan.cells[at]?.key} (${plan.cells[at]?.population}, point ${plan.cells[at]?.point})`); // prettier-ignore
    if (missing.length > MISSING_SHOWN) names.push(`  ... and ${missing.length - MISSING_SHOWN} more`);
    const text = [
      `${missing.length} of ${plan.cells.length} cells are missing in ${store.folder}; nothing was written:`,
      ...names,
      `Run any shard again, or: smets1-bench sweep ${shellWord(path)}; or leave their points out: --partial`,
    ];
    writeLine(io.err, text.join('\n'));
    return EXIT.refused;
  }
  const provenance = { ...origin, replications: plan.replications };
  const merged = await written({ sweep: loaded, plan, store, out: options.out, provenance, onPoint: (share) => breatheAt(io, share) }); // prettier-ignore
  if (options.html !== undefined) writeDocument(options.html, merged.page);
  const tally = { computed: 0, reused: plan.cells.length - missing.length, failed: 0, refused: merged.refused.length };
  return answer(io, loaded, merged, { plan, tally, out: options.out, format: options.format, provenance });
}
