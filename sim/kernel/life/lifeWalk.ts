/**
 * One attempt, step by step. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { displaysFit, isEntered, isRecent } from '../../../src/migration/checkFunctions.ts';
import {
  CHECK_DISPLAYS_DEFINED,
  CHECK_EPCL_ENTERED,
  CHECK_HAN_RECENT,
  CHECK_WAN_RECENT,
} from '../../../src/migration/migrationCodes.ts';
import type { i32 } from '../../../src/numbers.ts';
import type { WalkStep } from '../model/groupNumbers.ts';
import type { Limits } from '../model/kernelLimits.ts';
import type { PreparedFacts } from './preparedFacts.ts';
import type { Strikes } from './strikes.ts';

export const WALK_PASSED: i32 = -1;
/** A failed walk is step position * 16 + observation. */
export const OBSERVATION_BITS: i32 = 4;
export const OBSERVATION_MASK: i32 = 15;

/** Whether a check passes: the numbers of the table of checks, given to the functions of that table. */
function passes(check: i32, facts: PreparedFacts, limits: Limits): boolean {
  if (check === CHECK_WAN_RECENT)
    return isRecent(facts.at, facts.lastWanContact, limits.wanWindowSeconds, limits.windowEdgeSeconds);
  if (check === CHECK_HAN_RECENT)
    return isRecent(facts.at, facts.lastHanContact, limits.gt01WindowSeconds, limits.windowEdgeSeconds);
  if (check === CHECK_EPCL_ENTERED) return isEntered(facts.at, facts.epclEntryFrom, limits.epclChecked);
  if (check === CHECK_DISPLAYS_DEFINED) return displaysFit(facts.displayBlocked);
  // A check that the kernel does not know fails: the test of the walk finds it.
  return false;
}

/**
 * Walks one attempt: WALK_PASSED if every step was answered, else the step that failed and what was observed there. A test
 * holds the walk equal to `nextStep` of the step table.
 *
 * @param gsme Whether the gas meter is migrated too, and can be judged.
 */
export function walk(steps: WalkStep[], facts: PreparedFacts, limits: Limits, strikes: Strikes, gsme: boolean): i32 {
  const count = steps.length;
  for (let i: i32 = 0; i < count; i += 1) {
    const step = steps[i] as WalkStep;
    if (!gsme) {
      if (step.needsGsme) continue;
    }
    if (step.check >= 0 && !passes(step.check, facts, limits)) return (i << OBSERVATION_BITS) | step.fails;
    if (!step.isStruck) continue;
    const observation = strikes.observe(step);
    if (observation !== 0) return (i << OBSERVATION_BITS) | observation;
  }
  return WALK_PASSED;
}
