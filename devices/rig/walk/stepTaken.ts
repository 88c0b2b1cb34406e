/** The outcome of one step while it is taken, and the row that is kept of it. */
import type { Asked } from '../../../src/migration/askedCodes.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Observed } from '../../headend/observe.ts';
import type { Reading, StepTaken } from './rigRows.ts';

/** Details that a step reports while it works. */
export interface StepTold {
  why: string[];
  failed: Asked | undefined;
  readings: Reading[];
}

/** The outcome of a step. */
export interface Took {
  readonly observation: Observed;
  readonly byCheck: boolean;
  /** Replaces the reason that the step itself reported. */
  readonly why?: string | undefined;
  /** True if this side failed. */
  readonly isOurs?: boolean;
}

export function passed(why: string | undefined): Took {
  return { observation: 'answered', byCheck: false, why };
}

export function notCarriedOut(why: string): Took {
  return { observation: 'notCarriedOut', byCheck: false, why };
}

export function takenOf(of: {
  readonly at: Instant;
  readonly step: StepId;
  readonly took: Took;
  readonly told: StepTold;
}): StepTaken {
  const { at, step, took, told } = of;
  const { observation, byCheck } = took;
  const own = observation === 'answered' || byCheck || told.why.length === 0 ? undefined : told.why.join('; ');
  const why = took.why ?? own;
  const { readings } = told;
  return {
    at,
    step,
    observation,
    byCheck,
    ...(why !== undefined && { why }),
    ...(readings.length > 0 && { readings }),
  };
}
