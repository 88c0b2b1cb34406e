// What a page carries packed comes back byte for byte, and is smaller than what deflate makes of it.
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_LIFE } from '../../../sim/browser/pageLife.ts';
import { recode } from '../../../sim/browser/recode.ts';
import { seedNumber } from '../../seed.ts';

const SEED = seedNumber(import.meta.filename, 7);
const LIFE = Buffer.from(PAGE_LIFE, 'base64');
const there = (bytes: Uint8Array): Uint8Array => recode(bytes, true);
const back = (bytes: Uint8Array): Uint8Array => recode(bytes, false);

test('any bytes come back, also none, one, and such as repeat themselves', () => {
  const random = fc.uint8Array({ maxLength: 300 });
  const repeated = fc.tuple(random, fc.nat(20)).map(([part, times]) => Buffer.concat(Array.from({ length: times }, () => part))); // prettier-ignore
  const property = fc.property(fc.oneof(random, repeated), (bytes) => {
    expect(Buffer.compare(back(there(bytes)), bytes)).toBe(0);
  });
  fc.assert(property, {
    seed: SEED,
    numRuns: 15,
    examples: [[new Uint8Array(0)], [new Uint8Array(1)], [new Uint8Array(5000)], [new Uint8Array(70).fill(255)]],
  });
});

test('the compiled life comes back, and takes at most five sixths of its deflated bytes', () => {
  const packed = there(LIFE);
  expect(Buffer.compare(back(packed), LIFE)).toBe(0);
  expect(packed.length).toBeLessThan((5 / 6) * deflateRawSync(LIFE, { level: 9 }).length);
});

test('it unpacks bytes that are a part of a larger buffer', () => {
  const packed = there(LIFE.subarray(0, 500));
  const larger = Buffer.concat([Buffer.from('before'), packed, Buffer.from('after')]);
  expect(Buffer.compare(back(larger.subarray(6, 6 + packed.length)), LIFE.subarray(0, 500))).toBe(0);
});

test('it stands by itself: a page starts a worker from its text', () => {
  const alone = new Function(`return (${String(recode)})`)() as typeof recode; // eslint-disable-line
  expect(Buffer.compare(alone(there(LIFE.subarray(0, 500)), false), LIFE.subarray(0, 500))).toBe(0);
});
