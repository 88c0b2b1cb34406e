/** What a watch asks of whoever speaks to the devices, and what it is told: one probe at a time. */
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
  /** Its instant in the calendar: the one that checks judge ages at. */
  readonly at: Instant;
  /** When each link last carried something, by what is on record. */
  readonly known: Partial<Record<LinkName, Instant>>;
  /** Whether the watch was there to see that the WAN was silent throughout a window that ends with the attempt. */
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

/** Each resolves with undefined where the signal made it let go. */
export interface WatchProbe {
  contact(begunAt: Instant, signal: AbortSignal): Promise<ContactMade | undefined>;
  attempt(asked: AttemptAsked, signal: AbortSignal): Promise<AttemptMade | undefined>;
}
