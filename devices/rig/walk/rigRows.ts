/** What a rig keeps of what it did, beside the attempts themselves. */
import type { Attempt } from '../../../src/migration/history.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Observed } from '../../headend/observe.ts';
import type { LinkName } from './stepWork.ts';

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
  /** Why it was not carried out, or why it passes although nobody answered; of such a step alone. */
  readonly why?: string;
}

/** What could not be carried out: it is no attempt, and leaves no record. */
export interface Undone {
  readonly at: Instant;
  readonly kind: Attempt['kind'];
  readonly why: string;
}
