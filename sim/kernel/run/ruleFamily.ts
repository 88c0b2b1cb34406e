import { compileRules } from '../../../src/exclusion/engine/compile.ts';
import type { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import { NumberStream } from '../../../src/numberStream.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { maySkip } from '../life/lifeAnswers.ts';
import { compileLimits } from '../model/compileLimits.ts';
import { outcomeMasks } from '../model/outcomes.ts';

/** A rule set as lives of the same scenario need it, beside another one that leads them. */
export interface FollowingRules {
  readonly rules: RuleNumbers;
  /** Per outcome: the counters that it feeds. */
  readonly masks: Int32Array;
}

/**
 * A text that two rule sets share if lives can be counted under both in one pass: the windows of their checks are the same
 * at every instant, and both let hopeless attempts be skipped, or neither.
 */
export function ruleFamily(rules: RuleSet): string {
  const limits = new NumberStream(new Float64Array(0));
  compileLimits(rules).exchange(limits);
  return JSON.stringify([maySkip(compileRules(rules)), ...limits.values.subarray(0, limits.count)]);
}

export function followingRules(rules: RuleSet): FollowingRules {
  const compiled = compileRules(rules);
  return { rules: compiled, masks: outcomeMasks(compiled) };
}
