import type { CheckLimits, Facts } from '../../../../src/migration/facts.ts';
import type { StepId } from '../../../../src/migration/steps.ts';
import type { PreparedFacts } from '../../../../sim/kernel/life/preparedFacts.ts';
import type { Strikes } from '../../../../sim/kernel/life/strikes.ts';
import { walk } from '../../../../sim/kernel/life/lifeWalk.ts';
import type { WalkStep } from '../../../../sim/kernel/model/groupNumbers.ts';
import type { Limits } from '../../../../sim/kernel/model/kernelLimits.ts';
import { plainStep } from '../../../../sim/kernel/model/planGroup.ts';

export interface WalkOptions {
  readonly facts: Facts;
  readonly limits: CheckLimits;
  /** Whether the gas meter is migrated too. */
  readonly gsme: boolean;
  /** The observation of a struck step, by its position; 0: answered. */
  readonly observe: (position: number) => number;
  /** Whether the kernel is told that a fault can strike the step. */
  readonly isStruck?: (step: StepId) => boolean;
}

/** The kernel's walk of these steps, with facts and effects that are given instead of drawn. */
export function kernelWalk(steps: readonly StepId[], options: WalkOptions): number {
  const { facts, limits, gsme, observe, isStruck = () => true } = options;
  const rows = steps.map((id) => Object.assign(plainStep(id), { isStruck: isStruck(id) }));
  const strikes = { observe: (step: WalkStep) => observe(rows.indexOf(step)) };
  return walk(rows, facts as PreparedFacts, limits as Limits, strikes as unknown as Strikes, gsme);
}
