/** The regulated values in force at an attempt's instant, for the checks on facts: looked up, one at a time. */
import type { Cohort } from '../../../src/installation/cohort.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { valueAt } from '../../../src/regulation/dated.ts';
import { PARAMETERS } from '../../../src/regulation/parameters.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';

export function limitsAt(rules: RuleSet, at: Instant, cohort: Cohort): CheckLimits {
  return {
    wanWindowSeconds: valueAt(rules.windows.wanWindowSeconds, at),
    gt01WindowSeconds: valueAt(rules.windows.gt01WindowSeconds, at),
    windowEdgeSeconds: rules.readings.windowEdge === 'inclusive' ? 1 : 0,
    // Every other cohort is matched from the start of its migration.
    epclChecked: cohort === 'MOC_Secure' && !valueAt(PARAMETERS.secureEpclCheck, at) ? 0 : 1,
  };
}
