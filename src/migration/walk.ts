import { CHECKS } from './checks.ts';
import type { CheckLimits, Facts } from './facts.ts';
import type { Observation } from './observations.ts';
import { STEPS, type CodeOf, type StepId } from './steps.ts';

/**
 * The state of an attempt: the steps it will take, and the next one. It can be resumed; the rig awaits between steps.
 */
export interface WalkState {
  readonly steps: readonly StepId[];
  readonly position: number;
  readonly esmeOnly: boolean;
}

/** The end of an attempt: the migration, or the failure of a step. */
export type WalkEnd =
  | { readonly end: 'ok' | 'ok-esme' }
  | { readonly end: 'failed'; readonly step: StepId; readonly observation: Observation; readonly code: CodeOf };

/** Begins an attempt. Steps that need a GSME are left out if there is no GSME or the ESME migrates alone. */
export function beginWalk(steps: readonly StepId[], options: { hasGsme: boolean; esmeOnly: boolean }): WalkState {
  const gsme = options.hasGsme && !options.esmeOnly;
  return { steps: steps.filter((id) => gsme || !STEPS[id].needsGsme), position: 0, esmeOnly: options.esmeOnly };
}

/** The step to take now; undefined if all have passed. */
export function currentStep(state: WalkState): StepId | undefined {
  return state.steps[state.position];
}

/** The observation that a step's check makes from the facts: `answered` if the check passes or the step has none. */
export function checkStep(step: StepId, facts: Facts, limits: CheckLimits): Observation {
  const id = STEPS[step].check;
  if (id === undefined) return 'answered';
  return CHECKS[id].passes(facts, limits) ? 'answered' : CHECKS[id].fails;
}

/**
 * Returns the state after an observation, or the end of the attempt.
 * @throws if the step's row has no such observation
 */
export function nextStep(state: WalkState, observation: Observation): WalkState | WalkEnd {
  const step = currentStep(state);
  if (step === undefined) throw new Error('the walk has ended');
  if (observation === 'answered') {
    const position = state.position + 1;
    if (position === state.steps.length) return { end: state.esmeOnly ? 'ok-esme' : 'ok' };
    return { ...state, position };
  }
  const code = STEPS[step].codes[observation];
  if (!code) throw new Error(`step ${step} has no code for the observation ${observation}`);
  return { end: 'failed', step, observation, code };
}
