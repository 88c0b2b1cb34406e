import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { Allocations } from './allocations.ts';
import { Dice } from './dice.ts';
import type { Allowance, CaseLog, Target } from './target.ts';

/** A defect: what went wrong, in which case, and after which bytes. */
export interface Finding {
  readonly target: string;
  readonly index: number;
  readonly what: string;
  /** The latest bytes given, in hexadecimal. */
  readonly hex: string;
}

/** Bytes of an input that are shown. */
export const HEX_BYTES_MAX = 4096;
/** Times that a case is played again before it is believed to have taken too much. */
const AGAIN = 5;
/** What may be asked for by number for one input: the edits that make the next one are in it. */
const ASKED_BYTES_MAX = 1 << 20;

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

/** What a case was given, and what it reached. */
class Played implements CaseLog {
  inputs = 0;
  givenBytes = 0;
  /** The most that was asked for beyond what the input that asked for it allows. */
  excess = 0;
  readonly trail: Uint8Array[] = [];
  readonly outcomes: string[] = [];
  /** When the first bytes were given: what the edits took that made them is not the target's. */
  heapBefore: number | undefined;
  private readonly allocations: Allocations;
  private readonly allowance: Allowance;
  private readonly onGiven: PlayOptions['onGiven'];

  constructor({ allocations, onGiven }: PlayOptions, allowance: Allowance) {
    this.allocations = allocations;
    this.allowance = allowance;
    this.onGiven = onGiven;
    allocations.reset();
  }

  input(bytes: Uint8Array): Uint8Array {
    this.inputs += 1;
    return this.given(bytes);
  }

  given(bytes: Uint8Array): Uint8Array {
    this.judge();
    this.allocations.reset();
    this.givenBytes += bytes.length;
    this.trail.push(bytes);
    this.onGiven?.(bytes);
    this.heapBefore ??= heapBytes();
    return bytes;
  }

  reach(outcome: string): void {
    this.outcomes.push(outcome);
  }

  /** Holds what was asked for since the latest input against that input. */
  judge(): void {
    const { bytes, perByte } = this.allowance;
    const most = Math.max(bytes, ASKED_BYTES_MAX) + perByte * (this.trail.at(-1)?.length ?? 0);
    this.excess = Math.max(this.excess, this.allocations.bytes - most);
  }
}

export interface Case {
  readonly log: Pick<Played, 'inputs' | 'trail' | 'outcomes'>;
  readonly finding: Finding | undefined;
}

export interface PlayOptions {
  readonly seed: number;
  readonly allocations: Allocations;
  /** Whether the heap is looked at as well. */
  readonly isMeasured?: boolean;
  /** Told of all bytes before they are given: what hangs or dies can say nothing afterwards. */
  readonly onGiven?: ((bytes: Uint8Array) => void) | undefined;
}

/** Plays one case. What it takes of the heap is measured; a case that took too much is played again before it is believed. */
export async function playCase(target: Target, index: number, options: PlayOptions): Promise<Case> {
  const { log, took, cause } = await once(target, index, options);
  const { bytes, perByte } = target.allowance;
  const most = bytes + perByte * log.givenBytes;
  const isTooMuch = options.isMeasured === true && took > most && (await takesAgain(target, index, options)) > most;
  const asked = log.excess > 0 ? `asked for ${log.excess} bytes more than its input allows` : undefined;
  const taken = isTooMuch ? `took ${took} bytes of heap for ${log.givenBytes} given, ${most} allowed` : undefined;
  const what = cause ?? asked ?? taken;
  if (what === undefined) return { log, finding: undefined };
  return { log, finding: { target: target.name, index, what, hex: hexOf(log.trail.at(-1) ?? new Uint8Array(0)) } };
}

/** What a case takes, the middle of a few times: a compiler or a collector may have been at work in one of them. */
async function takesAgain(target: Target, index: number, options: PlayOptions): Promise<number> {
  const taken: number[] = [];
  // No collection between them: it throws code away, and what compiles it anew takes heap.
  for (let again = 0; again < AGAIN; again += 1) taken.push((await once(target, index, options)).took);
  return taken.sort((a, b) => a - b)[AGAIN >> 1]!;
}

export function hexOf(bytes: Uint8Array): string {
  const rest = bytes.length > HEX_BYTES_MAX ? `... (${bytes.length} bytes)` : '';
  return toHex(bytes.subarray(0, HEX_BYTES_MAX)) + rest;
}

async function once(
  target: Target,
  index: number,
  options: PlayOptions,
): Promise<{ log: Played; took: number; cause?: string }> {
  const log = new Played(options, target.allowance);
  const dice = new Dice(options.seed, target.name, index);
  try {
    const running = target.run(dice, log);
    if (running) await running;
  } catch (error) {
    return { log, took: 0, cause: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const now = heapBytes();
  const took = now - (log.heapBefore ?? now);
  log.judge();
  return { log, took };
}
