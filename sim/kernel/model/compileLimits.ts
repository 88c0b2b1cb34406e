import { COHORTS } from '../../../src/installation/cohort.ts';
import { PARAMETERS } from '../../../src/regulation/parameters.ts';
import type { Dated } from '../../../src/regulation/dated.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { startOfLondonDate } from '../../../src/time.ts';
import { DatedNumber, Limits } from './kernelLimits.ts';

/** The cohort whose EPCL match is checked from a date on, as a position in COHORTS. */
export const SECURE = COHORTS.indexOf('MOC_Secure');

function datedNumber(value: Dated<number | boolean>): DatedNumber {
  const rows = value.rows.toReversed();
  const dated = new DatedNumber();
  dated.from = Float64Array.from(rows, (row) => startOfLondonDate(row.from));
  dated.value = Float64Array.from(rows, (row) => Number(row.value));
  return dated;
}

/** The windows of a rule set by date. */
export function compileLimits(rules: RuleSet): Limits {
  const limits = new Limits();
  limits.wan = datedNumber(rules.windows.wanWindowSeconds);
  limits.gt01 = datedNumber(rules.windows.gt01WindowSeconds);
  limits.secureEpcl = datedNumber(PARAMETERS.secureEpclCheck);
  limits.windowEdgeSeconds = rules.readings.windowEdge === 'inclusive' ? 1 : 0;
  limits.changes = Float64Array.from([...limits.wan.from, ...limits.gt01.from, ...limits.secureEpcl.from]).sort();
  limits.longestSeconds = Math.max(...limits.wan.value, ...limits.gt01.value) + limits.windowEdgeSeconds;
  return limits;
}
