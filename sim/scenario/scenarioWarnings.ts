import { ATTEMPT_FROM_SECONDS, ATTEMPT_SPAN_SECONDS } from '../../src/londonTime.ts';
import { DAY, endOfLondonDate, HOUR, londonInstant, startOfLondonDate } from '../../src/time.ts';
import { datedPair, plannedPairs } from './datedSpans.ts';
import type { Scenario } from './schema.ts';
import type { Fault } from './numberChecks.ts';

/**
 * Finds values that are allowed and change nothing, although their author will expect a change. Each is a warning;
 * `scenario check --strict` refuses it.
 */
export function scenarioWarnings(scenario: Scenario): readonly Fault[] {
  return [...idleOutages(scenario), ...idleWindows(scenario)];
}

/** A plan without a first day has windows before the simulation too; here it is enough to find one of them. */
const MONTHS_BEFORE = 100 * DAY;

function* idleOutages({ sharedOutages, from, horizon }: Scenario): Iterable<Fault> {
  const [first, last] = [startOfLondonDate(from), endOfLondonDate(horizon)];
  for (const [name, outage] of Object.entries(sharedOutages)) {
    for (const [i, row] of outage.dated.entries()) {
      const [begins, ends] = datedPair(row);
      if (begins > last || ends <= first)
        yield {
          path: ['sharedOutages', name, 'dated', i, 'from'],
          expected: `days within the simulation, ${from} to ${horizon}: this outage ${whatOfIt(outage.acts, begins, first)}`,
        };
    }
    if (outage.dated.length === 0 && outage.perYear === 0)
      yield {
        path: ['sharedOutages', name],
        found: 'no dated outage and no rate',
        expected: 'dated or perYear: it has no outage',
      };
  }
}

/** Finds windows in which DCC's systems are down while no request would be made anyway. */
function* idleWindows({ plannedMaintenance, from, horizon }: Scenario): Iterable<Fault> {
  for (const [name, planned] of Object.entries(plannedMaintenance)) {
    const path = ['plannedMaintenance', name];
    const [first, last] = [startOfLondonDate(from), endOfLondonDate(horizon)];
    const pairs = plannedPairs(planned, first - MONTHS_BEFORE, last);
    const inside = pairs.filter(([at, end]) => end > first && at <= last);
    if (inside.length === 0)
      yield {
        path,
        found: 'no window',
        expected: `a window from ${from} to ${horizon}: this plan ${whatOfIt(planned.acts, pairs[0]?.[0] ?? last + 1, first)}`,
      };
    else if (planned.acts === 'system' && !inside.some(([at, end]) => meetsRequests(at, end)))
      yield {
        path: [...path, 'hour'],
        expected: `a window that meets requests: DCC makes them from ${clock(ATTEMPT_FROM_SECONDS)} to ${clock(ATTEMPT_FROM_SECONDS + ATTEMPT_SPAN_SECONDS)} London time, so that this plan changes nothing`,
        mend: "Let it begin by day, or say acts: wan if the SMSO's contacts are meant.",
      };
  }
}

/** What becomes of an outage outside the simulation. One that was over before it began has left the WAN without contacts. */
function whatOfIt(acts: 'wan' | 'system', begins: number, first: number): string {
  const isBefore = acts === 'wan' && begins < first;
  return isBefore ? 'only makes the contacts older that the first attempts look back on' : 'changes nothing';
}

const clock = (seconds: number): string => `${String(Math.floor(seconds / HOUR)).padStart(2, '0')}:00`;

/** True if requests are made at some instant of a window. The window lasts at most a day. */
function meetsRequests(from: number, to: number): boolean {
  for (let day = Math.floor(from / DAY) - 1; day <= Math.floor(to / DAY); day += 1) {
    const opens = londonInstant(day, ATTEMPT_FROM_SECONDS);
    const closes = londonInstant(day, ATTEMPT_FROM_SECONDS + ATTEMPT_SPAN_SECONDS);
    if (from < closes && to > opens) return true;
  }
  return false;
}
