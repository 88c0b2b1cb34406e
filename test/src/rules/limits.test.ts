// A rule stands once: limits, units, precedence and event keys are asked from the tables, and words follow the numbers.
import { describe, expect, test } from 'vitest';
import { CATEGORY_ROWS, PRECEDENCE } from '../../../src/clauses/categories.ts';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { VARIOUS1_CLAUSES } from '../../../src/clauses/index.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { CHECKS } from '../../../src/migration/checks.ts';
import { EVENTS, keyOfEvent } from '../../../src/migration/history.ts';
import { DATES, PARAMETERS } from '../../../src/regulation/parameters.ts';
import { amend } from '../../../src/rules/amend.ts';
import { limitsAt } from '../../../src/rules/limits.ts';
import { REGIME_2021, ruleSetInForce, VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { unitOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import { outcomeMeaning } from '../../../src/text/words.ts';
import { instant, spanWords, startOfLondonDate } from '../../../src/time.ts';
import { compileLimits } from '../../../sim/kernel/model/compileLimits.ts';

function amended(amendments: Readonly<Record<string, unknown>>): RuleSet {
  const result = amend(VARIOUS1, amendments);
  if (!result.ok) throw new Error('the amendment is refused');
  return result.rules;
}

const FOUR_DAYS = amended({
  'windows.gt01WindowSeconds': [{ from: '2012-01-01', value: 345_600, source: 'ourAssumption' }],
  'windows.wanWindowSeconds': [{ from: '2012-01-01', value: 864_000, source: 'ourAssumption' }],
});

const AT = instant('2022-01-10T10:00:00Z');
const attempt = (outcome: string) =>
  ({ at: AT, kind: 'migration', outcome, cause: 'device', table510: false }) as const;

describe('words follow the windows', () => {
  test('the meaning of a code has the window in force at the attempt', () => {
    expect(outcomeMeaning(attempt('GT01'), VARIOUS1)).toMatch(/within the previous 72 hours$/);
    expect(outcomeMeaning(attempt('MA112'), VARIOUS1)).toMatch(/within the previous 7 days \(5\.12\(c\)\)$/);
    expect(outcomeMeaning(attempt('GT01'), FOUR_DAYS)).toMatch(/within the previous 96 hours$/);
    expect(outcomeMeaning(attempt('MA112'), FOUR_DAYS)).toMatch(/within the previous 10 days \(5\.12\(c\)\)$/);
  });

  test('a window that changes on a date has the words of the date', () => {
    const rules = amended({
      'windows.gt01WindowSeconds': [
        { from: '2012-01-01', value: 86_400, source: 'ourAssumption' },
        { from: '2022-01-10', value: 5400, source: 'ourAssumption' },
      ],
    });
    expect(outcomeMeaning({ ...attempt('GT01'), at: AT - 86_400 }, rules)).toMatch(/previous 24 hours$/);
    expect(outcomeMeaning(attempt('GT01'), rules)).toMatch(/previous 90 minutes$/);
  });

  test('the requirement of a check has the window in force too', () => {
    const limits = limitsAt(FOUR_DAYS, AT, 'IOC');
    expect(CHECKS.hanRecent.meaning(limits)).toContain('96 hours');
    expect(CHECKS.wanRecent.meaning(limits)).toContain('10 days');
  });

  test.each([
    [3600, '1 hour'],
    [86_400, '24 hours'],
    [604_800, '7 days'],
    [605_000, '605000 seconds'],
    [691_200, '8 days'],
    [630_000, '175 hours'],
    [1, '1 second'],
    [0, '0 seconds'],
  ])('%d s are written as %s', (seconds, words) => {
    expect(spanWords(seconds)).toBe(words);
  });
});

describe('limits', () => {
  test.each(COHORTS)('the kernel and the rig have the same limits for %s, on every date of a change', (cohort) => {
    const kernel = compileLimits(FOUR_DAYS);
    for (const day of ['2021-01-01', '2022-01-31', '2022-02-01', '2022-06-01']) {
      const at = startOfLondonDate(day);
      kernel.begin(at, COHORTS.indexOf(cohort));
      const { wanWindowSeconds, gt01WindowSeconds, windowEdgeSeconds, judgesOldNews, epclChecked } = kernel;
      expect({ wanWindowSeconds, gt01WindowSeconds, windowEdgeSeconds, judgesOldNews, epclChecked }).toEqual(
        limitsAt(FOUR_DAYS, at, cohort),
      );
      expect(epclChecked).toBe(cohort === 'MOC_Secure' && day < '2022-02-01' ? 0 : 1);
    }
  });
});

describe('columns of the clauses', () => {
  test('every clause of Various 1 comes into force on the proposed re-designation, and so does the new expiry', () => {
    const { date } = DATES.redesignationProposed;
    for (const clause of VARIOUS1_CLAUSES) expect(clause.inForceFrom).toBe(date);
    expect(PARAMETERS.tmadExpiry.rows[1]?.from).toBe(date);
    expect(ruleSetInForce(startOfLondonDate(date))).toBe(VARIOUS1);
    expect(ruleSetInForce(startOfLondonDate(date) - 1)).toBe(REGIME_2021);
  });

  test('a category has its unit with and without a clause, and the two agree', () => {
    for (const category of CATEGORIES) expect(unitOf(category, REGIME_2021)).toBe(unitOf(category, VARIOUS1));
    expect(CATEGORIES.filter((category) => unitOf(category, VARIOUS1) === 'gas_meters')).toEqual(['gt01']);
    expect(unitOf('five-retries', amended({ 'clauses.five-retries.excludes': 'gsme' }))).toBe('gas_meters');
  });

  test('precedence names each category once, and a rule file may leave categories out of it', () => {
    expect(new Set(CATEGORIES.map((category) => CATEGORY_ROWS[category].precedence)).size).toBe(CATEGORIES.length);
    expect(VARIOUS1.precedence).toEqual(PRECEDENCE);
    expect(amended({ precedence: ['gt01'] }).precedence).toEqual([
      'gt01',
      ...PRECEDENCE.filter((category) => category !== 'gt01'),
    ]);
    expect(amend(VARIOUS1, { precedence: ['gt01', 'gt01'] }).ok).toBe(false);
  });

  test('words of a category fit the first screen', () => {
    for (const category of CATEGORIES) expect(CATEGORY_ROWS[category].words(99).length).toBeLessThanOrEqual(25);
  });
});

test('events of opposite meaning share a key, all others have their own', () => {
  const sharing = EVENTS.filter((event) =>
    EVENTS.some((other) => other !== event && keyOfEvent(other) === keyOfEvent(event)),
  );
  expect(sharing).toEqual(['master-key-unobtainable', 'master-key-obtained', 'sos-uneconomic', 'sos-direct-otherwise']);
});
