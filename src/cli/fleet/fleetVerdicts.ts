/** Decides every installation of a fleet by the clauses, on its one history. */
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { engine } from '../../exclusion/engine/engine.ts';
import type { History } from '../../migration/history.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import type { Instant } from '../../time.ts';

export interface CategoryVerdicts {
  readonly category: ExclusionCategory;
  /** Installations in which the category holds. */
  readonly holds: number;
  /** Those of them for which it is the one that is reported. */
  readonly reported: number;
  /** Those of the reported ones for which it is in effect. */
  readonly effective: number;
}
export type FleetVerdicts = readonly CategoryVerdicts[];

export function fleetVerdicts(histories: Iterable<History>, rules: RuleSet, asOf: Instant): FleetVerdicts {
  const decided = engine(rules);
  const counts = new Map(CATEGORIES.map((category) => [category, { holds: 0, reported: 0, effective: 0 }]));
  for (const history of histories)
    for (const { category, reported, effectiveFrom } of decided.decide(history, asOf).verdicts) {
      const count = counts.get(category) as { holds: number; reported: number; effective: number };
      count.holds += 1;
      if (reported) count.reported += 1;
      if (reported && effectiveFrom !== null) count.effective += 1;
    }
  return [...counts].map(([category, count]) => ({ category, ...count }));
}
