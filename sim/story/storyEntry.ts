import type { Attempt, HistoryEvent } from '../../src/migration/history.ts';
import type { Instant } from '../../src/time.ts';
import type { AttemptTold } from './storyCauses.ts';
import type { Instructed } from './storyInstructions.ts';

/** One event of a life. A story lists its entries in time order. */
export type StoryEntry =
  | { readonly type: 'instruction'; readonly attempt: Attempt; readonly instructed: Instructed }
  | { readonly type: 'migration'; readonly attempt: Attempt; readonly told: AttemptTold }
  | { readonly type: 'event'; readonly event: HistoryEvent; readonly ofModel: boolean };

export function instantOf(entry: StoryEntry): Instant {
  return entry.type === 'event' ? entry.event.at : entry.attempt.at;
}
