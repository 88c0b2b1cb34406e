import { COHORTS } from '../../../src/installation/cohort.ts';
import { EPCL_CHECK } from '../../../src/regulation/parameters.ts';
import type { Dated } from '../../../src/regulation/dated.ts';
import { judgesOldNews, windowEdgeSeconds } from '../../../src/rules/limits.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { startOfLondonDate } from '../../../src/time.ts';
import { DatedNumber, Limits } from './kernelLimits.ts';

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
  limits.epcl = COHORTS.map((cohort) => datedNumber(EPCL_CHECK[cohort]));
  limits.windowEdgeSeconds = windowEdgeSeconds(rules);
  limits.judgesOldNews = judgesOldNews(rules);
  const dated = [limits.wan, limits.gt01, ...limits.epcl];
  limits.changes = Float64Array.from(dated.flatMap(({ from }) => [...from])).sort();
  limits.longestSeconds = Math.max(...limits.wan.value, ...limits.gt01.value) + limits.windowEdgeSeconds;
  return limits;
}
