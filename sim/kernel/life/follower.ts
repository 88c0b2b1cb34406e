/**
 * One more rule set under which a life is counted. The file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import type { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { i32 } from '../../../src/numbers.ts';
import { AsOfCounter, Counts } from './counts.ts';

/**
 * A rule set that follows a life which goes on under another rule set, the leader's. Both lives are the same as long as both
 * rule sets give the same answers (lifeAnswers.ts). At the first other answer the follower parts, and the life is lived once
 * more under its own rules, from the as-of on to which it was counted.
 */
export class Follower {
  /** False from the first answer on that differs from the leader's. */
  isWith: boolean = true;
  /** When it parted: how many as-ofs were counted by then. */
  counted: i32 = 0;
  readonly rules: RuleNumbers;
  readonly masks: Int32Array;
  readonly counts: Counts;
  readonly tally: Tally;
  readonly asOfs: AsOfCounter;

  constructor(rules: RuleNumbers, masks: Int32Array, asOfs: Float64Array, months: i32) {
    const counts = new Counts(asOfs.length, months);
    this.rules = rules;
    this.masks = masks;
    this.counts = counts;
    this.tally = new Tally(rules, false);
    this.asOfs = new AsOfCounter(asOfs, counts, null);
  }
}
