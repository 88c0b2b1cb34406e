import { type Allocations, countAllocations } from './allocations.ts';
import { type Finding, playCase, type PlayOptions, settledHeapBytes } from './play.ts';
import type { Target } from './target.ts';

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
  /** Before each case: where it stands, and how many inputs were given before. */
  readonly onCase?: (target: number, index: number, inputs: number) => void;
  readonly onGiven?: PlayOptions['onGiven'];
}

/** More outcomes than that means that words() lets content through. */
const OUTCOMES_MAX = 400;
const FINDINGS_MAX = 5;
/** Caches that fill once, code that is compiled: no target may keep more than this when its cases are over. */
const KEPT_BYTES_MAX = 6 << 20;
/** Fewer inputs than these leave less behind than the code that they warm. */
const KEPT_INPUTS_MIN = 20_000;
/** Cases after which a target's code is warm: compiling it takes heap as well. */
const WARM_CASES = 300;

/** Plays every target's share of the inputs. The same seed gives the same tallies. */
export async function fuzz(targets: readonly Target[], options: FuzzOptions): Promise<Tally[]> {
  const allocations = countAllocations();
  try {
    return await fuzzed(targets, options, allocations);
  } finally {
    allocations.stop();
  }
}

async function fuzzed(targets: readonly Target[], options: FuzzOptions, allocations: Allocations): Promise<Tally[]> {
  const { seed, inputs, part = { of: 1, number: 0 } } = options;
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const tallies: Tally[] = [];
  let given = 0;
  for (const [number, target] of targets.entries()) {
    const wanted = Math.ceil((inputs * target.share) / shares / part.of);
    const tally: Tally = { target: target.name, cases: 0, inputs: 0, outcomes: new Map(), findings: [], keptBytes: 0 };
    let kept: number | undefined;
    const isWatched = wanted >= KEPT_INPUTS_MIN;
    for (let index = part.number; tally.inputs < wanted && tally.findings.length < FINDINGS_MAX; index += part.of) {
      options.onCase?.(number, index, given);
      const { log, finding } = await playCase(target, index, {
        ...{ seed, allocations, onGiven: options.onGiven },
        isMeasured: tally.cases >= WARM_CASES,
      });
      tally.cases += 1;
      tally.inputs += log.inputs;
      given += log.inputs;
      for (const outcome of log.outcomes) tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
      if (finding) tally.findings.push(finding);
      if (tally.outcomes.size > OUTCOMES_MAX) throw new Error(`${target.name}: more than ${OUTCOMES_MAX} outcomes`);
      // What is warm by now is not counted.
      if (kept === undefined && isWatched && tally.inputs * 4 > wanted) kept = settledHeapBytes();
    }
    tally.keptBytes = kept === undefined ? 0 : Math.max(0, settledHeapBytes() - kept);
    if (tally.keptBytes > KEPT_BYTES_MAX) {
      const what = `kept ${tally.keptBytes} bytes of heap after its cases, ${KEPT_BYTES_MAX} allowed`;
      tally.findings.push({ target: target.name, index: part.number, what, hex: '' });
    }
    tallies.push(tally);
  }
  return tallies;
}

/** Known outcomes that were not reached. */
export function unreached(target: Target, outcomes: ReadonlyMap<string, number>): string[] {
  return target.known.filter((outcome) => !outcomes.has(outcome));
}

/** The command that plays a case again and prints all that it was given. */
export function replayCommand({ target, index }: Pick<Finding, 'target' | 'index'>, seed: number): string {
  return `BENCH_SEED=${seed} FUZZ_TARGET=${target} FUZZ_CASE=${index} npx vitest run test/devices/fuzz -t 'one case again'`;
}
