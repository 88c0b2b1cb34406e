/** What a plan says: what happens at which instant, and what the world does to it. */
import type { Effect } from '../../../src/migration/observations.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { SilenceChoice } from '../../link/realise.ts';
import type { ScriptedFault } from '../../transport/faultScript.ts';

/** What strikes one step of an attempt. */
export interface PlannedEffect extends SilenceChoice {
  readonly step: StepId;
  readonly effect: Effect;
}

/** Faults of single frames, counted within a step, or within the whole attempt where none is named. */
export interface PlannedFrames {
  readonly step?: StepId;
  readonly faults: readonly ScriptedFault[];
}

export type PlannedEvent =
  /** A scheduled contact of the SMSO with the hub. */
  | { readonly kind: 'contact'; readonly at: Instant; readonly reached: boolean }
  | {
      readonly kind: 'attempt';
      readonly at: Instant;
      readonly esmeOnly: boolean;
      /** Which code of its family a failure carries. */
      readonly pick: number;
      /** The hub cannot be reached throughout. */
      readonly wanDown?: true;
      readonly effect?: PlannedEffect;
      readonly frames?: readonly PlannedFrames[];
    }
  | {
      readonly kind: 'instruction';
      /** The first try. */
      readonly at: Instant;
      readonly secondsBetweenTries: number;
      /** Whether each try gets through to the hub. */
      readonly reached: readonly boolean[];
      readonly pick: number;
    };

export type PlannedAttempt = Extract<PlannedEvent, { kind: 'attempt' }>;
