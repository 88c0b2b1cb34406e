/** Rows that a rig keeps of its work, besides the attempts themselves. */
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

/** The outcome of one step of an attempt. */
export interface StepTaken {
  /** The attempt's scheduled instant. */
  readonly at: Instant;
  readonly step: StepId;
  readonly observation: Observed;
  /** True if the check on facts ended the attempt before anything was sent. */
  readonly byCheck: boolean;
  /** The reason why the step was not carried out, failed, or passed although nobody answered. */
  readonly why?: string;
  /** Values that were read from the devices in this step. */
  readonly readings?: readonly Reading[];
}

/** A value that a device gave. */
export interface Reading {
  readonly device: DeviceName;
  /** An OBIS code, or the device's own name for the object if a driver reads it. */
  readonly object: string;
  /** Null if a driver reads. */
  readonly attribute: number | null;
  readonly value: string;
  readonly unit: string | null;
}

/** What came of one event of a rig. */
export interface RowsTaken {
  /** Its record; undefined for a contact, and for an event that was not carried out. */
  readonly attempt: Attempt | undefined;
  readonly undone: Undone | undefined;
  readonly contacts: readonly Contact[];
  readonly steps: readonly StepTaken[];
}

/** An event that could not be carried out. It is no attempt and leaves no record. */
export interface Undone {
  readonly at: Instant;
  readonly kind: Attempt['kind'];
  readonly why: string;
}
