/**
 * Attempts that nobody has to count yet. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { CATEGORY_COUNT } from '../../../src/exclusion/engine/engineCodes.ts';
import type { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import type { Instant } from '../../../src/londonTime.ts';
import { lowestBit, type i32 } from '../../../src/numbers.ts';
import type { GroupNumbers } from '../model/groupNumbers.ts';
import type { LifePlan } from '../model/lifePlan.ts';

const ROWS_MAX: i32 = 64;
/** Rank of the events that change a state. Nothing else happens to an uncounted life beside its attempts. */
const RANK_STATE: i32 = 0;

function copyOf(values: Int32Array): Int32Array {
  const copy = new Int32Array(values.length);
  for (let i: i32 = 0; i < values.length; i += 1) copy[i] = values[i] as i32;
  return copy;
}

/**
 * The attempts of a life that cannot have made any category hold: fewer failures have come than any clause asks for, and
 * nothing has happened that a clause could stand on. They are noted, to be counted if more should follow.
 */
export class Uncounted {
  rows: i32 = 0;
  readonly at: Float64Array = new Float64Array(ROWS_MAX);
  readonly kind: Int32Array = new Int32Array(ROWS_MAX);
  readonly outcome: Int32Array = new Int32Array(ROWS_MAX);
  readonly system: Int32Array = new Int32Array(ROWS_MAX);
  /** Per category: failures of the life at hand that it could count. It may count fewer. */
  private readonly failures: Int32Array = new Int32Array(CATEGORY_COUNT);
  private dirty: boolean = false;
  private cohortMask: i32 = 0;
  private standingStates: i32 = 0;
  private readonly eventRank: Int32Array;
  /** Of all rule sets together: the scope of the categories, what the outcomes feed, and the least that any asks for. */
  private readonly cohortMasks: Int32Array;
  private readonly masks: Int32Array;
  private readonly atLeast: Int32Array;

  constructor(plan: LifePlan) {
    this.eventRank = plan.eventRank;
    this.cohortMasks = copyOf(plan.rules.cohortMask);
    this.masks = copyOf(plan.masks);
    this.atLeast = copyOf(plan.rules.atLeast);
    this.standOn(plan.rules);
  }

  /** The lives that come are counted under one more rule set: they stay uncounted while none of them could hold. */
  follow(rules: RuleNumbers, masks: Int32Array): void {
    const cohortMasks = this.cohortMasks;
    const own = this.masks;
    const atLeast = this.atLeast;
    for (let i: i32 = 0; i < cohortMasks.length; i += 1)
      cohortMasks[i] = (cohortMasks[i] as i32) | (rules.cohortMask[i] as i32);
    for (let i: i32 = 0; i < own.length; i += 1) own[i] = (own[i] as i32) | (masks[i] as i32);
    for (let i: i32 = 0; i < atLeast.length; i += 1) {
      const other = rules.atLeast[i] as i32;
      if (other < (atLeast[i] as i32)) atLeast[i] = other;
    }
    this.standOn(rules);
  }

  /** A rule file may let a clause stand on a change of state. */
  private standOn(rules: RuleNumbers): void {
    const holds = rules.standingHolds;
    for (let event: i32 = 0; event < holds.length; event += 1) {
      if (this.eventRank[event] === RANK_STATE) this.standingStates |= holds[event] as i32;
    }
  }

  /** Whether the lives of a group may begin uncounted. */
  allows(group: GroupNumbers): boolean {
    const mask = this.cohortMasks[group.cohort] as i32;
    return group.models.length === 0 && (this.standingStates & mask) === 0;
  }

  begin(group: GroupNumbers): void {
    this.cohortMask = this.cohortMasks[group.cohort] as i32;
    if (this.dirty) this.failures.fill(0);
    this.dirty = false;
    this.rows = 0;
  }

  /** Notes an attempt. False: it has to be counted, and those before it. */
  note(at: Instant, kind: i32, outcome: i32, system: boolean): boolean {
    const i = this.rows;
    if (i === ROWS_MAX || this.couldHold(outcome)) return false;
    this.at[i] = at;
    this.kind[i] = kind;
    this.outcome[i] = outcome;
    this.system[i] = system ? 1 : 0;
    this.rows = i + 1;
    return true;
  }

  /** Notes what the outcome could be counted for. True if that could be enough for one of the categories. */
  private couldHold(outcome: i32): boolean {
    let could = false;
    this.dirty = true;
    for (let mask = (this.masks[outcome] as i32) & this.cohortMask; mask !== 0; mask &= mask - 1) {
      const c = lowestBit(mask);
      const failures = (this.failures[c] as i32) + 1;
      this.failures[c] = failures;
      if (failures >= (this.atLeast[c] as i32)) could = true;
    }
    return could;
  }
}
