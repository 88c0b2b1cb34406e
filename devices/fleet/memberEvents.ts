/**
 * The calendar of one installation of a fleet: contacts, the instruction, attempts. Its times follow from the seed, the
 * group and the position alone. What the links do is decided when an event begins, because it may begin late.
 */
import { DAY, londonDay, type Instant } from '../../src/time.ts';
import { workingInstant } from '../../src/londonTime.ts';
import type { Stream } from '../../sim/world/dice/draws.ts';
import { normalQuantile } from '../../sim/world/dice/normal.ts';
import { first, second, words } from '../../sim/world/dice/draws.ts';
import type { PlannedAttempt, PlannedEvent } from '../rig/bench/plannedEvent.ts';
import { plannedAttempt } from '../rig/run/rigEvents.ts';
import { USUAL_PREPARATION, type RigDocument } from '../rig/file/rigFileSchema.ts';
import type { MemberLinks } from './fleetLinks.ts';
import type { AttemptsDocument, FleetGroup } from './fleetSchema.ts';
import type { ContactPlan } from './fleetSetup.ts';

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
/** An event whose effects are set when it begins. */
export type DueEvent = Writable<PlannedEvent>;
type DueAttempt = Writable<PlannedAttempt>;

export interface MemberCalendar {
  readonly start: Instant;
  /** Nothing is due after this instant. */
  readonly end: Instant;
  readonly contact: ContactPlan;
  readonly preparation: FleetGroup['preparation'];
  readonly attempts: AttemptsDocument;
  /** False if whoever lacks the Master Key makes no attempt. */
  readonly isAttempted: boolean;
  readonly faults: RigDocument['faults'];
  readonly links: MemberLinks;
  /** The dice of the schedule, and the position in them. */
  readonly dice: { readonly turn: () => Stream; readonly position: number };
}

/** Indices of the draws of one installation. Draws of codes follow the number of the attempt. */
const DRAW_TIMES = 0;
const DRAW_CODES = 1;
const DRAW_LATENCY = 1 << 20;
const PICKS = 1024;

/** One way of a frame of an installation, in milliseconds: half of its own round trip. */
export function latencyOf(
  latency: { readonly millisecondsMedian: number; readonly sigma: number } | undefined,
  { dice }: Pick<MemberCalendar, 'dice'>,
): number | undefined {
  if (latency === undefined) return undefined;
  const normal = normalQuantile(dice.turn().uniform(dice.position, DRAW_LATENCY));
  return (latency.millisecondsMedian * Math.exp(latency.sigma * normal)) / 2;
}

interface Times {
  readonly contact: number;
  readonly attempt: number;
  readonly instruction: number;
}

/** Uniforms of the times of one installation. */
function timesOf({ dice }: MemberCalendar): Times {
  dice.turn().draw(dice.position, DRAW_TIMES);
  const [contact, other] = [first(), second()];
  // One word serves two times: its upper half spreads attempts, its lower half the instructions.
  const scaled = other * 65_536;
  return { contact, attempt: scaled / 65_536, instruction: scaled - Math.floor(scaled) };
}

/** Every event of an installation in the order of its instants. At the same instant the contact comes first. */
export function* memberEvents(calendar: MemberCalendar): Generator<DueEvent, void, void> {
  const times = timesOf(calendar);
  const sources = [contacts(calendar, times), instructions(calendar, times), attempts(calendar, times)] as const;
  const next = sources.map((source) => source.next());
  for (;;) {
    let earliest = -1;
    for (const [i, { done, value }] of next.entries()) {
      if (done || value === undefined) continue;
      const best = earliest < 0 ? undefined : next[earliest]?.value;
      if (best === undefined || value.at < best.at) earliest = i;
    }
    if (earliest < 0) return;
    yield next[earliest]?.value as DueEvent;
    next[earliest] = (sources[earliest] as (typeof sources)[0]).next();
  }
}

type Source = Generator<DueEvent, undefined, void>;

function* contacts({ start, end, contact }: MemberCalendar, times: Times): Source {
  const { everySeconds, windowSeconds, tries, retrySeconds } = contact;
  const offset = Math.floor(times.contact * Math.min(windowSeconds, everySeconds));
  for (let tick = start + offset; tick <= end; tick += everySeconds) {
    for (let k = 0; k < tries; k += 1) {
      const at = Math.floor(tick + k * retrySeconds);
      // The next contact takes the place of a try that would come after it.
      if (at > end || (k > 0 && at >= tick + everySeconds)) break;
      const event: DueEvent = { kind: 'contact', at, reached: false };
      yield event;
      // An event that was missed has not been decided, and the next try is made.
      if (event.reached) break;
    }
  }
  return undefined;
}

function* instructions({ start, end, preparation }: MemberCalendar, times: Times): Source {
  if (preparation === false) return undefined;
  const { firstDay, overDays, tries, hoursBetweenTries } = preparation;
  const at = spread(start, firstDay + times.instruction * overDays, overDays >= 1);
  const secondsBetweenTries = Math.round(hoursBetweenTries * 3600);
  const reached = Array.from({ length: tries }, () => true);
  if (at <= end) yield { kind: 'instruction', at, secondsBetweenTries, reached, pick: 0 };
  return undefined;
}

function* attempts(calendar: MemberCalendar, times: Times): Source {
  const { start, end, isAttempted } = calendar;
  const { firstDay, overDays, daysBetween, max = Infinity, esmeOnly } = calendar.attempts;
  const keepsHours = Number.isInteger(daysBetween);
  for (let number = 1; isAttempted && number <= max; number += 1) {
    const day = firstDay + times.attempt * overDays + (number - 1) * daysBetween;
    const at = spread(start, day, keepsHours);
    if (at > end) break;
    yield { kind: 'attempt', at, esmeOnly, pick: 0 };
  }
  return undefined;
}

/** The instant so many days after the start: between 08:00 and 18:00 London time, or exactly. */
function spread(start: Instant, days: number, keepsHours: boolean): Instant {
  if (!keepsHours) return Math.floor(start + days * DAY);
  const at = workingInstant(londonDay(start) + days);
  return at < start ? Math.floor(start + days * DAY) : at;
}

/** Sets what the links do to an event that begins at `at`. `number` counts attempts from 1. */
export function decide(event: DueEvent, calendar: MemberCalendar, of: { at: Instant; number: number }): void {
  const { links, faults, attempts: plan, dice } = calendar;
  const { at, number } = of;
  switch (event.kind) {
    case 'contact':
      event.reached = links.reaches(at);
      return;
    case 'instruction':
      event.reached = event.reached.map((_, i) => links.reaches(at + i * event.secondsBetweenTries));
      return;
    case 'attempt': {
      const planned = plannedAttempt({ faults, esmeOnly: plan.esmeOnly, number, at, isWanDown: !links.isWanUp(at) });
      dice.turn().draw(dice.position, DRAW_CODES + number);
      const drawn = ((words[0] as number) >>> 0) % PICKS;
      Object.assign(event, planned, {
        at: event.at,
        pick: planned.effect ? planned.pick : drawn,
      } satisfies Partial<DueAttempt>);
    }
  }
}

/** The instruction of a rig file as the calendar of a fleet has it; false for none. */
export function instructionOf({ schedule: { preparation } }: RigDocument): FleetGroup['preparation'] {
  if (!preparation) return false;
  const { at: _at, failedTries: _failed, firmware: _firmware, ...rest } = { ...USUAL_PREPARATION, ...preparation };
  return { ...rest, firstDay: 0, overDays: 0 };
}
