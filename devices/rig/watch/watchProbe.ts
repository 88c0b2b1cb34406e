/** The interface between a watch and the code that speaks to the devices: one probe at a time. */
import type { Instant } from '../../../src/time.ts';
import type { StepRow } from '../run/stepRow.ts';
import type { LinkName } from '../walk/stepWork.ts';
import type { RecordOf } from './journalRecord.ts';
import type { Evidence } from './watchState.ts';

export interface ContactMade {
  readonly result: Exclude<RecordOf<'try'>['result'], 'missed'>;
  readonly why?: string;
  readonly evidence: readonly Evidence[];
}

export interface AttemptAsked {
  /** Its instant in the calendar. Checks judge ages at this instant. */
  readonly at: Instant;
  /** The last recorded contact of each link. */
  readonly known: Partial<Record<LinkName, Instant>>;
  /** True if the watch observed that the WAN was silent during a whole window that ends with the attempt. */
  readonly wasThere: (windowSeconds: number) => boolean;
}

export type AttemptMade = {
  readonly evidence: readonly Evidence[];
  readonly steps: readonly StepRow[];
} & (
  | Pick<RecordOf<'attempt'>, 'is' | 'outcome' | 'cause' | 'why'>
  | Pick<RecordOf<'passed'>, 'is' | 'why'>
  | Pick<RecordOf<'unknown'>, 'is' | 'why'>
);

/** Both methods resolve with undefined if the signal made the probe stop. */
export interface WatchProbe {
  contact(begunAt: Instant, signal: AbortSignal): Promise<ContactMade | undefined>;
  attempt(asked: AttemptAsked, signal: AbortSignal): Promise<AttemptMade | undefined>;
}
