import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { filesOf } from '../../../src/document/files.ts';
import { canonicalJson } from '../../../sim/scenario/hash.ts';
import { loadScenario } from '../../../sim/scenario/load.ts';
import { BASE, loaded } from './files.ts';

const hash = (text: string, set: readonly string[] = []): string => loaded(text, set).hash;

function shuffled(value: unknown, order: () => number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  const entries = Object.entries(value).map(([name, item]) => ({ name, item: shuffled(item, order), place: order() }));
  return Object.fromEntries(entries.sort((a, b) => a.place - b.place).map(({ name, item }) => [name, item]));
}

describe('the hash', () => {
  const before = hash('');

  test('the hash is twelve hexadecimal digits', () => expect(before).toMatch(/^[0-9a-f]{12}$/));

  test('neither the hash nor the resolved scenario depends on the order of names', () => {
    const two = BASE.replace('  ioc-dormant:', '  zeta: { cohort: IOC, dormancy: active, installations: 3, entry: main, wan: usual, han: usual }\n  ioc-dormant:'); // prettier-ignore
    const whole = loadScenario({ path: 'x.yaml', files: filesOf({ 'x.yaml': two }) });
    if (!whole.ok) throw new Error('it is right');
    expect(Object.keys(whole.scenario.populations)).toEqual(['ioc-dormant', 'zeta']);
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 100, maxLength: 100 }), (places) => {
        let next = 0;
        const text = stringify(shuffled(parse(two), () => places[(next += 1) % 100] as number));
        const other = loadScenario({ path: 'x.yaml', files: filesOf({ 'x.yaml': text }) });
        if (!other.ok) throw new Error('it is right');
        expect(other.hash).toBe(whole.hash);
        expect(JSON.stringify(other.scenario)).toBe(JSON.stringify(whole.scenario));
      }),
      { numRuns: 25, seed: 3 },
    );
  });

  test('the hash does not depend on how a scenario is spread over files, or on written defaults', () => {
    const whole = loadScenario({ path: 'x.yaml', files: filesOf({ 'x.yaml': BASE }) });
    expect(whole).toMatchObject({ hash: before });
    expect(hash('populations: { ioc-dormant: { gasShare: 0.8, installations: 1000 } }')).toBe(before);
    expect(hash('', ['links.wan.usual.classes.healthy.share=0.93'])).toBe(before);
  });

  const SAME = [
    'name=other',
    'title=other',
    'seed=other',
    'replications=5',
    'asOf=[2021-11-03]',
    'ends={migrated: x}',
    'marks=[]',
  ];
  test.each(SAME)('%s does not change it: a run states that beside it', (set) => expect(hash('', [set])).toBe(before));

  const OTHER = [
    'populations.ioc-dormant.installations=1001',
    'populations.ioc-dormant.gasShare=0.81',
    'horizon=2022-12-30',
    'entryCurves.main.firstAttempt[0].date=2021-06-02',
    'faults.silent=null',
    'rules=regime-2021-02-01',
    'amendments.clauses.gt01.shows.atLeast=2',
    'amendments.mixed=anyDormant',
  ];
  test.each(OTHER)('%s changes it', (set) => expect(hash('', [set])).not.toBe(before));

  test('an amendment that changes nothing, or only words, does not change the hash', () => {
    expect(hash('', ['amendments.clauses.gt01.shows.atLeast=3'])).toBe(before);
    expect(hash('', ['amendments.clauses.gt01.title=other'])).toBe(before);
  });

  test('a population of another name in another place is another scenario', () => {
    const renamed = BASE.replace('ioc-dormant:', 'renamed:');
    expect(loadScenario({ path: 'x', files: filesOf({ x: renamed }) })).not.toMatchObject({ hash: before });
  });

  test('canonical JSON leaves out what is undefined and sorts by code unit', () => {
    expect(canonicalJson({ b: 1, B: [{ z: undefined, a: null }], a: 'x' })).toBe('{"B":[{"a":null}],"a":"x","b":1}');
  });
});
