/** Determines the next task of a watch, and whether it is too late for it. */
import type { Instant } from '../../../src/time.ts';
import { lateSecondsOf } from '../file/watchCalendar.ts';
import { scheduleAt, type WatchState } from './watchState.ts';

/** The next task of a watch: a contact or an attempt, with its slot on the calendar and its permitted lateness. */
export type Due =
  | {
      readonly kind: 'contact';
      readonly slot: Instant;
      /** Number of the try, from 1. */
      readonly number: number;
      readonly tries: number;
      readonly at: Instant;
      readonly lateSeconds: number;
    }
  | {
      readonly kind: 'attempt';
      readonly at: Instant;
      readonly lateSeconds: number;
      /**
       * `begun`: how often the attempt was started without being finished. `deaths`: how often the process died during
       * it.
       */
      readonly begun: number;
      readonly deaths: number;
    };

/**
 * Returns the next probe by time, or the reason why the watch is over. A contact precedes an attempt of the same
 * instant.
 */
export function nextDue(state: WatchState): Due | { readonly over: string } {
  if (state.ended) return { over: state.ended.why };
  if (state.isMigrated) return { over: 'the attempt migrated the installation' };
  const { schedule } = state;
  if (schedule.stopAtPass && state.settled.at(-1)?.is === 'passed') return { over: 'an attempt found nothing wrong' };
  const { max } = schedule.attempt;
  if (max !== undefined && state.settled.length >= max) return { over: `all ${max} attempts are settled` };
  const attempt = attemptDue(state);
  const contact = contactDue(state);
  if (attempt === undefined && contact === undefined)
    return { over: `nothing is due until ${schedule.until ?? '2037'}` };
  if (attempt === undefined) return contact as Due;
  return contact !== undefined && contact.at <= attempt.at ? contact : attempt;
}

function attemptDue(state: WatchState): Due | undefined {
  const { underWay } = state;
  // An attempt under way is not settled, so it is still the next one.
  const slot = state.nextSlot('attempt');
  if (slot === undefined) return undefined;
  return {
    kind: 'attempt',
    at: slot.at,
    lateSeconds: lateSecondsOf(slot.schedule, 'attempt'),
    begun: underWay?.times ?? 0,
    deaths: underWay ? underWay.times - underWay.letGo : 0,
  };
}

function contactDue(state: WatchState): Due | undefined {
  const open = state.openContact;
  const slot = open ? { at: open.slot, schedule: scheduleAt(state.pieces, open.slot) } : state.nextSlot('contact');
  if (slot === undefined) return undefined;
  const { tries, secondsBetweenTries } = slot.schedule.contact;
  const number = (open?.number ?? 0) + 1;
  const at = slot.at + (number - 1) * secondsBetweenTries;
  return { kind: 'contact', slot: slot.at, number, tries, at, lateSeconds: lateSecondsOf(slot.schedule, 'contact') };
}

/** True if it is too late. A probe may still be made in the last second of its lateness. */
export function isTooLate({ at, lateSeconds }: Due, now: Instant): boolean {
  return now > at + lateSeconds;
}

/**
 * True if the watch can say that the WAN was silent during a whole window: it ran at every instant at which the hub was
 * due to be called, and called it. The watch cannot know what it missed. With `isKnownBefore`, the user vouches for the
 * time before the watch began.
 */
export function wasThere(
  state: WatchState,
  window: { readonly from: Instant; readonly to: Instant; readonly isKnownBefore: boolean },
): boolean {
  const { from, to, isKnownBefore } = window;
  const begun = state.pieces[0]?.from ?? Infinity;
  if (!isKnownBefore && begun > from) return false;
  const { pieces } = state;
  const isGap = pieces.some(({ to: ended = Infinity }, i) => {
    const next = pieces[i + 1]?.from ?? Infinity;
    return ended < next && ended < to && next > from;
  });
  if (isGap) return false;
  return state.tries.every(
    ({ dueAt, result }) => dueAt <= from || dueAt > to || result === 'silent' || result === 'answered',
  );
}
