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

function* idleOutages({ sharedOutages, from, horizon }: Scenario): Iterable<Fault> {
  const [first, last] = [startOfLondonDate(from), endOfLondonDate(horizon)];
  for (const [name, outage] of Object.entries(sharedOutages)) {
    for (const [i, row] of outage.dated.entries()) {
      const [begins, ends] = datedPair(row);
      if (begins > last || ends <= first)
        yield {
          path: ['sharedOutages', name, 'dated', i, 'from'],
          expected: `days within the simulation, ${from} to ${horizon}: this outage changes nothing`,
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
    const inside = plannedPairs(planned, first, last).filter(([at, end]) => end > first && at <= last);
    if (inside.length === 0)
      yield { path, found: 'no window', expected: `a window from ${from} to ${horizon}: this plan changes nothing` };
    else if (planned.acts === 'system' && !inside.some(([at, end]) => meetsRequests(at, end)))
      yield {
        path: [...path, 'hour'],
        expected: `a window that meets requests: DCC makes them from ${clock(ATTEMPT_FROM_SECONDS)} to ${clock(ATTEMPT_FROM_SECONDS + ATTEMPT_SPAN_SECONDS)} London time, so that this plan changes nothing`,
        mend: "Let it begin by day, or say acts: wan if the SMSO's contacts are meant.",
      };
  }
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
