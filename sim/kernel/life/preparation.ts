import { INSTRUCTION, OUTCOME_NO_WAN, OUTCOME_OK } from '../../../src/exclusion/engine/engineCodes.ts';
import { HOUR, londonDay, type Instant } from '../../../src/time.ts';
import { FOREVER } from '../../world/alternating.ts';
import type { WanLink } from '../../world/wanLink.ts';
import { workingInstant, type GroupPlan, type Model } from '../model/model.ts';
import { rangeOfFamily, type OutcomeRange } from '../model/outcomes.ts';

/** What is to be done with an installation at its next turn. */
export const GO = 0;
export const WAIT = 1;
export const STOP = 2;

/** What a process needs of the life it drives. */
export interface Turns {
  readonly model: Model;
  readonly group: GroupPlan;
  readonly wan: WanLink;
  readonly replacedAt: number;
  /** Takes all events up to an instant. */
  advance(to: Instant): void;
  /** Whether the process goes on (GO), waits for a change to come (WAIT) or is over (STOP). */
  turn(at: Instant): number;
  record(at: Instant, kind: number, outcome: number, system: boolean): void;
}

/** Synthetic codes of instructions that fail with the WAN up; one stays with the installation. */
const CODES: OutcomeRange = rangeOfFamily('preparation');

/**
 * Instructions to the SMSO (clause 4.26) until firmware and configuration are done: each a series of tries over the link
 * as it is, each try that gets through advancing a job that is never begun anew. Answers the first fractional day for
 * a migration attempt, or FOREVER.
 *
 * @param position Of the installation in its population: it decides which code its failed instructions carry.
 */
export function prepare(life: Turns, position: number, firstDay: number): number {
  const { model, group } = life;
  const preparation = group.process.preparation as NonNullable<GroupPlan['process']['preparation']>;
  const { triesPerInstruction, hoursBetweenTries, contactsNeeded, daysBetweenInstructions } = preparation;
  const end = Math.min(model.horizon + 1, life.replacedAt);
  let day = firstDay;
  let contacts = 0;
  for (let made = 0; made < preparation.instructionsMax;) {
    const first = workingInstant(day);
    if (first >= end) return FOREVER;
    life.advance(first);
    const turn = life.turn(first);
    if (turn === STOP) return FOREVER;
    if (turn === WAIT) {
      day += daysBetweenInstructions;
      continue;
    }
    let at = first;
    let reached = false;
    for (let k = 0; k < triesPerInstruction && contacts < contactsNeeded; k += 1) {
      at = Math.floor(first + k * hoursBetweenTries * HOUR);
      reached = life.wan.reaches(at);
      if (reached) contacts += 1;
    }
    if (at >= end) return FOREVER;
    life.advance(at);
    made += 1;
    const hour = day - Math.floor(day);
    if (contacts >= contactsNeeded) {
      life.record(at, INSTRUCTION, OUTCOME_OK, false);
      return londonDay(at) + preparation.daysToFirstAttempt + hour;
    }
    // What the record carries is how the last try ended.
    life.record(at, INSTRUCTION, reached ? CODES.first + (position % CODES.size) : OUTCOME_NO_WAN, false);
    day = londonDay(at) + hour + daysBetweenInstructions;
  }
  return FOREVER;
}
