import { PRECEDENCE } from '../clauses/categories.ts';
import { VARIOUS1_CLAUSES } from '../clauses/index.ts';
import { DATES, PARAMETERS } from '../regulation/parameters.ts';
import { DEFAULT_READINGS } from '../regulation/readings.ts';
import { startOfLondonDate, type Instant } from '../time.ts';
import type { RuleSet } from './ruleset.ts';

/** The briefing's rules as proposed. Whether they were adopted unchanged is not known to us. */
export const VARIOUS1: RuleSet = {
  name: 'various-1-proposed-2021-11-03',
  title: 'TMAD Clause 18 as proposed by the Various 1 consultation',
  sources: ['various1'],
  readings: DEFAULT_READINGS,
  clauses: VARIOUS1_CLAUSES,
  precedence: PRECEDENCE,
  fiveRetriesAgainstGt01: 'restsOnGt01',
  expiresOn: PARAMETERS.tmadExpiry.rows[1]?.value as string,
  windows: { wanWindowSeconds: PARAMETERS.wanWindowSeconds, gt01WindowSeconds: PARAMETERS.gt01WindowSeconds },
};

/** The regime of February 2021: exclusions by the Secretary of State's acceptance one by one, no category in Clause 18. */
export const REGIME_2021: RuleSet = {
  ...VARIOUS1,
  name: 'regime-2021-02-01',
  title: 'The exclusion regime before Various 1: no category of exclusion',
  sources: ['various1.background', 'various1.q1'],
  clauses: [],
  expiresOn: PARAMETERS.tmadExpiry.rows[0]?.value as string,
};

/** The rule sets that are built in, the default first. */
export const RULE_SETS: readonly RuleSet[] = [VARIOUS1, REGIME_2021];

/** The name that stands for the rules of the law as it stands at the as-of. */
export const IN_FORCE = 'in-force';

/** What `--rules in-force` selects at an as-of: Various 1 from its proposed re-designation, assumed adopted unchanged. */
export function ruleSetInForce(asOf: Instant): RuleSet {
  return asOf >= startOfLondonDate(DATES.redesignationProposed.date) ? VARIOUS1 : REGIME_2021;
}
