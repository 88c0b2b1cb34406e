/**
 * What faults do to the steps of an attempt. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import type { Instant } from '../../../src/londonTime.ts';
import {
  OBSERVED_ANSWERED,
  OBSERVED_BAD_DATA,
  OBSERVED_NO_ANSWER,
  OBSERVED_REFUSED,
  OBSERVED_SYSTEM_FAULT,
  OBSERVED_WRONG_KEY,
} from '../../../src/migration/migrationCodes.ts';
import type { i32 } from '../../../src/numbers.ts';
import type { Stream } from '../../world/dice/draws.ts';
import { DATA_CLEAN, DATA_FIXABLE, DataErrors } from '../../world/faults/dataError.ts';
import { PersistentFaults } from '../../world/faults/persistent.ts';
import { NO_INTERVALS, type Intervals } from '../../world/intervals.ts';
import type { WanLink } from '../../world/wanLink.ts';
import type { WalkStep } from '../model/groupNumbers.ts';
import type { LifePlan } from '../model/lifePlan.ts';

/** Who struck the last failed step: the fault, for the code it carries and for the story. */
export const BY_NOBODY: i32 = 0;
export const BY_PERSISTENT: i32 = 1;
export const BY_DATA_ERROR: i32 = 2;
export const BY_KEY: i32 = 3;
export const BY_SYSTEM: i32 = 4;
export const BY_LINK: i32 = 5;

/** Asks the fault models what they do to each step of an attempt of the installation at hand. */
export class Strikes {
  keyIsWrong: boolean = false;
  at: Instant = 0;
  culprit: i32 = BY_NOBODY;
  /** Position of the culprit among its kind. */
  culpritFault: i32 = 0;

  readonly persistent: PersistentFaults;
  readonly dataErrors: DataErrors;
  private systemOutages: Intervals = NO_INTERVALS;
  private readonly wan: WanLink;

  constructor(plan: LifePlan, faults: Stream, wan: WanLink) {
    this.wan = wan;
    this.persistent = new PersistentFaults(plan.persistent, faults);
    this.dataErrors = new DataErrors(plan.dataErrors, faults);
  }

  begin(entity: i32, systemOutages: Intervals): void {
    this.systemOutages = systemOutages;
    this.keyIsWrong = false;
    this.persistent.begin(entity);
    this.dataErrors.begin(entity);
  }

  /** When DCC's systems are back that are down at the instant; 0: they are up. */
  systemBackAt(at: Instant): Instant {
    const i = this.systemOutages.covering(at);
    return i < 0 ? 0 : (this.systemOutages.to[i] as Instant);
  }

  /** What a head-end sees of a step that can be struck. Ask once per step taken, in the order of the walk. */
  observe(step: WalkStep): i32 {
    if (step.meetsOthers) {
      const observation = this.observeOthers(step);
      if (observation !== OBSERVED_ANSWERED) return observation;
    }
    const persistent = step.persistent;
    const count = persistent.length;
    for (let i: i32 = 0; i < count; i += 1) {
      if (!this.persistent.strikes(persistent[i] as i32, this.at)) continue;
      this.culprit = BY_PERSISTENT;
      this.culpritFault = persistent[i] as i32;
      return step.observations[i] as i32;
    }
    return OBSERVED_ANSWERED;
  }

  /** The same for all that is no persistent fault: outages, a wrong key, data errors. */
  private observeOthers(step: WalkStep): i32 {
    if (step.system && this.systemOutages.covering(this.at) >= 0) {
      this.culprit = BY_SYSTEM;
      return OBSERVED_SYSTEM_FAULT;
    }
    if (step.linked && !this.wan.up(this.at)) {
      this.culprit = BY_LINK;
      return OBSERVED_NO_ANSWER;
    }
    if (step.rotates && this.keyIsWrong) {
      this.culprit = BY_KEY;
      return OBSERVED_WRONG_KEY;
    }
    const dataErrors = step.dataErrors;
    for (let i: i32 = 0; i < dataErrors.length; i += 1) {
      const kind = this.dataErrors.strikes(dataErrors[i] as i32, this.at);
      if (kind === DATA_CLEAN) continue;
      this.culprit = BY_DATA_ERROR;
      this.culpritFault = dataErrors[i] as i32;
      return kind === DATA_FIXABLE ? OBSERVED_BAD_DATA : OBSERVED_REFUSED;
    }
    return OBSERVED_ANSWERED;
  }

  /** Whether none of these data errors strikes an attempt at the instant at hand or later. */
  areDataErrorsOver(dataErrors: Int32Array): boolean {
    for (let i: i32 = 0; i < dataErrors.length; i += 1) {
      if (!this.dataErrors.isOver(dataErrors[i] as i32, this.at)) return false;
    }
    return true;
  }

  /**
   * Which of a family's codes the failure carries: a number that stays with the culprit on this installation. Failures
   * without a fault take turns by the installation's `position` in its population.
   */
  pick(size: i32, position: i32): i32 {
    if (size === 1) return 0;
    if (this.culprit === BY_PERSISTENT) return this.persistent.pick(this.culpritFault, size);
    if (this.culprit === BY_DATA_ERROR) return this.dataErrors.pick(this.culpritFault, size);
    return position % size;
  }
}
