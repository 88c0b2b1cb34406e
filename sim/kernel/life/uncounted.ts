import { CATEGORIES } from '../../../src/clauses/clause.ts';
import type { CompiledRules } from '../../../src/exclusion/engine/compile.ts';
import { EVENT_RANK } from '../../../src/exclusion/engine/eventNumbers.ts';
import type { Instant } from '../../../src/time.ts';
import type { GroupPlan } from '../model/model.ts';

const ROWS_MAX = 64;
/** Rank of the events that change a state, which is all that happens to an uncounted life beside its attempts. */
const RANK_STATE = 0;

/**
 * The attempts of a life that cannot have made any category hold: each clause asks for more failures than have come that
 * it could count, and nothing has happened that one could stand on. They are noted, to be counted if more should follow.
 */
export class Uncounted {
  rows = 0;
  readonly at = new Float64Array(ROWS_MAX);
  readonly kind = new Uint8Array(ROWS_MAX);
  readonly outcome = new Int32Array(ROWS_MAX);
  readonly system = new Uint8Array(ROWS_MAX);
  /** Failures of the life at hand that a category could count: at most those that it does. */
  private readonly failures = new Int32Array(CATEGORIES.length);
  private dirty = false;
  private cohortMask = 0;
  private readonly standingStates: number;
  private readonly rules: CompiledRules;
  private readonly outcomeMasks: Int32Array;

  constructor(rules: CompiledRules, outcomeMasks: Int32Array) {
    this.rules = rules;
    this.outcomeMasks = outcomeMasks;
    // A rule file may let a clause stand on a change of state.
    this.standingStates = rules.standingHolds.reduce(
      (mask, holds, event) => (EVENT_RANK[event] === RANK_STATE ? mask | holds : mask),
      0,
    );
  }

  /** Whether the lives of a group may begin uncounted. */
  allows(group: GroupPlan): boolean {
    return group.models === null && (this.standingStates & (this.rules.cohortMask[group.cohort] as number)) === 0;
  }

  begin(group: GroupPlan): void {
    this.cohortMask = this.rules.cohortMask[group.cohort] as number;
    if (this.dirty) for (let c = 0; c < CATEGORIES.length; c += 1) this.failures[c] = 0;
    this.dirty = false;
    this.rows = 0;
  }

  /** Notes an attempt; false where it has to be counted, and those before it. */
  note(at: Instant, kind: number, outcome: number, system: boolean): boolean {
    const i = this.rows;
    if (i === ROWS_MAX || this.couldHold(outcome)) return false;
    this.at[i] = at;
    this.kind[i] = kind;
    this.outcome[i] = outcome;
    this.system[i] = system ? 1 : 0;
    this.rows = i + 1;
    return true;
  }

  /** Takes note of what the outcome could be counted for; true where that could be enough for one of the categories. */
  private couldHold(outcome: number): boolean {
    let could = false;
    this.dirty = true;
    for (let mask = (this.outcomeMasks[outcome] as number) & this.cohortMask; mask !== 0; mask &= mask - 1) {
      const c = 31 - Math.clz32(mask & -mask);
      const failures = (this.failures[c] as number) + 1;
      this.failures[c] = failures;
      could ||= failures >= (this.rules.atLeast[c] as number);
    }
    return could;
  }
}
