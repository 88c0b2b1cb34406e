// The heap against sorting, with items put in and taken out in any order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../src/heap.ts';
import { seedNumber } from '../seed.ts';

const SEED = seedNumber('test/src/heap.test.ts', 11);

test('a heap gives what a sorted list gives, whenever items are put in and taken out', () => {
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: -20, max: 20 }) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { size: 'large', maxLength: 200 }), (given) => {
      const heap = new Heap<number>((a, b) => a < b);
      const list: number[] = [];
      for (const step of given) {
        if (step === 'take') expect(heap.pop()).toBe(list.shift());
        else {
          heap.push(step);
          list.push(step);
          list.sort((a, b) => a - b);
        }
        expect([heap.size, heap.first]).toEqual([list.length, list[0]]);
        expect([...heap.values()].sort((a, b) => a - b)).toEqual(list);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});
