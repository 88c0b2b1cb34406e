import type { Facts } from '../../../src/migration/facts.ts';
import { isPlainHan } from '../../world/hanLink.ts';
import { isPlainWan } from '../../world/wanLink.ts';
import { NOTHING_STRIKES, WALK_PASSED } from '../model/compileWalk.ts';
import { Limits } from '../model/kernelLimits.ts';
import type { GroupPlan, Model } from '../model/model.ts';

/**
 * Whether an attempt passes for certain of whose links the own regimes are up, and which no fault strikes: nothing else takes
 * a link down, contact is of the very instant of the attempt, and the checks let that pass under all limits from the start to
 * the horizon. Checks ask for the age of facts alone (`src/migration/checks`), so that one instant a stretch says it of all.
 * Of a group whose models and displays gate nothing: `FirstAttempts.areOf` takes no other.
 */
export function passesInContact(group: GroupPlan, model: Model): boolean {
  const { sharedOutages, plannedMaintenance } = model.scenario;
  const isAlone = Object.keys(sharedOutages).length === 0 && Object.keys(plannedMaintenance).length === 0;
  if (!isAlone || !isPlainWan(group.wan) || !isPlainHan(group.han)) return false;
  const limits = new Limits(model.rules.rules);
  return limits.stretches(model.start, model.horizon).every((at) => {
    const facts: Facts = { at, lastWanContact: at, lastHanContact: at, epclEntryFrom: 0, displayBlocked: 0 };
    return group.walk(facts, limits.at(at, group.cohort), NOTHING_STRIKES, true) === WALK_PASSED;
  });
}
