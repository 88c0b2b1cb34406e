import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitText } from '../../../src/text/fitText.ts';
import { unbroken } from '../../cli/harness.ts';
import { seedNumber } from '../../seed.ts';

const SEED = seedNumber(import.meta.filename, 14);

describe('text that fits a width', () => {
  test('a line that fits stays as it is, whatever its gaps', () => {
    const text = '  one   two\n\nthree  \n';
    expect(fitText(text, 40)).toBe(text);
  });

  test('an indented line goes on below its last column', () => {
    expect(fitText('  10:00  migration  no contact within the window of seven days', 40)).toBe(
      '  10:00  migration  no contact within\n                    the window of seven\n                    days',
    );
  });

  test('a line whose last column begins far to the right is broken between its columns', () => {
    expect(fitText('  2021-01-22T23:37 to 2021-02-01T04:01  own  9 d 4 h', 40)).toBe(
      '  2021-01-22T23:37 to 2021-02-01T04:01\n    own  9 d 4 h',
    );
  });

  test('a paragraph goes on flush', () => {
    expect(fitText('The ranges show chance alone, and not the assumptions.', 40)).toBe(
      'The ranges show chance alone, and not\nthe assumptions.',
    );
  });

  test('a command after a label can still be copied, and no quoted word is broken', () => {
    const command = `smets1-bench explain a.yaml --seed 'it'\\''s mine' --set 'a.b={ c: 1 }'`;
    const broken = fitText(`replay: ${command}`, 40);
    expect(broken.split('\n')[0]).toBe('replay:');
    expect(broken).toContain(`--seed 'it'\\''s mine' \\\n`);
    expect(broken.replace(/^replay:\n +/, '').replaceAll(/ \\\n +/g, ' ')).toBe(command);
  });

  test('a word that is wider than the line is not cut', () => {
    const path = `/a/${'long/'.repeat(20)}path`;
    expect(fitText(`written to ${path} and done`, 40)).toBe(`written to\n  ${path}\n  and done`);
  });

  test('no word is lost, and no line with more than one word is too wide', () => {
    const word = fc.string({ minLength: 1, maxLength: 14, unit: fc.constantFrom('a', 'b', ':', '.', '-') });
    const line = fc
      .tuple(fc.nat(6), fc.array(fc.tuple(word, fc.constantFrom(' ', '  ', '    ')), { minLength: 1, maxLength: 30 }))
      .map(([indent, words]) => `${' '.repeat(indent)}${words.flat().join('').trimEnd()}`);
    fc.assert(
      fc.property(line, fc.integer({ min: 40, max: 100 }), (text, columns) => {
        const broken = fitText(text, columns);
        expect(broken.split(/\s+/)).toEqual(text.split(/\s+/));
        expect(broken.split('\n').filter((one) => one.length > columns)).toEqual([]);
      }),
      { seed: SEED },
    );
  });

  test('what the tests search in is the text before it was broken', () => {
    const text = `  10:00  migration    ${'several words of a reason '.repeat(5)}end`;
    expect(unbroken(fitText(text, 80))).toBe(text);
  });
});
