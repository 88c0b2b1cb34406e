import type { Tally } from '../../src/exclusion/tally.ts';
import type { StepId } from '../../src/migration/steps.ts';
import type { Instant } from '../../src/time.ts';
import type { Life } from './life.ts';

/** Sees one life as it is lived: the recorder of a run's files, the story of `explain`. Numbers are the kernel's. */
export interface Observer {
  begin(entity: number, life: Life): void;
  event(at: Instant, event: number, value: number, ofModel: boolean): void;
  /** A migration attempt is about to be recorded as failed at a step with an observation (position in OBSERVATIONS). */
  failed(step: StepId, observation: number, life: Life): void;
  attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void;
  finish(end: number, endAt: Instant, tally: Tally): void;
}
