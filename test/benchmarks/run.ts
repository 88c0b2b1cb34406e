import { availableParallelism, loadavg } from 'node:os';
import { baselineBenchmark } from './baseline.ts';
import { checkBenchmark } from './check.ts';
import { decideBenchmark } from './decide.ts';
import { devicesBenchmark } from './devices/benchmark.ts';
import { estateBenchmark } from './estate.ts';
import { evaluatorBenchmark } from './evaluator.ts';
import { forecastBenchmark } from './forecast.ts';
import { fuzzBenchmark } from './fuzz/benchmark.ts';
import { outputBenchmark } from './output.ts';
import { pageBenchmark } from './page.ts';
import { pageBytesBenchmark } from './pageBytes.ts';
import { r1Benchmark } from './r1/benchmark.ts';
import { ruleEnginesBenchmark } from './ruleEngines/benchmark.ts';
import type { Sizes } from './sizes.ts';
import { sweepBenchmark } from './sweep.ts';
import { workersBenchmark } from './workers.ts';

/** `npm run bench [-- NAME...] [--quick]`: each prints what it measured and returns whether its checks and goals hold. */
const BENCHMARKS: Readonly<Record<string, (sizes: Sizes) => Promise<boolean>>> = {
  'r1': r1Benchmark,
  'baseline': baselineBenchmark,
  'workers': workersBenchmark,
  'rule-engines': ruleEnginesBenchmark,
  'evaluator': evaluatorBenchmark,
  'decide': decideBenchmark,
  'estate': estateBenchmark,
  'output': outputBenchmark,
  'devices': devicesBenchmark,
  'fuzz': fuzzBenchmark,
  'sweep': sweepBenchmark,
  'check': checkBenchmark,
  'forecast': forecastBenchmark,
  'page': pageBenchmark,
  'page-bytes': pageBytesBenchmark,
};

const QUICK = '--quick';
const wanted = process.argv.slice(2).filter((name) => name !== QUICK);
const quick = process.argv.includes(QUICK);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}, ${QUICK}`);
  process.exit(1);
}

for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  console.log(
    `# ${name}: Node ${process.version}, ${availableParallelism()} processors with a load of ${load}, one run: ` +
      'read the ratios, not the speeds\n',
  );
  if (!(await benchmark({ quick, rounds: quick ? 1 : 5 }))) process.exitCode = 1;
  console.log();
}
