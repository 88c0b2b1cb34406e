// What the form of a page offers, and that what it refuses is what the loader refuses.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyChanges } from '../../../sim/browser/applyChanges.ts';
import { formFields } from '../../../sim/browser/formFields.ts';
import { readingCells } from '../../../src/report/html/sourceSection.ts';
import { READING_NAMES, READINGS, type ReadingName } from '../../../src/regulation/readings.ts';
import { valuesOf, whatIfForm } from '../../../src/cli/report/whatIfForm.ts';
import { loadScenarioFile } from '../../../src/cli/shell/scenarioFile.ts';
import { numberFaults } from '../../../sim/scenario/numberChecks.ts';
import { scenarioFaults } from '../../../sim/scenario/scenarioChecks.ts';
import { fillRemainder } from '../../../sim/scenario/resolve.ts';
import { formatPath } from '../../../src/document/path.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { seedNumber } from '../../seed.ts';
import { EVERYTHING } from '../scenarios.ts';

const SEED = seedNumber(import.meta.filename, 14);

/** The rows of the table of readings as a page has them. */
const rowsAt = (valueOf: (name: ReadingName) => string): readonly (readonly string[])[] =>
  READING_NAMES.map((name) => {
    const { meaning, values } = READINGS[name];
    const texts: Readonly<Record<string, string>> = values;
    const value = valueOf(name);
    const others = Object.entries(texts).flatMap(([key, text]) => (key === value ? [] : [`${key}: ${text}`]));
    return readingCells({ name, meaning, value, valueMeaning: texts[value] ?? '', others });
  });
const READING_ROWS = rowsAt((name) => Object.keys(READINGS[name].values)[0] ?? '');

test('each reading is a choice among all of its values, whichever of them the page was made with', () => {
  const { form } = formOf(EVERYTHING);
  for (let i = 0; i < 4; i += 1) {
    const today = (name: ReadingName): string => Object.keys(READINGS[name].values).at(i % Object.keys(READINGS[name].values).length) ?? ''; // prettier-ignore
    const fields = new Map(formFields(form, rowsAt(today)).map((field) => [field.path, field]));
    for (const name of READING_NAMES) {
      const { value, choices, meaning } = fields.get(`amendments.${name}`) ?? {};
      expect(value, name).toBe(today(name));
      expect(choices?.toSorted(), name).toEqual(Object.keys(READINGS[name].values).toSorted());
      for (const [key, words] of Object.entries(READINGS[name].values)) expect(meaning).toContain(`${key}: ${words}`);
    }
  }
});

function formOf(path: string) {
  const file = loadScenarioFile(path, []);
  const { scenario, rules } = file;
  const form = whatIfForm({
    scenario,
    rules,
    values: valuesOf(file),
    seed: scenario.seed,
    command: 'smets1-bench run',
  });
  return { file, form, fields: formFields(form, READING_ROWS) };
}

test.each([EVERYTHING, 'scenarios/various1.yaml'])(
  'each number that %s claims is offered under its own path',
  (path) => {
    const { file, fields } = formOf(path);
    const values = new Map(valuesOf(file).map(({ path: at, value }) => [at, value]));
    const numbers = fields.filter((field) => !field.path.startsWith('amendments.'));
    expect(numbers.length).toBeGreaterThan(100);
    expect(new Set(fields.map((field) => field.path)).size).toBe(fields.length);
    for (const { path: at, value, meaning } of numbers) {
      expect(value, at).toBe(values.get(at));
      expect(meaning, at).not.toBe('');
    }
    expect(fields.map((field) => field.path)).toContain('amendments.clauses.five-retries.shows.atLeast');
  },
);

test('a change of a number is refused for what the loader would refuse it for', () => {
  const { form, fields } = formOf(EVERYTHING);
  const numbers = fields.filter((field) => typeof field.value === 'number');
  const refused = new Set<string>();
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: numbers.length - 1 }),
      fc.constantFrom(0, 1e-6, 0.3, 1, 2, 40, 1e5),
      (i, value) => {
        const { path } = numbers[i] as (typeof numbers)[number];
        const applied = applyChanges(form.task, [{ path, value }]);
        const scenario = applied.ok ? applied.scenario : changedAnyway(form.task.scenario, path, value);
        const all = scenarioFaults(scenario).map((fault) => formatPath(fault.path));
        expect(
          numberFaults(scenario)
            .map((fault) => formatPath(fault.path))
            .sort(),
        ).toEqual(all.sort());
        if (!applied.ok) refused.add(path);
      },
    ),
    { seed: SEED, numRuns: 2000 },
  );
  expect(refused.size).toBeGreaterThan(10);
});

/** The scenario with a value in its place, whatever it does to the others. */
function changedAnyway(scenario: Scenario, path: string, value: number): Scenario {
  const copy = structuredClone(scenario);
  if (!path.startsWith('amendments.')) {
    const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
    const last = parts.pop() as string;
    const holder = parts.reduce<Record<string, unknown>>(
      (at, part) => at[part] as Record<string, unknown>,
      copy as never,
    );
    holder[last] = value;
  }
  for (const { classes } of Object.values(copy.links.wan)) fillRemainder(classes);
  for (const { classes } of Object.values(copy.links.han)) fillRemainder(classes);
  return copy;
}
