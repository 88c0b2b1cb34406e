import { r1Benchmark } from './r1/benchmark.ts';

/** `npm run bench [-- NAME...]`: each prints what it measured and returns whether its checks hold. */
const BENCHMARKS: Readonly<Record<string, () => Promise<boolean>>> = {
  r1: r1Benchmark,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(1);
}

for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`# ${name}: Node ${process.version}, one machine, one run: read the ratios, not the speeds\n`);
  if (!(await benchmark())) process.exitCode = 1;
}
