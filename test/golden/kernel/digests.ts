import { createHash, type Hash } from 'node:crypto';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { OUTCOMES } from '../../../sim/kernel/model/outcomes.ts';
import { ShardRunner, shardsOf } from '../../../sim/kernel/run/shard.ts';
import { addCounts, emptyCounts } from '../../../sim/kernel/life/counts.ts';
import { scenarioHash } from '../../../sim/scenario/hash.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { EVERYTHING, scenarioAt } from '../../sim/scenarios.ts';

/** What the kernel computed, as a file keeps it: a digest for each input (scenario, seed, as-of days, replication). */
export interface KernelDigests {
  readonly kernel: number;
  readonly digests: Readonly<Record<string, string>>;
}

/** Not the first, so that the number of a replication enters too. */
const REPLICATION = 1;
/** Settings that keep the large scenarios small. */
const INPUTS: readonly (readonly [path: string, set: readonly string[]])[] = [
  [EVERYTHING, []],
  ['scenarios/null.yaml', []],
  ['scenarios/benchmarks/r1.yaml', ['populations.all.installations=20000']],
  ['scenarios/clause-18-6-gt01.yaml', []],
  ['scenarios/clause-18-7-no-wan-before.yaml', []],
];

/** The digests of today's kernel. An input that changes has another key, and its digest is a new one. */
export function kernelDigests(): KernelDigests {
  const rows = INPUTS.map(([path, set]) => digestOf(path, set));
  return { kernel: KERNEL, digests: Object.fromEntries(rows) };
}

function digestOf(path: string, set: readonly string[]): [key: string, digest: string] {
  const { scenario, rules } = scenarioAt(path, set);
  const model = compileModel(scenario, rules);
  const runner = new ShardRunner(model, seedWords(scenario.seed), REPLICATION);
  const hash = createHash('sha256');
  const counts = emptyCounts(model.asOfs.length, model.months);
  for (let shard = 0; shard < shardsOf(model.size); shard += 1) {
    addCounts(counts, runner.run(shard));
    // With records every life is lived in full, so that both ways through the kernel enter.
    const { attempts, events, spans } = runner.record(shard).records;
    const { outcome, ...others } = attempts;
    // By their codes: a code that is added to the catalogue moves the numbers of others and changes nothing.
    hash.update(Array.from(outcome, (number) => OUTCOMES[number]).join());
    for (const columns of [others, events, spans]) add(hash, columns);
  }
  add(hash, counts);
  const input = [scenario.name, scenarioHash(scenario, rules), scenario.seed, scenario.asOf.join(","), REPLICATION];
  return [input.join(' '), hash.digest('hex').slice(0, 16)];
}

function add(hash: Hash, columns: object): void {
  for (const values of Object.values(columns) as Int32Array[]) hash.update(Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))); // prettier-ignore
}

/** Inputs that are in both and whose digests differ. They may do so only if the number of the kernel differs too. */
export function changedInputs(before: KernelDigests, now: KernelDigests): readonly string[] {
  if (now.kernel !== before.kernel) return [];
  return Object.keys(now.digests).filter((key) => key in before.digests && now.digests[key] !== before.digests[key]);
}

/** Why the digests may not be written over those before; undefined: they may. */
export function refusal(before: KernelDigests, now: KernelDigests): string | undefined {
  if (now.kernel < before.kernel) return `KERNEL is ${now.kernel}, below ${before.kernel}: a number is never used twice`;
  const changed = changedInputs(before, now);
  if (changed.length === 0) return undefined;
  return `the same input gives other numbers (${changed.join('; ')}): raise KERNEL in sim/kernel/model/kernelNumber.ts above ${before.kernel}, and say why in CHANGELOG.md`;
}
