import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toHex } from '../../../devices/dlms/bytes.ts';
import { Dice } from './dice.ts';
import type { CaseLog, Target } from './target.ts';

/** A defect: what went wrong, in which case, and after which bytes. */
export interface Finding {
  readonly target: string;
  readonly index: number;
  readonly what: string;
  /** The latest bytes given, in hexadecimal. */
  readonly hex: string;
}

/** What a target's cases came to. */
export interface Tally {
  readonly target: string;
  cases: number;
  inputs: number;
  readonly outcomes: Map<string, number>;
  readonly findings: Finding[];
  /** Heap that the target kept when it had ended, after a collection. */
  keptBytes: number;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Over all targets. */
  readonly inputs: number;
  /** Of so many that share the cases, which one this is. */
  readonly part?: { readonly of: number; readonly number: number };
  readonly onCase?: (target: number, index: number) => void;
  readonly onTally?: (tally: Tally) => void;
}

/** More outcomes than that means that words() lets content through. */
const OUTCOMES_MAX = 400;
const FINDINGS_MAX = 5;
/** Caches that fill once, code that is compiled: no target may keep more than this when its cases are over. */
const KEPT_BYTES_MAX = 6 << 20;
const HEX_BYTES_MAX = 4096;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/** Heap in use after a collection. */
export function settledHeapBytes(): number {
  // What a first collection lets go of may hold buffers that only a second one frees.
  collect();
  collect();
  return heapBytes();
}

/** One case, played from its dice. Rejects for nothing: a defect is a finding. */
class Played implements CaseLog {
  inputs = 0;
  givenBytes = 0;
  readonly trail: Uint8Array[] = [];
  readonly outcomes: string[] = [];

  input(bytes: Uint8Array): Uint8Array {
    this.inputs += 1;
    return this.given(bytes);
  }
  given(bytes: Uint8Array): Uint8Array {
    this.givenBytes += bytes.length;
    this.trail.push(bytes);
    return bytes;
  }
  reach(outcome: string): void {
    this.outcomes.push(outcome);
  }
}

export interface Case {
  readonly log: Pick<Played, 'inputs' | 'trail' | 'outcomes'>;
  readonly finding: Finding | undefined;
}

/** Plays one case. What it takes of the heap is measured; a case that took too much is played again before it is believed. */
export async function playCase(target: Target, index: number, seed: number): Promise<Case> {
  let played = await once(target, index, seed);
  for (let again = 0; again < 2 && played.took > allowed(target, played.log); again += 1) {
    // A collector or a compiler may have been at work: the least of three counts.
    collect();
    const other = await once(target, index, seed);
    if (other.took < played.took) played = other;
  }
  const { log, took, cause } = played;
  const most = allowed(target, log);
  const what =
    cause ?? (took > most ? `took ${took} bytes of heap for ${log.givenBytes} given, ${most} allowed` : undefined);
  const latest = log.trail.at(-1) ?? new Uint8Array(0);
  const hex =
    toHex(latest.subarray(0, HEX_BYTES_MAX)) + (latest.length > HEX_BYTES_MAX ? `... (${latest.length} bytes)` : '');
  return { log, finding: what === undefined ? undefined : { target: target.name, index, what, hex } };
}

function allowed({ allowance }: Target, log: Played): number {
  return allowance.bytes + allowance.perByte * log.givenBytes;
}

async function once(
  target: Target,
  index: number,
  seed: number,
): Promise<{ log: Played; took: number; cause?: string }> {
  const log = new Played();
  const dice = new Dice(seed, target.name, index);
  const before = heapBytes();
  try {
    const running = target.run(dice, log);
    if (running) await running;
  } catch (error) {
    return { log, took: 0, cause: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  return { log, took: heapBytes() - before };
}

/** Plays every target's share of the inputs. The same seed gives the same tallies. */
export async function fuzz(targets: readonly Target[], options: FuzzOptions): Promise<Tally[]> {
  const { seed, inputs, part = { of: 1, number: 0 } } = options;
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const tallies: Tally[] = [];
  for (const [number, target] of targets.entries()) {
    const wanted = Math.ceil((inputs * target.share) / shares / part.of);
    const tally: Tally = { target: target.name, cases: 0, inputs: 0, outcomes: new Map(), findings: [], keptBytes: 0 };
    let kept: number | undefined;
    for (let index = part.number; tally.inputs < wanted && tally.findings.length < FINDINGS_MAX; index += part.of) {
      options.onCase?.(number, index);
      const { log, finding } = await playCase(target, index, seed);
      tally.cases += 1;
      tally.inputs += log.inputs;
      for (const outcome of log.outcomes) tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
      if (finding) tally.findings.push(finding);
      if (tally.outcomes.size > OUTCOMES_MAX) throw new Error(`${target.name}: more than ${OUTCOMES_MAX} outcomes`);
      // What is warm by now is not counted.
      if (kept === undefined && tally.inputs * 4 > wanted) kept = settledHeapBytes();
    }
    tally.keptBytes = Math.max(0, settledHeapBytes() - (kept ?? Infinity));
    if (tally.keptBytes > KEPT_BYTES_MAX) {
      const what = `kept ${tally.keptBytes} bytes of heap after its cases, ${KEPT_BYTES_MAX} allowed`;
      tally.findings.push({ target: target.name, index: part.number, what, hex: '' });
    }
    tallies.push(tally);
    options.onTally?.(tally);
  }
  return tallies;
}

/** Known outcomes that were not reached. */
export function unreached(target: Target, outcomes: ReadonlyMap<string, number>): string[] {
  return target.known.filter((outcome) => !outcomes.has(outcome));
}

/** The command that plays a case again and prints all that it was given. */
export function replayCommand({ target, index }: Pick<Finding, 'target' | 'index'>, seed: number): string {
  return `FUZZ_SEED=${seed} FUZZ_TARGET=${target} FUZZ_CASE=${index} npx vitest run test/devices/fuzz`;
}
