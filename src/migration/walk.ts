import { CHECKS } from './checks.ts';
import type { CheckLimits, Facts } from './facts.ts';
import type { Observation } from './observations.ts';
import { STEPS, type CodeOf, type StepId } from './steps.ts';

/** Where an attempt stands: the steps it will take, and the next one. Resumable; the rig awaits between steps. */
export interface WalkState {
  readonly steps: readonly StepId[];
  readonly position: number;
  readonly esmeOnly: boolean;
}

/** The end of an attempt: migrated, or a step's failure. */
export type WalkEnd =
  | { readonly end: 'ok' | 'ok-esme' }
  | { readonly end: 'failed'; readonly step: StepId; readonly observation: Observation; readonly code: CodeOf };

/** Begins an attempt: steps that need a GSME drop out where there is none, or when the ESME migrates alone. */
export function beginWalk(steps: readonly StepId[], options: { hasGsme: boolean; esmeOnly: boolean }): WalkState {
  const gsme = options.hasGsme && !options.esmeOnly;
  return { steps: steps.filter((id) => gsme || !STEPS[id].needsGsme), position: 0, esmeOnly: options.esmeOnly };
}

/** The step to take now; undefined when all are passed. */
export function currentStep(state: WalkState): StepId | undefined {
  return state.steps[state.position];
}

/** What the facts say of a step's check: `answered` where it passes or has none. */
export function checkStep(step: StepId, facts: Facts, limits: CheckLimits): Observation {
  const id = STEPS[step].check;
  if (id === undefined) return 'answered';
  return CHECKS[id].passes(facts, limits) ? 'answered' : CHECKS[id].fails;
}

/** `next(state, observation) -> step | end`. An observation that the step's row lacks is refused, loudly. */
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
