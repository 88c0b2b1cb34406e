// Each case of test/cases against both engines. A case states only what it is about: fields left out are not compared.
import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import { differences, readCases } from './cases.ts';

const CASES = readCases();

for (const file of new Set(CASES.map((one) => one.file))) {
  describe(file, () => {
    for (const one of CASES.filter((each) => each.file === file)) {
      test(one.name, () => {
        expect(differences(one, evaluate), 'the reference').toEqual([]);
        const fast = differences(one, (history, rules, asOf) => engine(rules).decide(history, asOf));
        expect(fast, 'the engine').toEqual([]);
      });
    }
  });
}

test('every clause has at least ten cases of its own', () => {
  for (const category of CATEGORIES) {
    const own = CASES.filter(({ file }) => file === category);
    expect(own.length, category).toBeGreaterThanOrEqual(10);
    expect(
      own.every(({ raw }) => raw.clause === category),
      category,
    ).toBe(true);
  }
});

test('every case expects something, and no two of a file have one name', () => {
  for (const { raw, name } of CASES) {
    expect(raw.verdict ?? raw.reported ?? raw.notes, name).toBeDefined();
    if (raw.verdict !== undefined) expect(raw.clause, name).toBeDefined();
  }
  expect(new Set(CASES.map(({ file, name }) => `${file} ${name}`)).size).toBe(CASES.length);
});
