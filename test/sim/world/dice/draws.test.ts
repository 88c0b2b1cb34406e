import { describe, expect, test } from 'vitest';
import { first, second, Stream, threefry, words } from '../../../../sim/world/dice/draws.ts';
import { seedWords, STREAMS } from '../../../../sim/world/dice/streams.ts';

// The dice: published known answers, and what any consumer of them leans on. Bounds are five standard errors.

function hex(): string {
  return [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ');
}

describe('threefry-2x32-20', () => {
  // Random123 kat_vectors: key words, counter words, answer.
  test.each([
    [0, 0, 0, 0, '6b200159 99ba4efe'],
    [-1, -1, -1, -1, '1cb996fc bb002be7'],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 'c4923a9c 483df7a0'],
  ])('threefry-2x32-20 gives the published words for key %i %i and counter %i %i', (k0, k1, c0, c1, answer) => {
    threefry(k0, k1, c0, c1);
    expect(hex()).toBe(answer);
  });
});

const N = 200_000;

function uniforms(seed: string, stream: number, of: (stream: Stream, i: number) => number): Float64Array {
  const dice = new Stream(seedWords(seed), 0, stream);
  return Float64Array.from({ length: N }, (_, i) => of(dice, i));
}

function correlation(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < N; i += 1) sum += ((a[i] as number) - 0.5) * ((b[i] as number) - 0.5);
  return (sum / N) * 12;
}

describe('uniforms', () => {
  const base = uniforms('a', 1, (dice, i) => dice.uniform(i, 0));

  test('uniforms lie strictly between 0 and 1, with the moments of a uniform distribution', () => {
    for (let power = 1; power <= 4; power += 1) {
      const mean = base.reduce((sum, u) => sum + u ** power, 0) / N;
      const exact = 1 / (power + 1);
      const error = Math.sqrt((1 / (2 * power + 1) - exact * exact) / N);
      expect(Math.abs(mean - exact), `moment ${power}`).toBeLessThan(5 * error);
    }
    expect(Math.min(...base.slice(0, 50_000))).toBeGreaterThan(0);
    words.fill(0);
    expect(first()).toBeGreaterThan(0);
    words.fill(-1);
    expect(second()).toBeLessThan(1);
  });

  test('uniforms fill 256 cells evenly', () => {
    const cells = new Float64Array(256);
    for (const u of base) cells[Math.floor(u * 256)] = (cells[Math.floor(u * 256)] as number) + 1;
    const chi = cells.reduce((sum, count) => sum + (count - N / 256) ** 2 / (N / 256), 0);
    expect(Math.abs(chi - 255)).toBeLessThan(5 * Math.sqrt(2 * 255));
  });

  test.each([
    ['another stream', uniforms('a', 2, (dice, i) => dice.uniform(i, 0))],
    ['another seed', uniforms('b', 1, (dice, i) => dice.uniform(i, 0))],
    ['the next installation', uniforms('a', 1, (dice, i) => dice.uniform(i + 1, 0))],
    ['the next index', uniforms('a', 1, (dice, i) => dice.uniform(i, 1))],
    ['entity and index exchanged', uniforms('a', 1, (dice, i) => dice.uniform(0, i))],
    ['the second word', uniforms('a', 1, (dice, i) => (dice.draw(i, 0), second()))],
  ])('uniforms are uncorrelated with those of %s', (_, other) => {
    expect(Math.abs(correlation(base, other))).toBeLessThan(5 / Math.sqrt(N));
  });

  test('replications and seeds give other totals: a seed does more than permute the population', () => {
    const totals = new Set<number>();
    for (const seed of ['a', 'b', 'c', '1', '2']) {
      for (const replication of [0, 1]) {
        const dice = new Stream(seedWords(seed), replication, 1);
        let below = 0;
        for (let i = 0; i < 50_000; i += 1) below += dice.uniform(i, 0) < 0.3 ? 1 : 0;
        totals.add(below);
      }
    }
    expect(totals.size).toBeGreaterThanOrEqual(9); // ten totals with a spread of 102: two may meet
  });
});

test('no two streams have the same number', () => {
  expect(new Set(Object.values(STREAMS)).size).toBe(Object.keys(STREAMS).length);
});
