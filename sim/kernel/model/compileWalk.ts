import { CHECKS } from '../../../src/migration/checks.ts';
import type { CheckLimits, Facts } from '../../../src/migration/facts.ts';
import { OBSERVATIONS } from '../../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../../src/migration/steps.ts';

/** Asked once for each step that a fault may strike, in the order of the walk; 0 is `answered`. */
export interface StepEffects {
  observe(step: number): number;
}

export const NOTHING_STRIKES: StepEffects = { observe: () => 0 };

/**
 * Walks one attempt: -1 when every step was answered, else step position * 16 + observation. Check functions are those
 * of the table; the walk only unrolls the loop over it.
 */
export type CompiledWalk = (facts: Facts, limits: CheckLimits, effects: StepEffects, gsme: boolean) => number;

export const WALK_PASSED = -1;
export const OBSERVATION_BITS = 4;

/** What the walk does at one step, as numbers and the check's own function. */
interface WalkStep {
  readonly passes: ((facts: Facts, limits: CheckLimits) => boolean) | null;
  /** What the walk returns when the check fails. */
  readonly fails: number;
  /** Whether a fault of the group can strike the step; the others are not asked. */
  readonly isStruck: boolean;
  readonly needsGsme: boolean;
}

/**
 * The walk of a group as a loop over the rows of the step table. Check functions are those of the table. A test holds the
 * loop equal to `nextStep`.
 *
 * @param struck Whether any fault of the group can strike the step.
 */
export function compileWalk(steps: readonly StepId[], struck: (step: StepId) => boolean): CompiledWalk {
  const rows = steps.map((id, position): WalkStep => {
    const { check, needsGsme } = STEPS[id];
    return {
      passes: check === undefined ? null : CHECKS[check].passes,
      fails: check === undefined ? 0 : (position << OBSERVATION_BITS) | OBSERVATIONS.indexOf(CHECKS[check].fails),
      isStruck: struck(id),
      needsGsme: needsGsme === true,
    };
  });
  return (facts, limits, effects, gsme) => {
    for (let position = 0; position < rows.length; position += 1) {
      const { passes, fails, isStruck, needsGsme } = rows[position] as WalkStep;
      if (needsGsme && !gsme) continue;
      if (passes !== null && !passes(facts, limits)) return fails;
      if (!isStruck) continue;
      const observation = effects.observe(position);
      if (observation !== 0) return (position << OBSERVATION_BITS) | observation;
    }
    return WALK_PASSED;
  };
}
