import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { FLOOD_KEEPS_MAX, FLOOD_MESSAGES_MIN, floodKeeps, FLOODS } from '../../devices/fuzz/floods.ts';
import { describedFinding, reportOf } from '../../devices/fuzz/report.ts';
import { TARGETS } from '../../devices/fuzz/targets.ts';
import { figure, printGoal } from '../print.ts';
import type { Sizes } from '../sizes.ts';
import { fuzzInWorkers } from './workers.ts';

const INPUTS = 10_000_000;
const QUICK_INPUTS = 20_000;
/** Times as many messages to a flood as CI gives. */
const FLOOD_TIMES = 10;

function numberOf(variable: string, otherwise: number): number {
  const text = process.env[variable];
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${variable}: a whole number expected, got '${text}'`);
  return number;
}

/**
 * Ten million mutated inputs over every decoder, station, device and head-end: the targets of test/devices/fuzz. FUZZ_INPUTS,
 * BENCH_SEED and FUZZ_WORKERS change it; without a seed it takes another one each time, and prints it.
 */
export async function fuzzBenchmark({ quick }: Sizes): Promise<boolean> {
  const seed = numberOf('BENCH_SEED', randomInt(2 ** 31));
  const inputs = numberOf('FUZZ_INPUTS', quick ? QUICK_INPUTS : INPUTS);
  const workers = Math.max(1, numberOf('FUZZ_WORKERS', availableParallelism()));
  console.log(`BENCH_SEED=${seed}, ${inputs} inputs over ${TARGETS.length} targets on ${workers} worker(s)\n`);
  const from = performance.now();
  const elapsed = (): number => (performance.now() - from) / 1000;
  const { tallies, findings: died } = await fuzzInWorkers({ seed, inputs, workers }, (done, at) =>
    console.error(`${done} of ${inputs} inputs after ${elapsed().toFixed(0)} s, at ${at.join(', ')}`),
  );
  const seconds = elapsed();
  const report = reportOf(TARGETS, tallies);
  console.log(report.lines.join('\n'));
  const missed = [...report.unreached, ...report.unreachedRare];
  const reached = report.known - missed.length;
  console.log(`\n${reached} of ${report.known} known states reached. Not reached: ${missed.join('; ') || 'none'}`);
  if (report.unlisted.length > 0) console.log(`Reached and on no list: ${report.unlisted.join('; ')}`);

  const messages = quick ? FLOOD_MESSAGES_MIN : FLOOD_TIMES * FLOOD_MESSAGES_MIN;
  const kept = FLOODS.map((flood) => ({ name: flood.name, bytes: floodKeeps(flood, messages) }));
  const grown = kept.filter(({ bytes }) => bytes > FLOOD_KEEPS_MAX);
  for (const { name, bytes } of grown) console.log(`flood: ${name}: ${messages} messages leave ${bytes} bytes behind`);
  console.log(
    `${kept.length} floods of ${messages} messages leave at most ${FLOOD_KEEPS_MAX} bytes each: ${grown.length === 0}`,
  );

  const findings = [...died, ...report.findings];
  for (const finding of findings) console.log(`found: ${describedFinding(finding, seed)}`);
  console.log(`${report.inputs} inputs in ${figure(seconds)} s: ${Math.round(report.inputs / seconds)} inputs/s`);
  const given = { what: 'mutated inputs', found: report.inputs, atLeast: INPUTS, unit: 'inputs', quick };
  const defects = { what: 'defects', found: findings.length + grown.length, atMost: 0, unit: 'found', quick: false };
  return [printGoal(given), printGoal(defects)].every(Boolean);
}
