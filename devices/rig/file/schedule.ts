/** The instants of a rig file's schedule, with defaults resolved. */
import { DAY, HOUR, parseInstant, type Instant } from '../../../src/time.ts';
import { clockOf } from './places.ts';
import type { RigDocument } from './rigFileSchema.ts';

const NOMINAL_ATTEMPTS = 5;

/** Returns the highest number of attempts. */
export function attemptsMax(document: RigDocument): number {
  return document.schedule.attempts.max ?? (clockOf(document) === 'wall' ? 1 : NOMINAL_ATTEMPTS);
}

export interface Instants {
  readonly start: Instant;
  /** The first try of the instruction; undefined if there is no instruction. */
  readonly preparation: Instant | undefined;
  readonly attempts: readonly Instant[];
}

/** Returns the instants of a nominal schedule. */
export function nominalInstants(document: RigDocument): Instants {
  const { schedule } = document;
  const start = parseInstant(schedule.start) as Instant;
  const { preparation, attempts } = schedule;
  const first = attempts.first === undefined ? start + 7 * DAY + 10 * HOUR : (parseInstant(attempts.first) as Instant);
  const step = Math.round(attempts.daysBetween * DAY);
  const at = preparation ? preparation.at : undefined;
  return {
    start,
    preparation: preparation === false ? undefined : at === undefined ? start + DAY + 9 * HOUR : parseInstant(at),
    attempts: Array.from({ length: attemptsMax(document) }, (_, i) => first + i * step),
  };
}
