// The laws and the case tables catch engines that are wrong on purpose. That they catch every wrong engine is not shown.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import { keepsLaw, LAWS } from '../../kit/index.ts';
import { CANARIES } from './canaries.ts';
import { differences, readCases } from './cases.ts';

const CASES = readCases();
const RUNS = { runs: 1500, seed: 5 };

const PLAIN = 'a Dormant installation that only ever failed has the categories its separate London weeks add up to';
const ESME = 'an ok-esme after every other row keeps gt01 as it stood, and nothing else';
const READMIT = 'what a readmit closes no longer bears on a verdict';
const EFFECT = 'a verdict takes effect from the later of met and in force, within its dates, or not yet';
const EVIDENCE = 'evidence is sorted, of rows that count, and as much as was counted';
const REPORTED = 'exactly one row is reported where any holds';

/** The law that catches each. What has none is allowed by every law, so that only a case can tell. */
const CAUGHT_BY: Readonly<Record<string, string>> = {
  'counts days, not weeks': PLAIN,
  'has weeks of UTC': PLAIN,
  'asks for one more': PLAIN,
  'asks for one fewer': EVIDENCE,
  'ignores readmissions': READMIT,
  'keeps the rows of the readmission itself': READMIT,
  'counts system failures': 'a failure caused on the system side bears on nothing while such are ignored',
  'counts Table 5.10': PLAIN,
  'counts Table 5.10 nowhere': PLAIN,
  'goes on after an ok': 'an ok after every other row adds no category',
  'takes ok-esme for ok': ESME,
  'goes on after an ok-esme': ESME,
  'takes a preparation for a migration': PLAIN,
  'sees the future': 'rows after the as-of do not exist',
  'does not see the second of the as-of': 'a category has held at every row since met_at, and not the second before',
  'reads only the first rows of a file': 'the order of rows changes nothing',
  'counts a duplicate': 'an exact duplicate of a row changes nothing',
  'forgets who instructed': 'what is noted as a stranger’s is by anyone but the gas supplier at that instant',
  'has no cohorts': 'no cohort has a category that it is not in the scope of',
  'has no dormancy': 'only 18.5 and 18.6 reach an installation that never had a Dormant meter',
  'asks for no credit': PLAIN,
  'takes effect when met': EFFECT,
  'never expires': EFFECT,
  'takes effect after the as-of': EFFECT,
  'reports none': REPORTED,
  'reports all': REPORTED,
  'dates met by the as-of': 'a category has held at every row since met_at, and not the second before',
  'names the last evidence for met': 'a category has held at every row since met_at, and not the second before',
  'leaves the evidence unsorted': EVIDENCE,
};

describe('an engine is caught that', () => {
  for (const [name, engine] of Object.entries(CANARIES)) {
    const law = LAWS.find((one) => one.name === CAUGHT_BY[name]);
    test(`${name}, by ${law === undefined ? 'a case' : 'a law'}`, () => {
      if (law === undefined) expect(CASES.filter((one) => differences(one, engine).length > 0)).not.toEqual([]);
      else expect(keepsLaw(law, engine, RUNS)).toBe(false);
    });
  }
});

test('every law named here exists, for a canary that exists, and the reference keeps it', () => {
  for (const [name, law] of Object.entries(CAUGHT_BY)) {
    expect(Object.keys(CANARIES)).toContain(name);
    expect(LAWS.map((one) => one.name)).toContain(law);
  }
  for (const one of LAWS) expect(keepsLaw(one, evaluate, { runs: 50, seed: 5 }), one.name).toBe(true);
});
