/** The regulated values in force at one instant, for the checks on facts. */
import type { Cohort } from '../installation/cohort.ts';
import type { CheckLimits } from '../migration/facts.ts';
import { valueAt } from '../regulation/dated.ts';
import { EPCL_CHECK } from '../regulation/parameters.ts';
import type { Instant } from '../time.ts';
import type { RuleSet } from './ruleset.ts';

/** What the checks of an attempt compare facts with: the windows of the rule set, and whether the EPCL is asked. */
export function limitsAt(rules: RuleSet, at: Instant, cohort: Cohort): CheckLimits {
  return {
    wanWindowSeconds: valueAt(rules.windows.wanWindowSeconds, at),
    gt01WindowSeconds: valueAt(rules.windows.gt01WindowSeconds, at),
    windowEdgeSeconds: windowEdgeSeconds(rules),
    judgesOldNews: judgesOldNews(rules),
    epclChecked: isEpclChecked(cohort, at) ? 1 : 0,
  };
}

/** 1 where a contact exactly as old as the window passes, else 0. */
export function windowEdgeSeconds({ readings }: RuleSet): number {
  return readings.windowEdge === 'inclusive' ? 1 : 0;
}

/** 1 where an attempt is judged by old news of the gas meter while the WAN is down, else 0. */
export function judgesOldNews({ readings }: RuleSet): number {
  return readings.gt01WithoutWan === 'lastNews' ? 1 : 0;
}

/** Whether an attempt of the cohort must match an EPCL entry (MA110). */
export function isEpclChecked(cohort: Cohort, at: Instant): boolean {
  return valueAt(EPCL_CHECK[cohort], at);
}
