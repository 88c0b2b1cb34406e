import { OBSERVATIONS } from '../../../src/migration/observations.ts';
import type { Instant } from '../../../src/time.ts';
import type { Stream } from '../../world/dice/draws.ts';
import { DATA_CLEAN, DATA_FIXABLE, DataErrors } from '../../world/faults/dataError.ts';
import { PersistentFaults } from '../../world/faults/persistent.ts';
import { covering, NO_INTERVALS, type Intervals } from '../../world/intervals.ts';
import type { WanLink } from '../../world/wanLink.ts';
import type { StepEffects } from '../model/compileWalk.ts';
import type { GroupPlan, Model, StepPlan } from '../model/model.ts';

const ANSWERED = OBSERVATIONS.indexOf('answered');
const NO_ANSWER = OBSERVATIONS.indexOf('noAnswer');
const SYSTEM_FAULT = OBSERVATIONS.indexOf('systemFault');
const WRONG_KEY = OBSERVATIONS.indexOf('wrongKey');
const BAD_DATA = OBSERVATIONS.indexOf('badData');
const REFUSED = OBSERVATIONS.indexOf('refused');

/** Who struck the last failed step: the fault, for the code it carries and for the story. */
export const BY_NOBODY = 0;
export const BY_PERSISTENT = 1;
export const BY_DATA_ERROR = 2;
export const BY_KEY = 3;
export const BY_SYSTEM = 4;
export const BY_LINK = 5;

/** Asks the fault models what they do to each step of an attempt of the installation at hand. */
export class Strikes implements StepEffects {
  keyIsWrong = false;
  at: Instant = 0;
  culprit = BY_NOBODY;
  /** Position of the culprit among its kind. */
  culpritFault = 0;

  readonly persistent: PersistentFaults;
  readonly dataErrors: DataErrors;
  private group: GroupPlan | null = null;
  private systemOutages: Intervals = NO_INTERVALS;

  private readonly wan: WanLink;

  constructor(model: Model, faults: Stream, wan: WanLink) {
    this.wan = wan;
    this.persistent = new PersistentFaults(model.persistent, model.faultNames.persistent, faults);
    this.dataErrors = new DataErrors(model.dataErrors, model.faultNames.dataErrors, faults);
  }

  /** Draws the first words of the installations that come next, all of one group. */
  ahead(group: GroupPlan, from: number, count: number): void {
    for (const f of group.persistent) this.persistent.ahead(f, from, count);
    for (const f of group.dataErrors) this.dataErrors.ahead(f, from, count);
  }

  begin(entity: number, group: GroupPlan, systemOutages: Intervals): void {
    this.group = group;
    this.systemOutages = systemOutages;
    this.keyIsWrong = false;
    this.persistent.begin(entity);
    this.dataErrors.begin(entity);
  }

  observe(position: number): number {
    const plan = (this.group as GroupPlan).stepPlans[position] as StepPlan;
    if (plan.system && covering(this.systemOutages, this.at) >= 0) {
      this.culprit = BY_SYSTEM;
      return SYSTEM_FAULT;
    }
    if (plan.linked && !this.wan.up(this.at)) {
      this.culprit = BY_LINK;
      return NO_ANSWER;
    }
    if (plan.rotates && this.keyIsWrong) {
      this.culprit = BY_KEY;
      return WRONG_KEY;
    }
    for (let i = 0; i < plan.dataErrors.length; i += 1) {
      const kind = this.dataErrors.strikes(plan.dataErrors[i] as number, this.at);
      if (kind === DATA_CLEAN) continue;
      this.culprit = BY_DATA_ERROR;
      this.culpritFault = plan.dataErrors[i] as number;
      return kind === DATA_FIXABLE ? BAD_DATA : REFUSED;
    }
    for (let i = 0; i < plan.persistent.length; i += 1) {
      if (!this.persistent.strikes(plan.persistent[i] as number, this.at)) continue;
      this.culprit = BY_PERSISTENT;
      this.culpritFault = plan.persistent[i] as number;
      return plan.observations[i] as number;
    }
    return ANSWERED;
  }

  /**
   * Which of a family's codes the failure carries: a number that stays with the culprit on this installation. Failures
   * without a fault take turns by the installation's `position` in its population.
   */
  pick(size: number, position: number): number {
    if (size === 1) return 0;
    if (this.culprit === BY_PERSISTENT) return this.persistent.pick(this.culpritFault, size);
    if (this.culprit === BY_DATA_ERROR) return this.dataErrors.pick(this.culpritFault, size);
    return position % size;
  }
}
