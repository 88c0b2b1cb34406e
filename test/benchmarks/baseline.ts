import { diskFiles } from '../../src/cli/shell/readText.ts';
import type { Counts } from '../../sim/kernel/life/counts.ts';
import { compileModel, type Model } from '../../sim/kernel/model/model.ts';
import { ShardRunner, shardsOf } from '../../sim/kernel/run/shard.ts';
import { loadScenario } from '../../sim/scenario/load.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';
import { absent, figure, printGoal, printTable } from './print.ts';
import { cOfSameDice } from './r1/peers.ts';
import type { Sizes } from './sizes.ts';

/** What users run, and R1 beside it. */
const SCENARIOS = ['various1', 'estate', 'null', 'benchmarks/r1'];
const LIVES = { whole: 500_000, quick: 20_000 };
/** Our goal: WebAssembly at least this many times as fast as the same files run as JavaScript, on the baseline. */
const RATIO_LEAST = 3;
const R1 = 'benchmarks/r1';
/** The goal of the kernel: at most so many times the processor time of C with the same dice, on R1. */
const TIMES_C_MOST = 1.5;

function modelOf(name: string, share: number): Model {
  const path = `scenarios/${name}.yaml`;
  const load = (set: readonly string[]) => {
    const loaded = loadScenario({ path, files: diskFiles, set });
    if (!loaded.ok) throw new Error(`${path} does not load`);
    return loaded;
  };
  const sizes = Object.entries(load([]).scenario.populations).map(
    ([population, { installations }]) => `populations.${population}.installations=${Math.ceil(installations * share)}`,
  );
  const { scenario, rules } = load(share < 1 ? sizes : []);
  return compileModel(scenario, rules);
}

interface Timed {
  /** Processor nanoseconds an installation, and processor milliseconds before the first of them. */
  readonly ns: number;
  readonly begun: number;
  readonly counts: Counts[];
}

function timedLives(model: Model, inJavaScript: boolean, replication: number): Timed {
  const used = process.cpuUsage();
  const runner = new ShardRunner(model, seedWords('baseline'), replication, inJavaScript);
  const begun = process.cpuUsage(used);
  const counts = Array.from({ length: shardsOf(model.size) }, (_, shard) => runner.run(shard));
  const { user, system } = process.cpuUsage(used);
  return { ns: ((user + system) * 1000) / model.size, begun: (begun.user + begun.system) / 1000, counts };
}

/** Processor nanoseconds an installation of R1 in C with the kernel's dice; undefined without a compiler. */
async function nanosecondsInC(installations: number, rounds: number): Promise<number | undefined> {
  const why = cOfSameDice.absent();
  if (why !== undefined) return absent(cOfSameDice.name, why) as undefined;
  let best = Infinity;
  for (let round = 1; round <= rounds; round += 1) {
    const { n, processor } = await cOfSameDice.run(installations, round);
    best = Math.min(best, (processor * 1e9) / n);
  }
  return best;
}

/**
 * Processor time an installation of what users run: in WebAssembly, and by the same files in JavaScript, in turns. Where the
 * bench has the same dice in C (R1), beside it. C of the baseline itself is not there.
 */
export async function baselineBenchmark({ quick, rounds }: Sizes): Promise<boolean> {
  const lives = quick ? LIVES.quick : LIVES.whole;
  const rows: string[][] = [];
  let same = true;
  let ratio = 0;
  let timesC: number | undefined;
  for (const name of SCENARIOS) {
    const whole = modelOf(name, 1);
    const model = whole.size > lives ? modelOf(name, lives / whole.size) : whole;
    const best = { compiled: Infinity, plain: Infinity, begun: Infinity };
    for (let round = 0; round < Math.max(2, rounds); round += 1) {
      const compiled = timedLives(model, false, round);
      const plain = timedLives(model, true, round);
      same &&= JSON.stringify(compiled.counts) === JSON.stringify(plain.counts);
      best.compiled = Math.min(best.compiled, compiled.ns);
      best.plain = Math.min(best.plain, plain.ns);
      best.begun = Math.min(best.begun, compiled.begun);
    }
    const inC = name === R1 ? await nanosecondsInC(lives, Math.max(2, rounds)) : undefined;
    if (inC !== undefined) timesC = best.compiled / inC;
    if (name === 'various1') ratio = best.plain / best.compiled;
    rows.push([
      name,
      String(model.size),
      figure(best.compiled),
      figure(best.plain),
      figure(best.plain / best.compiled),
      figure(best.begun),
      inC === undefined ? '' : figure(inC),
    ]);
  }
  const head = ['lives', 'WebAssembly', 'JavaScript', 'x', 'ms a replication', 'C of same dice'];
  printTable(['processor ns an installation', ...head], rows);
  console.log(same ? 'Both gave the same counts.' : 'disagree: the counts of the two differ');
  const what = 'WebAssembly against JavaScript on various1';
  const holds = printGoal({ what, found: ratio, atLeast: RATIO_LEAST, unit: 'x', quick });
  if (timesC === undefined) return holds && same;
  const goal = { what: 'R1 in WebAssembly', found: timesC, atMost: TIMES_C_MOST, unit: 'times the time of C' };
  return printGoal({ ...goal, quick }) && holds && same;
}
