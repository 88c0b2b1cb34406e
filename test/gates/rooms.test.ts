// The three rules of .ci/rooms.mjs, each with a tree that it refuses and one that it lets through.
import { describe, expect, test } from 'vitest';
import { roomFaults } from '../../.ci/rooms.mjs';

interface Module {
  readonly source: string;
  readonly dependencies: readonly { readonly resolved: string }[];
}

const file = (source: string, ...imports: readonly string[]): Module => ({
  source,
  dependencies: imports.map((resolved) => ({ resolved })),
});

describe('the gate of the rooms', () => {
  test('a tree in which arrows point one way passes', () => {
    const modules = [
      file('sim/world/link.ts', 'src/time.ts'),
      file('src/time.ts'),
      file('sim/kernel/life.ts', 'sim/world/link.ts'),
    ];
    expect(roomFaults(modules)).toEqual([]);
  });

  test('two folders that import each other are refused, and the message names an import of each', () => {
    const modules = [
      file('src/rules/ruleset.ts', 'src/clauses/gt01.ts'),
      file('src/clauses/gt01.ts'),
      file('src/clauses/index.ts', 'src/rules/words.ts'),
      file('src/rules/words.ts'),
    ];
    const [fault] = roomFaults(modules);
    expect(fault).toContain('src/clauses, src/rules: these folders import each other');
    expect(fault).toContain('src/rules/ruleset.ts -> src/clauses/gt01.ts');
    expect(fault).toContain('src/clauses/index.ts -> src/rules/words.ts');
  });

  test('a loop through three folders is refused as one loop', () => {
    const modules = [
      file('src/a/one.ts', 'src/b/two.ts'),
      file('src/b/two.ts', 'src/c/three.ts'),
      file('src/c/three.ts', 'src/a/four.ts'),
      file('src/a/four.ts'),
    ];
    expect(roomFaults(modules)).toHaveLength(1);
    expect(roomFaults(modules)[0]).toContain('src/a, src/b, src/c');
  });

  test('the public faces may import from every room', () => {
    const modules = [
      file('sim/index.ts', 'sim/world/link.ts'),
      file('sim/world/link.ts', 'sim/clock.ts'),
      file('sim/clock.ts'),
    ];
    expect(roomFaults(modules)).toEqual([]);
  });

  test('a base name that stands twice is refused, index.ts excepted', () => {
    const modules = [
      file('src/report/limits.ts'),
      file('sim/world/limits.ts'),
      file('src/a/index.ts'),
      file('sim/a/index.ts'),
    ];
    expect(roomFaults(modules)).toEqual([expect.stringContaining('the base name limits.ts stands for one thing only')]);
  });

  test('a folder of 20 files passes and one of 21 is refused', () => {
    const heap = (count: number): Module[] => Array.from({ length: count }, (_, at) => file(`sim/heap/heap${at}.ts`));
    expect(roomFaults(heap(20))).toEqual([]);
    expect(roomFaults(heap(21))).toEqual([expect.stringContaining('sim/heap: 21 files, at most 20 fit')]);
  });

  test('test folders are free of these rules', () => {
    const heap = Array.from({ length: 30 }, (_, at) => file(`test/cli/heap${at}.ts`));
    expect(roomFaults([...heap, file('test/a/w.ts'), file('test/b/w.ts')])).toEqual([]);
  });
});
