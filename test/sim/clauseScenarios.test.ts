// The scenarios that isolate a clause do: its category and no other, in its scope alone, on the installations that its
// cause was given to, whatever the seed. How often real installations meet a clause is not for these to say.
import { describe, expect, test } from 'vitest';
import { CATEGORIES, type ExclusionCategory } from '../../src/clauses/clause.ts';
import { clauseOf } from '../../src/rules/ruleset.ts';
import { compileModel } from '../../sim/kernel/model/model.ts';
import { recorded, type Lived } from './records.ts';
import { scenarioAt } from './scenarios.ts';

const SEEDS = ['one', 'two'];

/** The share of each population that ends with the category, between bounds; populations left out: none. */
const ISOLATED: readonly (readonly [string, ExclusionCategory, Readonly<Record<string, readonly [number, number]>>])[] =
  [
    ['clause-18-4-master-key', 'master-key', { 'ioc-without-key': [1, 1], 'mds-without-key': [1, 1] }],
    ['clause-18-5-uneconomic-to-test', 'uneconomic-to-test', { 'foc-untested': [0.4, 0.8], 'ioc-untested': [1, 1] }],
    [
      'clause-18-6-gt01',
      'gt01',
      { 'ioc-dormant': [0.03, 0.07], 'secure-dormant': [0.02, 0.08], 'secure-active': [0.01, 0.07] },
    ],
    ['clause-18-7-no-wan-before', 'no-wan-before', { 'ioc-dormant': [0.03, 0.07] }],
    [
      'clause-18-8-no-wan-attempting',
      'no-wan-attempting',
      { 'ioc-dormant': [0.03, 0.07], 'mds-dormant': [0.03, 0.07] },
    ],
    [
      'clause-18-9-five-retries',
      'five-retries',
      { 'secure-dormant': [0.03, 0.07], 'mds-dormant': [0.04, 0.09], 'ioc-prepayment': [0.02, 0.09] },
    ],
  ];

test('every category has its scenario', () => {
  expect(ISOLATED.map(([, category]) => category).toSorted()).toEqual([...CATEGORIES].toSorted());
});

describe.each(ISOLATED)('%s', (name, category, shares) => {
  const { scenario, rules, warnings, marks } = scenarioAt(`scenarios/${name}.yaml`);
  const model = compileModel(scenario, rules);

  test.each(SEEDS)(`only ${category} is met, where its cause is, with seed %s`, (seed) => {
    const { lives, counts } = recorded(model, seed);
    const met = lives.flatMap(({ spans }) => spans.map((span) => span.category));
    expect([...new Set(met)]).toEqual([category]);
    for (const group of model.groups) {
      const own = lives.slice(group.first, group.first + group.size);
      const held = own.filter(({ verdicts }) => verdicts.length > 0).length / group.size;
      const [least, most] = shares[group.name] ?? [0, 0];
      expect(held, group.name).toBeGreaterThanOrEqual(least);
      expect(held, group.name).toBeLessThanOrEqual(most);
    }
    expect(counts.ends.reduce((sum, count) => sum + count, 0)).toBe(model.size);
  });

  test('the installations that a clause scenario excludes are in effect by the horizon, with their evidence', () => {
    const { lives } = recorded(model, 'one');
    const verdicts = lives.flatMap((life: Lived) => life.verdicts);
    expect(verdicts.filter((row) => row.effectiveFrom === null || !row.reported)).toEqual([]);
    const shows = clauseOf(rules, category)?.shows;
    for (const { counted, evidence } of verdicts) {
      if (shows?.type !== 'count') expect([counted, evidence.length]).toEqual([null, 1]);
      else if (category === 'gt01') expect(evidence.length).toBeGreaterThanOrEqual(2);
      // Instructions begin before the clause is in force, and go on until it is.
      else if (category === 'no-wan-before') expect(counted).toBeGreaterThanOrEqual(shows.atLeast);
      else expect(counted).toBe(shows.atLeast); // met is in effect, so that nothing is tried beyond
    }
  });

  test('every number and date of a clause scenario states its source', () => {
    expect(warnings).toEqual([]);
    expect(marks.filter((leaf) => leaf.isClaim && leaf.mark === null)).toEqual([]);
  });
});
