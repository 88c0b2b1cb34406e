/**
 * What a life asks of a rule set while it goes on. The answers depend on the tally alone, so that one life can serve several
 * rule sets for as long as all of them answer alike. The file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import type { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import { CATEGORY_NOT_IN_EFFECT, ENDED_EXCLUDED, ENDED_REPLACED } from '../../scenario/endCodes.ts';
import type { GroupNumbers } from '../model/groupNumbers.ts';

/** What is done with an installation at its next turn. */
export const GO: i32 = 0;
export const WAIT: i32 = 1;
export const STOP: i32 = 2;

/**
 * Whether the process goes on at an instant: retries end with an exclusion of the installation, met or in effect.
 * @param hasMore true if further events of the installation are to come
 */
export function turnOf(rules: RuleNumbers, tally: Tally, group: GroupNumbers, at: Instant, hasMore: boolean): i32 {
  if (tally.mask === 0) return GO;
  const reported = tally.reported();
  const gsmeOnly = ((rules.excludesGsme >> reported) & 1) === 1;
  if (group.stopsNever || (gsmeOnly && group.esmeOnly)) return GO;
  if (group.stopsInEffect && tally.effectiveFrom(reported, at) === 0) return GO;
  // A later change can take the installation out of the category's scope again; without one to come, it cannot.
  return hasMore ? WAIT : STOP;
}

/** Whether an attempt at the instant is for the ESME alone: a GSME exclusion is reported and in effect. */
export function esmeOnlyUnder(rules: RuleNumbers, tally: Tally, at: Instant): boolean {
  if (tally.mask === 0) return false;
  const reported = tally.reported();
  return ((rules.excludesGsme >> reported) & 1) === 1 && tally.effectiveFrom(reported, at) !== 0;
}

/** When the category that is reported comes into effect, if that lies after the instant; Infinity: it has, or never will. */
export function effectAfter(tally: Tally, at: Instant): Instant {
  if (tally.mask === 0) return Infinity;
  const from = tally.effectiveFrom(tally.reported(), Infinity);
  return from > at ? from : Infinity;
}

/** From when the whole installation is excluded; 0: its category is not in effect by the horizon; -1: none excludes it. */
export function excludedFrom(rules: RuleNumbers, tally: Tally, horizon: Instant): f64 {
  if (tally.mask === 0) return -1;
  const reported = tally.reported();
  return ((rules.excludesGsme >> reported) & 1) === 0 ? tally.effectiveFrom(reported, horizon) : -1;
}

/**
 * The end of a life that did not migrate, as a position in ENDS.
 * @param from what `excludedFrom` says
 * @param instead the end where no category excludes the installation: replaced, or why it was not migrated
 */
export function endUnder(tally: Tally, from: f64, instead: i32): i32 {
  if (from > 0) return ENDED_EXCLUDED + tally.reported();
  return from === 0 && instead !== ENDED_REPLACED ? CATEGORY_NOT_IN_EFFECT : instead;
}

/** Whether attempts that nothing comes of may be left out: no reading of the rule set takes counts back. */
export function maySkip(rules: RuleNumbers): boolean {
  const takesBack = rules.seesUncountedAttempts || rules.cosRestarts || rules.attemptCloses !== 0;
  return !takesBack && !rules.sticky && !rules.systemCounts;
}
