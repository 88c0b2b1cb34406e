// The kernel's own volumes, spans and verdicts against the reference, on histories read back from a run's records. It
// proves that counting as one lives is counting afterwards; not that lives like these resemble anybody's, and of rule
// sets only those run here (generated.test.ts has the others).
import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { READING_NAMES, READINGS } from '../../src/regulation/readings.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { compileModel } from '../../sim/kernel/model/model.ts';
import { MEASURE_EFFECTIVE, MEASURE_QUALIFYING, volumeIndex } from '../../sim/kernel/life/counts.ts';
import { recorded, type Lived, type Recorded } from '../sim/records.ts';
import { EVERYTHING, scenarioAt } from '../sim/scenarios.ts';
import { byBeginning, difference, engineSays, referenceOf } from './compare.ts';

const SEEDS = (process.env['SIMULATED_SEEDS'] ?? 'a').split(',');
console.log(`simulated differential: seeds ${SEEDS.join(', ')} (SIMULATED_SEEDS)`);

/** Volumes by the reference alone: as-of, measure, cohort, category, [reported, held]. */
function volumesByReference({ model, lives }: Recorded): Int32Array {
  const volumes = new Int32Array(model.asOfs.length * 2 * COHORTS.length * CATEGORIES.length * 2);
  const rules = model.rules.rules;
  for (const { history } of lives) {
    for (const [i, asOf] of [...model.asOfs].entries()) {
      for (const verdict of referenceOf({ history, rules, asOf }).verdicts) {
        const measures =
          verdict.effectiveFrom === null ? [MEASURE_QUALIFYING] : [MEASURE_QUALIFYING, MEASURE_EFFECTIVE];
        for (const measure of measures) {
          const cohort = COHORTS.indexOf(history.installation.cohort);
          const cell = volumeIndex(i, measure, cohort, CATEGORIES.indexOf(verdict.category));
          if (verdict.reported) volumes[cell] = (volumes[cell] as number) + 1;
          volumes[cell + 1] = (volumes[cell + 1] as number) + 1;
        }
      }
    }
  }
  return volumes;
}

function compareLife({ history, spans, verdicts }: Lived, rules: RuleSet, horizon: number): void {
  const expected = referenceOf({ history, rules, asOf: horizon });
  const differs = difference(
    {
      ...expected,
      spans: byBeginning(spans),
      verdicts: expected.verdicts.map((verdict, i) => ({ ...verdict, ...verdicts[i] })),
    },
    expected,
  );
  if (differs !== null || verdicts.length !== expected.verdicts.length) {
    throw new Error(`${differs ?? 'verdicts'}\n  of ${JSON.stringify(history)}`);
  }
}

function rulesWith(rules: RuleSet, readings: Partial<RuleSet['readings']>): RuleSet {
  return { ...rules, readings: { ...rules.readings, ...readings } };
}

describe.each(SEEDS)('seed %s', (seed) => {
  const { scenario, rules } = scenarioAt(EVERYTHING);
  const run = recorded(compileModel(scenario, rules), seed);

  test('spans, verdicts and volumes of the kernel are those of the reference at every as-of', () => {
    for (const life of run.lives) compareLife(life, rules, run.model.horizon);
    expect(run.counts.volumes).toEqual(volumesByReference(run));
    expect(run.counts.volumes.filter((count) => count > 0).length).toBeGreaterThan(60);
  });

  test('so they are where every reading is another', () => {
    const other: Partial<RuleSet['readings']> = Object.fromEntries(
      READING_NAMES.map((name) => [
        name,
        Object.keys(READINGS[name].values).find((value) => value !== READINGS[name].default),
      ]),
    );
    const others = rulesWith(rules, other);
    const lived = recorded(compileModel(scenario, others), seed);
    for (const life of lived.lives) compareLife(life, others, lived.model.horizon);
    expect(lived.counts.volumes).toEqual(volumesByReference(lived));
  });

  test('the engine is the reference on them, whatever the readings and the as-of', () => {
    for (const [i, { history }] of run.lives.entries()) {
      if (history.attempts.length + history.events.length === 0) continue;
      const name = READING_NAMES[i % READING_NAMES.length] as (typeof READING_NAMES)[number];
      const values = Object.keys(READINGS[name].values);
      const reading = rulesOf(name, values[i % values.length] as string);
      const rows = [...history.attempts, ...history.events];
      const asOf = (rows[i % rows.length]?.at as number) + ((i % 3) - 1);
      const question = { history, rules: reading, asOf };
      const differs = difference(engineSays(question), referenceOf(question));
      if (differs !== null) throw new Error(`${name}: ${differs}\n  of ${JSON.stringify(history)}`);
    }
  });

  const made = new Map<string, RuleSet>();
  function rulesOf(name: string, value: string): RuleSet {
    const key = `${name}: ${value}`;
    const known = made.get(key) ?? rulesWith(rules, { [name]: value });
    made.set(key, known);
    return known;
  }

  test('a verdict, a span or a count that is off by one is noticed', () => {
    const life = run.lives.find(({ spans, verdicts }) => spans.length > 0 && verdicts.length > 0) as Lived;
    const { horizon } = run.model;
    expect(() => compareLife({ ...life, spans: life.spans.slice(1) }, rules, horizon)).toThrow('spans');
    expect(() => compareLife({ ...life, verdicts: [] }, rules, horizon)).toThrow('verdicts');
    const late = life.verdicts.map((verdict) => ({ ...verdict, metAt: verdict.metAt + 1 }));
    expect(() => compareLife({ ...life, verdicts: late }, rules, horizon)).toThrow('verdicts');
  });
});
