import { Worker } from 'node:worker_threads';
import type { FuzzOptions, Tally } from '../../devices/fuzz/fuzz.ts';
import { type Finding, HEX_BYTES_MAX, hexOf } from '../../devices/fuzz/play.ts';
import { TARGETS } from '../../devices/fuzz/targets.ts';

/** What a worker is started with. */
export interface FuzzJob extends Required<Pick<FuzzOptions, 'seed' | 'inputs' | 'part'>> {
  readonly shared: SharedArrayBuffer;
}

/** Where a worker is: 32-bit words of the memory that it shares, and behind them the latest bytes given. */
export const PLACE = { target: 0, index: 1, inputs: 2, length: 3 } as const;
export const PLACES = Object.keys(PLACE).length;

/** A case that takes longer than this hangs: the slowest takes a few hundred milliseconds on a busy machine. */
const HANG_SECONDS = 120;
const LOOK_SECONDS = 5;
/** A worker that needs more heap than this ends, and with it the case that needed it. */
const HEAP_MEGABYTES = 768;

export interface WorkersDone {
  readonly tallies: readonly Tally[];
  /** Hangs and workers that died, beside what the tallies found. */
  readonly findings: readonly Finding[];
}

/** Plays the cases in so many workers; tells progress every few seconds. */
export async function fuzzInWorkers(
  run: { readonly seed: number; readonly inputs: number; readonly workers: number },
  onProgress: (inputs: number, at: readonly string[]) => void,
): Promise<WorkersDone> {
  const parts = Array.from({ length: run.workers }, (_, number) => startPart(run, number));
  const look = setInterval(() => {
    for (const part of parts) part.look();
    onProgress(
      parts.reduce((sum, part) => sum + part.inputs(), 0),
      parts.map((part) => part.at()),
    );
  }, LOOK_SECONDS * 1000);
  try {
    const ended = await Promise.all(parts.map(({ end }) => end));
    return {
      tallies: merged(ended.flatMap((one) => ('tallies' in one ? [one.tallies] : []))),
      findings: ended.flatMap((one) => ('finding' in one ? [one.finding] : [])),
    };
  } finally {
    clearInterval(look);
  }
}

type End = { readonly tallies: Tally[] } | { readonly finding: Finding };

function startPart(run: { readonly seed: number; readonly inputs: number; readonly workers: number }, number: number) {
  const shared = new SharedArrayBuffer(4 * PLACES + HEX_BYTES_MAX);
  const place = new Int32Array(shared, 0, PLACES);
  const part = { of: run.workers, number };
  const worker = new Worker(new URL('./fuzzWorkerBoot.mjs', import.meta.url), {
    workerData: { seed: run.seed, inputs: run.inputs, part, shared } satisfies FuzzJob,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  const target = (): string => TARGETS[place[PLACE.target]!]?.name ?? '?';
  const finding = (what: string): End => ({
    finding: { target: target(), index: place[PLACE.index]!, what, hex: latest() },
  });
  const latest = (): string => {
    const length = Math.min(place[PLACE.length]!, HEX_BYTES_MAX);
    return hexOf(new Uint8Array(shared, 4 * PLACES, length).slice());
  };
  let since = performance.now();
  let seen = '';
  let hung: (end: End) => void = () => undefined;

  const end = new Promise<End>((resolve) => {
    hung = resolve;
    worker.once('message', (tallies: Tally[]) => resolve({ tallies }));
    worker.once('error', (error) => resolve(finding(`the worker ended: ${String(error)}`)));
    worker.once('exit', (code) => resolve(finding(`the worker ended with ${code}`)));
  });

  return {
    end,
    inputs: () => place[PLACE.inputs]!,
    at: () => `${target()} ${place[PLACE.index]}`,
    look() {
      const now = `${place[PLACE.target]} ${place[PLACE.index]}`;
      if (now !== seen) [seen, since] = [now, performance.now()];
      if (performance.now() - since < HANG_SECONDS * 1000) return;
      hung(finding(`has not ended within ${HANG_SECONDS} seconds`));
      void worker.terminate();
    },
  };
}

/** The tallies of all parts, target by target. */
function merged(parts: readonly (readonly Tally[])[]): Tally[] {
  return TARGETS.flatMap(({ name }) => {
    const own = parts.flat().filter(({ target }) => target === name);
    if (own.length === 0) return [];
    const sum = (of: (tally: Tally) => number): number => own.reduce((total, tally) => total + of(tally), 0);
    const outcomes = new Map<string, number>();
    for (const tally of own) {
      for (const [outcome, count] of tally.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
    }
    const findings = own.flatMap((tally) => tally.findings);
    const keptBytes = Math.max(...own.map((tally) => tally.keptBytes));
    return [{ target: name, cases: sum((t) => t.cases), inputs: sum((t) => t.inputs), outcomes, findings, keptBytes }];
  });
}
