/** A planned event: what happens at which instant, and what the world does to it. */
import type { Effect } from '../../../src/migration/observations.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { SilenceChoice } from '../../link/realise.ts';
import type { ScriptedFault } from '../../transport/faultScript.ts';

/** An effect that strikes one step of an attempt. */
export interface PlannedEffect extends SilenceChoice {
  readonly step: StepId;
  readonly effect: Effect;
}

/**
 * Faults of single frames. Frames are counted within the named step, or within the whole attempt if no step is named.
 */
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
      /** Selects the code of a failure within its family. */
      readonly pick: number;
      /** The hub cannot be reached during the whole attempt. */
      readonly wanDown?: true;
      readonly effect?: PlannedEffect;
      readonly frames?: readonly PlannedFrames[];
    }
  | {
      readonly kind: 'instruction';
      /** The instant of the first try. */
      readonly at: Instant;
      readonly secondsBetweenTries: number;
      /** For each try: true if it gets through to the hub. */
      readonly reached: readonly boolean[];
      readonly pick: number;
    };

export type PlannedAttempt = Extract<PlannedEvent, { kind: 'attempt' }>;
