import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import type { GasSide } from '../../../src/installation/installation.ts';
import type { History } from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { ReadingVolumes } from '../../../src/report/readingVolumes.ts';
import { RuleComparison } from '../../../src/report/ruleComparison.ts';
import { endOfLondonDate, instant } from '../../../src/time.ts';
import { decideAt, estateArbitrary, gt01, house, noWan } from './fixtures.ts';

// Who moves under other rules and what is said to be the reason. That a reason is the lawyer's is not shown: it is the
// difference that by itself leads to the same category.

/** Readings that move many. */
const weighty = fc.constantFrom<Partial<RuleSet['readings']>>(
  { mixed: 'anyDormant' },
  { beforeInForce: 'ignore' },
  { cosRestarts: 'yes' },
  { preparationClears: 'no' },
);

const AS_OF = endOfLondonDate('2022-06-30');

describe('other rules', () => {
  const look = (history: History, other: RuleSet) => {
    const { moved } = new RuleComparison(VARIOUS1, other).look(history, decideAt(history, AS_OF), AS_OF);
    return moved && [moved.from, moved.to, moved.reason];
  };
  const atLeast = (rules: RuleSet, category: string, count: number): RuleSet => ({
    ...rules,
    name: 'other',
    clauses: rules.clauses.map((row) =>
      row.category === category && row.shows.type === 'count'
        ? { ...row, shows: { ...row.shows, atLeast: count } }
        : row,
    ),
  });
  const reading = (rules: RuleSet, readings: Partial<RuleSet['readings']>): RuleSet => ({
    ...rules,
    name: 'other',
    readings: { ...rules.readings, ...readings },
  });

  test('the one difference that alone leads to the move is the reason', () => {
    const other = reading(atLeast(VARIOUS1, 'no-wan-attempting', 4), { paymentMode: 'both' });
    expect(look(noWan(1), other)).toEqual(['no-wan-attempting', null, 'no-wan-attempting: shows.atLeast 3 -> 4']);
    expect(look(gt01(1), other)).toBeUndefined();
  });

  test('several differences that alone lead to the move are all named', () => {
    const other = reading(atLeast(VARIOUS1, 'no-wan-attempting', 4), { beforeInForce: 'count', reset: 'otherOutcome', weekCode: 'last' }); // prettier-ignore
    const broken = noWan(1);
    const late = { ...(broken.attempts[2] as (typeof broken.attempts)[number]), at: instant('2022-01-20T10:00:00Z'), outcome: 'GT01' }; // prettier-ignore
    const history = { ...broken, attempts: [...broken.attempts, late] };
    expect(look(history, other)).toEqual([
      'no-wan-attempting',
      null,
      'either of: reading weekCode: any -> last | reading reset: none -> otherOutcome | no-wan-attempting: shows.atLeast 3 -> 4',
    ]);
  });

  test('no difference is blamed if they only act together', () => {
    const other = reading(atLeast(VARIOUS1, 'no-wan-attempting', 2), { mixed: 'anyDormant' });
    const mixed = noWan(1, { gas: { ...(house(1).gas as GasSide), dormant: false } });
    expect(look({ ...mixed, attempts: mixed.attempts.slice(1) }, other)).toEqual([
      null,
      'no-wan-attempting',
      'several',
    ]);
  });

  test('a dropped category is reported in words', () => {
    const other = { ...VARIOUS1, name: 'other', clauses: VARIOUS1.clauses.filter((row) => row.category !== 'gt01') };
    expect(look(gt01(1), other)).toEqual(['gt01', null, 'gt01: the category is dropped']);
  });

  test('if two rule sets differ in one reading, that reading is the reason of every move', () => {
    let moves = 0;
    fc.assert(
      fc.property(estateArbitrary, weighty, (estate, readings) => {
        const comparison = new RuleComparison(VARIOUS1, reading(VARIOUS1, readings));
        for (const history of estate) {
          const { moved } = comparison.look(history, decideAt(history, AS_OF), AS_OF);
          if (!moved) continue;
          moves += 1;
          expect([moved.reason]).toEqual(comparison.differences);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(moves).toBeGreaterThan(10);
  });

  test('the volumes of a reading equal those of the rule set that has it', () => {
    fc.assert(
      fc.property(estateArbitrary, (estate) => {
        const volumes = new ReadingVolumes(VARIOUS1);
        for (const history of estate) volumes.look(history, decideAt(history, AS_OF), AS_OF);
        const sticky = engine({ ...VARIOUS1, readings: { ...VARIOUS1.readings, mixed: 'anyDormant' } });
        const reported = estate.flatMap((history) => sticky.decide(history, AS_OF).verdicts.filter((row) => row.reported)); // prettier-ignore
        const rows = volumes.rows().filter(([name, , measure]) => name === 'mixed' && measure === 'qualifying');
        expect(rows.reduce((sum, row) => sum + Number(row.at(-1)), 0)).toBe(reported.length);
        volumes.restart();
        expect(volumes.rows().every((row) => row.at(-1) === '0')).toBe(true);
      }),
      { numRuns: 60, seed: 8 },
    );
  });
});
