// Mutated inputs to every decoder, station, device and head-end: no exception, no hang, no memory that grows with a length
// field, and no law of theirs broken. 100,000 of them in CI, a part in npm test, FUZZ_INPUTS for more; `npm run bench -- fuzz` gives 10 million.
// BENCH_SEED repeats a run; FUZZ_TARGET and FUZZ_CASE play one case of it again and print all that it was given.
import { writeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bad, good, NO_BYTES, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { codecTarget } from './codec.ts';
import { ACSE } from './corpus.ts';
import { FLOOD_KEEPS_MAX, FLOOD_MESSAGES_MIN, floodKeeps, FLOODS } from './floods.ts';
import { type Allocations, countAllocations } from './allocations.ts';
import { fuzz } from './fuzz.ts';
import { type Case, playCase, type PlayOptions } from './play.ts';
import { describedFinding, reportOf } from './report.ts';
import { sampleSize } from '../../sampleSize.ts';
import { DECODER, type Target } from './target.ts';
import { TARGETS } from './targets.ts';

const SEED = 20_220_110;
const INPUTS = 100_000;
const seed = Number(process.env['BENCH_SEED'] ?? SEED);
const inputs = sampleSize('FUZZ_INPUTS', { whole: INPUTS, part: 5_000 });
const only = process.env['FUZZ_TARGET']?.split(',');
const index = process.env['FUZZ_CASE'];
const targets = TARGETS.filter(({ name }) => only?.includes(name) ?? true);

async function played(target: Target, number: number, onGiven?: PlayOptions['onGiven']): Promise<Case> {
  const allocations: Allocations = countAllocations();
  try {
    return await playCase(target, number, { seed, allocations, isMeasured: true, onGiven });
  } finally {
    allocations.stop();
  }
}

test.runIf(index !== undefined)(`one case again: ${only?.join()} ${index}`, { timeout: 0 }, async () => {
  // Written at once, past the runner: a case that hangs lets nothing else out.
  const { log, finding } = await played(targets[0]!, Number(index), (bytes) => writeSync(2, `${toHex(bytes)}\n`));
  console.log(log.outcomes.join('\n'));
  expect(finding && describedFinding(finding, seed)).toBeUndefined();
});

describe.runIf(index === undefined)(`BENCH_SEED=${seed}`, () => {
  test(`${inputs} inputs find nothing, and reach what is known to be there`, { timeout: 0 }, async () => {
    const { lines, known, ...found } = reportOf(targets, await fuzz(targets, { seed, inputs }));
    console.log([`fuzz: seed ${seed}, ${found.inputs} inputs`, ...lines].join('\n'));
    const missed = [...found.unreached, ...found.unreachedRare];
    console.log(`fuzz: ${known - missed.length} of ${known} known states reached; not reached: ${missed.join('; ')}`);
    expect(found.findings.map((finding) => describedFinding(finding, seed))).toEqual([]);
    expect(found.unlisted).toEqual([]);
    // Other seeds may miss what this one reaches.
    if (seed === SEED && inputs >= INPUTS) expect(found.unreached).toEqual([]);
  });

  test.each(FLOODS)('a flood leaves nothing behind: $name', (flood) => {
    expect(floodKeeps(flood, FLOOD_MESSAGES_MIN)).toBeLessThan(FLOOD_KEEPS_MAX);
  });
});

/** Decoders with a defect each, which the same run must find. */
describe('what is planted is found', () => {
  const planted = { name: 'planted', corpus: ACSE, known: [] };
  const found = async (target: Target): Promise<string> => {
    const [tally] = await fuzz([target], {
      seed: SEED,
      inputs: sampleSize('FUZZ_PLANTED', { whole: 5000, part: 1500 }),
    });
    return tally!.findings[0]?.what ?? 'nothing';
  };
  /** Reads a length of up to four bytes as it stands, without a look at what is there. */
  const claimed = (bytes: Uint8Array): number => {
    const count = (bytes[1] ?? 0) & 0x7f;
    return (bytes[1] ?? 0) < 0x80 ? count : bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  };

  test('an exception', async () => {
    const decode = (bytes: Uint8Array) => good(new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0));
    expect(await found(codecTarget({ ...planted, decode }))).toContain('RangeError');
  });

  const believing = (allocate: (length: number) => { readonly length: number }): Promise<string> => {
    const decode = (bytes: Uint8Array) => (allocate(claimed(bytes)).length > bytes.length ? bad('too short') : good(0));
    return found(codecTarget({ ...planted, decode }));
  };

  test('a buffer of the length that was claimed', async () => {
    expect(await believing((length) => new Uint8Array(Math.min(length, 2 ** 31)))).toMatch(
      /^asked for \d{7,} bytes more/,
    );
  });

  test('a list that grows to the length that was claimed', async () => {
    const grow = (length: number): number[] => {
      const list: number[] = [];
      for (let i = 0; i < Math.min(length, 1 << 20); i += 1) list.push(i);
      return list;
    };
    expect(await believing(grow)).toMatch(/^took \d{5,} bytes of heap for \d+ given/);
  });

  test('a decoder that accepts what it cannot say again', async () => {
    const decode = (bytes: Uint8Array) => (bytes[0] === 0x60 ? good(bytes) : bad('no AARQ'));
    expect(await found(codecTarget({ ...planted, decode, encode: () => NO_BYTES }))).toContain('law broken');
  });

  test('memory that is kept from case to case', async () => {
    const kept: Uint8Array[] = [];
    const run: Target['run'] = (dice, log) => void kept.push(log.input(dice.bytes(400)));
    const target: Target = { name: 'planted', share: 1, known: [], allowance: DECODER, run };
    const [tally] = await fuzz([target], { seed: SEED, inputs: 30_000 });
    expect(tally!.findings[0]?.what).toMatch(/^kept \d+ bytes/);
  });

  test('a flood that is kept', () => {
    const start = () => {
      const parts: Uint8Array[] = [];
      return () => void parts.push(new Uint8Array(0));
    };
    // A collection of what earlier files of this process left can hide one measurement: it is taken three times.
    const kept = [1, 2, 3].map(() => floodKeeps({ name: 'planted', start }, FLOOD_MESSAGES_MIN));
    expect(Math.max(...kept)).toBeGreaterThan(FLOOD_KEEPS_MAX);
  });

  test('a case that is played again is the same case', async () => {
    for (const target of TARGETS) {
      const [first, again] = [await played(target, 7), await played(target, 7)];
      expect(again.log.trail.map(toHex), target.name).toEqual(first.log.trail.map(toHex));
      expect(again.log.outcomes, target.name).toEqual(first.log.outcomes);
    }
  });
});
