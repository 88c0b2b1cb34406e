import { expect, test } from 'vitest';
import { readGlossary } from '../../src/cli/docs/glossaryFile.ts';
import { commandLine } from './harness.ts';

test('a word is found by any of its names, in any case, and shown with its source', async () => {
  const { code, out } = await commandLine(['glossary', 'cos']);
  expect({ code, out }).toEqual({ code: 0, out: 'change of supplier (CoS): a home moves to another supplier for one fuel or\n  both. Source: Various 1.\n' }); // prettier-ignore
  expect((await commandLine(['glossary', 'separate', 'weeks'])).out).toMatch(/^separate weeks: /);
});

test('a word that is not there is answered with the nearest', async () => {
  const { code, err } = await commandLine(['glossary', 'GT02']);
  expect(code).toBe(1);
  expect(err).toContain('Did you mean GT01?');
});

test('without a word the whole glossary is shown, within 80 columns', async () => {
  const { out } = await commandLine(['glossary']);
  for (const { term } of readGlossary()) expect(out).toContain(`\n${term}`);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('every entry is a sentence with a source that the glossary names, and no term stands twice', () => {
  const entries = readGlossary();
  expect(entries.length).toBeGreaterThan(70);
  for (const { term, meaning, source } of entries) {
    expect(meaning, term).toMatch(/\.$/);
    expect(['Various 1', 'Public', 'DLMS', 'Ours'], term).toContain(source);
  }
  const names = entries.flatMap(({ term, others }) => [term, ...others]);
  expect(new Set(names).size).toBe(names.length);
});
