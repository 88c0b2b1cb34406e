/** What a rig keeps of what it did, beside the attempts themselves. */
import type { Attempt } from '../../../src/migration/history.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Observed } from '../../headend/observe.ts';
import type { DeviceName } from '../../headend/procedure.ts';

export type LinkName = 'wan' | 'han';

/** A row of the `contacts` record, without its subject. */
export interface Contact {
  readonly at: Instant;
  readonly link: LinkName;
}

/** What a step of an attempt came to. */
export interface StepTaken {
  /** The attempt's scheduled instant. */
  readonly at: Instant;
  readonly step: StepId;
  readonly observation: Observed;
  /** Whether the check on facts ended it before anything was sent. */
  readonly byCheck: boolean;
  /** Why it was not carried out, why it failed, or why it passes although nobody answered. */
  readonly why?: string;
  /** What was read of the devices in the step. */
  readonly readings?: readonly Reading[];
}

/** A value that a device gave. */
export interface Reading {
  readonly device: DeviceName;
  /** An OBIS code, or the device's own name for it where a driver reads. */
  readonly object: string;
  /** Null where a driver reads. */
  readonly attribute: number | null;
  readonly value: string;
  readonly unit: string | null;
}

/** What could not be carried out: it is no attempt, and leaves no record. */
export interface Undone {
  readonly at: Instant;
  readonly kind: Attempt['kind'];
  readonly why: string;
}
