import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberFieldOf, rangeOf, type NumberField, type ValueRange } from '../../../sim/scenario/valueRange.ts';
import { seedNumber } from '../../seed.ts';
import { BASE, loaded } from './files.ts';

const SEED = seedNumber(import.meta.filename, 98);

const CHANCE: NumberField = { isWhole: false, isChance: true, minimum: 0, maximum: 1 };
const NUMBER: NumberField = { isWhole: false, isChance: false, minimum: 0, maximum: Infinity };
const WHOLE: NumberField = { isWhole: true, isChance: false, minimum: 0, maximum: 1000 };

function rangeAt(path: string, mark: string, set: readonly string[] = []): ValueRange | undefined {
  const { scenario, marks } = loaded('', set, { 's/base.yaml': `${BASE}  - { ${mark} }\n` });
  const leaf = marks.find((row) => row.path === path);
  const field = numberFieldOf(scenario)(path);
  return leaf && field && rangeOf({ value: leaf.value as number, range: leaf.range }, field, 0.3);
}

describe('the range of a number', () => {
  test('a mark states the range in numbers, or relative to the number', () => {
    const at = 'links.wan.usual.deathPerYear';
    const mark = `paths: [links], mark: our assumption, note: x`;
    const sized = 'populations.ioc-dormant.installations';
    expect(rangeAt(sized, `paths: [${sized}], mark: input, note: x, range: [1, 1e6]`)).toEqual({ low: 1, high: 1e6, isStated: true }); // prettier-ignore
    expect(rangeAt(at, mark)).toMatchObject({ isStated: false });
    const { low, high } = rangeAt(sized, `paths: [populations], mark: input, note: x, range: [x0.5, x2]`) as ValueRange;
    expect(high / low).toBeCloseTo(4, 2);
  });

  test('a chance moves on its odds, and stays between 0 and 1', () => {
    const { low, high } = rangeOf({ value: 0.98, range: null }, CHANCE, 0.3);
    expect([low, high].map((end) => end.toFixed(4))).toEqual(['0.9717', '0.9845']);
    expect(rangeOf({ value: 0.01, range: null }, CHANCE, 0.3).low).toBeCloseTo(0.007, 4);
    expect(rangeOf({ value: 1, range: null }, CHANCE, 0.3)).toEqual({ low: 1, high: 1, isStated: false });
    expect(rangeOf({ value: 1, range: [0.9, 1] }, CHANCE, 0.3)).toEqual({ low: 0.9, high: 1, isStated: true });
  });

  test('a whole number moves by one at least, and not beyond the bounds of its field', () => {
    expect(rangeOf({ value: 1, range: null }, WHOLE, 0.3)).toEqual({ low: 0, high: 2, isStated: false });
    expect(rangeOf({ value: 1000, range: ['x0.5', 'x2'] }, WHOLE, 0.3)).toMatchObject({ low: 500, high: 1000 });
  });

  test('a relative range holds its number, and is as wide on both sides of the odds', () => {
    const odds = (chance: number): number => chance / (1 - chance);
    const chances = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(chances, fc.integer({ min: 11, max: 40 }), (value, tenths) => {
        const times = tenths / 10;
        const { low, high } = rangeOf({ value, range: [`x${(1 / times).toFixed(12)}`, `x${times}`] }, CHANCE, 0.3);
        expect(low).toBeLessThan(value);
        expect(high).toBeGreaterThan(value);
        expect(odds(high) / odds(value) / (odds(value) / odds(low))).toBeCloseTo(1, 5);
        expect(rangeOf({ value, range: ['x0.5', `x${times}`] }, NUMBER, 0.3).high).toBeCloseTo(value * times, 9);
      }),
      { seed: SEED },
    );
  });

  test('a range that does not hold its number is a warning, and one that holds no number an error', () => {
    const marked = (range: string): string =>
      `marks:\n  - { paths: [populations.ioc-dormant.installations], mark: input, note: x, range: ${range} }\n`;
    expect(loaded(`populations: { ioc-dormant: { installations: 50 } }\n${marked('[60, 70]')}`).warnings).toMatchObject(
      [{ path: 'marks[1].range', found: '[60, 70] for 50 at populations.ioc-dormant.installations' }],
    );
    expect(loaded(`populations: { ioc-dormant: { installations: 50 } }\n${marked('[x0.5, 70]')}`).warnings).toEqual([]);
    for (const range of ['[70, 60]', '[x2, x3]', '[x0.5]', '[a, b]'])
      expect(() => loaded(marked(range)), range).toThrow(/range/);
  });
});
