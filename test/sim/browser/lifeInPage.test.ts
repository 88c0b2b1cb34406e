// The life that a page holds counts what the life of Node counts, as WebAssembly and translated to JavaScript. That the
// translation runs under a page's policy is for test/browser.
import { runInThisContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { PAGE_LIFE } from '../../../sim/browser/pageLife.ts';
import { wasmScript } from '../../../sim/browser/wasmScript.ts';
import type { Counts } from '../../../sim/kernel/life/counts.ts';
import { Replication } from '../../../sim/kernel/model/replication.ts';
import { livesIn, type LifeMaker } from '../../../sim/kernel/run/lifeInstance.ts';
import { ShardRunner } from '../../../sim/kernel/run/shard.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { seedText } from '../../seed.ts';
import { EVERYTHING, modelAt } from '../scenarios.ts';

interface WebAssemblyFace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const SEED = seedText(import.meta.filename, 'page');
const BYTES = Buffer.from(PAGE_LIFE, 'base64');
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyFace }).WebAssembly;
const compiled = new Module(BYTES);
const asModule: LifeMaker = (imports) => new Instance(compiled, imports).exports;
const asScript = evaluated(wasmScript(BYTES));

/** A page puts the text before its worker's script. Here it is evaluated. */
function evaluated(text: string): LifeMaker {
  return runInThisContext(text) as LifeMaker;
}

const CASES: readonly (readonly [string, readonly string[]])[] = [
  [EVERYTHING, []],
  [EVERYTHING, ['process.IOC.stopWhen=never']],
  [EVERYTHING, ['amendments.clauses.five-retries.shows.atLeast=3', 'changes.replacementPerYear=0.3']],
  ['scenarios/null.yaml', []],
  ['scenarios/clause-18-6-gt01.yaml', []],
  ['scenarios/benchmarks/r1.yaml', ['populations.all.installations=20000']],
];

describe.each(CASES)('%s %j', (path, set) => {
  test.each([
    ['WebAssembly', asModule],
    ['JavaScript', asScript],
  ] as const)('the life of a page counts the same as that of Node, as %s', (_, make) => {
    const model = modelAt(path, set);
    const words = seedWords(SEED);
    const expected = new ShardRunner(model, words, 1).run(0);
    const [found] = livesIn(make, model, new Replication(model, words, 1)).run(0, Math.min(model.size, 65_536));
    expect(sum(expected)).toBeGreaterThan(0);
    expect(found).toEqual(expected);
  });
});

function sum({ ends }: Counts): number {
  return ends.reduce((total, count) => total + count, 0);
}

/** A module of one function without parameters that runs these instructions and returns a number. */
const moduleOf = (...body: readonly number[]): Uint8Array =>
  Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 5, 1, 0x60, 0, 1, 0x7c], // one type: () -> f64
    ...[3, 2, 1, 0], // one function of it
    ...[7, 5, 1, 1, 0x61, 0, 0], // exported as "a"
    ...[10, body.length + 5, 1, body.length + 3, 0, ...body, 0x0f, 0x0b],
  );
const HALF = [0x44, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f];

test.each([
  ['a constant', HALF],
  ['a sum', [...HALF, ...HALF, 0xa0]],
  ['a block that is left with a value', [0x02, 0x7c, ...HALF, ...HALF, 0xa0, 0x0c, 0, 0x0b]],
  ['code after a return', [...HALF, 0x0f, 0xa0, ...HALF]],
  ['a choice', [0x41, 1, 0x04, 0x7c, ...HALF, 0x05, ...HALF, 0x9a, 0x0b]],
])('%s comes to the same as a script', (_, body) => {
  const bytes = moduleOf(...body);
  const answer = (instance: unknown): number => (instance as { a(): number }).a();
  expect(answer(evaluated(wasmScript(bytes))({}))).toBe(answer(new Instance(new Module(bytes), {}).exports));
});

test('a module with an instruction that the translation does not know is refused by its number', () => {
  expect(() => wasmScript(moduleOf(...HALF, 0x9e))).toThrow('0x9e, which no life has');
});

test.each([
  ['no module', Uint8Array.of(1, 2, 3)],
  ['cut short', BYTES.subarray(0, BYTES.length - 40)],
])('bytes that are %s are refused', (_, bytes) => {
  expect(() => wasmScript(bytes)).toThrow(/compiled life|section/);
});
