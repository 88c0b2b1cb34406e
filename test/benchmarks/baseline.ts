import { diskFiles } from '../../src/cli/shell/readText.ts';
import type { Counts } from '../../sim/kernel/life/counts.ts';
import { compileModel, type Model } from '../../sim/kernel/model/model.ts';
import { ShardRunner, shardsOf } from '../../sim/kernel/run/shard.ts';
import { loadScenario } from '../../sim/scenario/load.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

/** What users run, and R1 beside it. */
const SCENARIOS = ['various1', 'estate', 'null', 'benchmarks/r1'];
const LIVES = { whole: 500_000, quick: 20_000 };
/** Our goal: WebAssembly at least this many times as fast as the same files run as JavaScript, on the baseline. */
const RATIO_LEAST = 3;

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

/** Processor nanoseconds an installation, and the counts. */
function timedLives(model: Model, inJavaScript: boolean, replication: number): { ns: number; counts: Counts[] } {
  const used = process.cpuUsage();
  const runner = new ShardRunner(model, seedWords('baseline'), replication, inJavaScript);
  const counts = Array.from({ length: shardsOf(model.size) }, (_, shard) => runner.run(shard));
  const { user, system } = process.cpuUsage(used);
  return { ns: ((user + system) * 1000) / model.size, counts };
}

/** Processor time an installation of what users run: in WebAssembly, and by the same files in JavaScript, in turns. */
export async function baselineBenchmark({ quick, rounds }: Sizes): Promise<boolean> {
  const lives = quick ? LIVES.quick : LIVES.whole;
  const rows: string[][] = [];
  let same = true;
  let ratio = 0;
  for (const name of SCENARIOS) {
    const whole = modelOf(name, 1);
    const model = whole.size > lives ? modelOf(name, lives / whole.size) : whole;
    const best = { compiled: Infinity, plain: Infinity };
    for (let round = 0; round < Math.max(2, rounds); round += 1) {
      const compiled = timedLives(model, false, round);
      const plain = timedLives(model, true, round);
      same &&= JSON.stringify(compiled.counts) === JSON.stringify(plain.counts);
      best.compiled = Math.min(best.compiled, compiled.ns);
      best.plain = Math.min(best.plain, plain.ns);
    }
    if (name === 'various1') ratio = best.plain / best.compiled;
    rows.push([
      name,
      String(model.size),
      figure(best.compiled),
      figure(best.plain),
      figure(best.plain / best.compiled),
    ]);
  }
  printTable(['processor ns an installation', 'lives', 'WebAssembly', 'JavaScript', 'x'], rows);
  console.log(same ? 'Both gave the same counts.' : 'disagree: the counts of the two differ');
  const what = 'WebAssembly against JavaScript on various1';
  return printGoal({ what, found: ratio, atLeast: RATIO_LEAST, unit: 'x', quick }) && same;
}
