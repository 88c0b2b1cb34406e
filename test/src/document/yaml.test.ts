import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { mergeTrees } from '../../../src/document/merge.ts';
import { editDistance, nearest } from '../../../src/document/nearest.ts';
import { parseYaml } from '../../../src/document/parse.ts';
import { formatPath, parsePath } from '../../../src/document/path.ts';
import { formatProblems, type Problem } from '../../../src/document/problem.ts';
import { plainOf, positionAt, treeOf } from '../../../src/document/tree.ts';

const HERE = { file: 'f', line: 0, column: 0, layer: 0 };
const name = fc.oneof(
  fc.constantFrom('a', 'b-c', 'd e', 'x.y', '[0]', '"', '\\', '*', 'é'),
  fc.string({ minLength: 1 }),
);
const path = fc.array(fc.oneof(name, fc.nat(99_999)), { minLength: 1, maxLength: 6 });
const plain = fc.jsonValue({ maxDepth: 4 });

describe('paths', () => {
  test('a path is read as it is written', () => {
    fc.assert(fc.property(path, (parts) => void expect(parsePath(formatPath(parts))).toEqual(parts)));
    expect(parsePath('a.b[2]["c d"].e[*]')).toEqual(['a', 'b', 2, 'c d', 'e', '*']);
  });

  test.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a[x]', 'a]', 'a b["', '[]'])('%j is no path', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });

  test('any text is answered quickly as a path or not', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parsePath(text)));
  });
});

describe('nearest names', () => {
  test('the edit distance counts inserts, deletes, replacements and swaps', () => {
    expect([editDistance('abc', 'abc'), editDistance('abc', 'acb'), editDistance('abc', 'ab'), editDistance('', 'ab')]).toEqual([0, 1, 1, 2]); // prettier-ignore
    fc.assert(fc.property(name, name, (a, b) => void expect(editDistance(a, b)).toBe(editDistance(b, a))));
  });

  test('only a near name is offered', () => {
    expect(nearest('instalations', ['installations', 'attempts'])).toBe('installations');
    expect(nearest('Cohort', ['cohort'])).toBe('cohort');
    expect(nearest('zebra', ['installations', 'attempts'])).toBeUndefined();
    expect(nearest('ab', ['xy'])).toBeUndefined();
    expect(nearest('x'.repeat(100_000), ['x'])).toBeUndefined();
  });
});

describe('documents', () => {
  test('a written YAML document is read back, with positions inside the text', () => {
    fc.assert(
      fc.property(plain, (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__') && value !== null);
        const text = stringify(value, { lineWidth: 0 });
        const { tree, problems } = parseYaml(text, { file: 'f' });
        expect(problems).toEqual([]);
        if (!tree) throw new Error('it has a value');
        // YAML, like JSON, writes -0 as 0.
        expect(JSON.stringify(plainOf(tree))).toBe(JSON.stringify(value));
        const { line } = positionAt(tree, []);
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });

  test('any text is a tree or a problem, never an exception', () => {
    const piece = fc.constantFrom('a: ', '- ', '[', ']', '{', '}', '&a ', '*a', '!!x ', '"', "'", '\n', '  ', '|', '>', '#', '%YAML 1.1\n', '---\n', '? ', '\t', '\u0000', '\uFEFF', '<<: ', 'null', '1e999'); // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 40 }), (parts) => {
        const { tree, problems } = parseYaml(parts.join(''), { file: 'f' });
        expect(tree !== undefined || problems.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('twenty thousand names are read in well under a second per thousand', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `name-${i}: ${i}`).join('\n');
    const { tree } = parseYaml(text, { file: 'f' });
    expect(tree?.size).toBe(20_001);
  });

  test('every length of bracket, dash and indent ends in an answer', () => {
    for (const unit of ['[', '{', '- ', '? ', '{a: ', '[{', '"', '&a ', '!', '|\n ', 'a: \n '])
      for (const times of [10, 47, 49, 1000, 50_000]) {
        const { tree, problems } = parseYaml(unit.repeat(times), { file: 'f' });
        expect(tree !== undefined || problems.length > 0).toBe(true);
      }
  });
});

describe('merging', () => {
  const merge = (base: unknown, over: unknown): unknown =>
    plainOf(
      mergeTrees(treeOf(base, HERE), treeOf(over, HERE), {
        discriminators: ['kind'],
        whole: ['all'],
        appended: ['more'],
      }),
    );

  test('merging nothing onto a document leaves it unchanged, and merging twice is merging once', () => {
    const map = fc.dictionary(fc.constantFrom('a', 'b', 'c'), plain);
    fc.assert(
      fc.property(map, map, (base, over) => {
        expect(merge(base, {})).toEqual(base);
        const once = merge(base, over);
        // A null takes away what is there; a second time there is nothing to take, so it stands.
        if (!JSON.stringify(over).includes('null')) expect(merge(once, over)).toEqual(once);
      }),
    );
  });

  test('merging handles null, kinds, whole maps and appended lists', () => {
    expect(merge({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { d: null, e: 4 } })).toEqual({ b: { c: 2, e: 4 } });
    expect(merge({ x: { kind: 'p', a: 1 } }, { x: { kind: 'q', b: 2 } })).toEqual({ x: { kind: 'q', b: 2 } });
    expect(merge({ x: { kind: 'p', a: 1 } }, { x: { kind: 'p', b: 2 } })).toEqual({ x: { kind: 'p', a: 1, b: 2 } });
    expect(merge({ all: { a: 1 } }, { all: { b: 2 } })).toEqual({ all: { b: 2 } });
    expect(merge({ more: [1], other: [1] }, { more: [2], other: [2] })).toEqual({ more: [1, 2], other: [2] });
  });
});

test('many problems are cut short, and the rest counted', () => {
  const problem: Problem = { file: 'f', line: 1, column: 2, path: 'a', found: 'x', expected: 'y' };
  const text = formatProblems(Array.from({ length: 60 }, () => problem));
  expect(text.split('\n')).toHaveLength(51);
  expect(text).toContain('f:1:2 › a: found x, expected y.');
  expect(text).toContain('... and 10 more.');
});
