// A page has stand-ins for parts of packages (.ci/bundlePage.mjs). What it draws and hashes is what Node draws and hashes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type * as shown from '../../../sim/browser/shownAnswer.ts';
import { shownAnswer } from '../../../sim/browser/shownAnswer.ts';
import type { WhatIfAnswer } from '../../../sim/browser/protocol.ts';
import type * as hashes from '../../../sim/scenario/hash.ts';
import { digest } from '../../../sim/scenario/hash.ts';
import { seedNumber } from '../../seed.ts';

const SEED = seedNumber(import.meta.filename, 5);

interface Bundler {
  readonly bundled: (path: string, format: string) => Promise<string>;
}

/** A module of ours as a page has it. */
async function asInPage(path: string): Promise<unknown> {
  const { bundled } = (await import(new URL('../../../.ci/bundlePage.mjs', import.meta.url).href)) as Bundler;
  const text = await bundled(path, 'esm');
  return import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
}

const count = fc.oneof(fc.integer({ min: 0, max: 500_000 }), fc.double({ min: 0, max: 3000, noNaN: true }));
const answers = fc
  .array(fc.record({ before: count, after: count, error: fc.option(count) }), { minLength: 1, maxLength: 6 })
  .map((rows): WhatIfAnswer => ({
    name: 'x',
    hash: 'abc',
    installations: 1000,
    replications: 2,
    rows: rows.map(({ before, after, error }, i) => ({
      category: `c${i}`,
      words: `Reason ${i}`,
      unit: 'installations',
      before,
      after,
      difference: after - before,
      error,
      sampled: { before: [], after: [] },
    })),
  }));

test('the chart and the table of an answer are the same bytes in a page as in Node', async () => {
  const inPage = (await asInPage('sim/browser/shownAnswer.ts')) as typeof shown;
  const property = fc.property(answers, (answer) => {
    const changes = [{ path: 'a.b', value: 3 }];
    expect(inPage.shownAnswer(answer, changes)).toEqual(shownAnswer(answer, changes));
  });
  fc.assert(property, { seed: SEED, numRuns: 200 });
});

test('the hash of a text is the same in a page as in Node', async () => {
  const inPage = (await asInPage('sim/scenario/hash.ts')) as typeof hashes;
  const property = fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
    expect(inPage.digest(text)).toBe(digest(text));
  });
  fc.assert(property, { seed: SEED, numRuns: 200 });
});
