/** What the journal of a watch must be, whatever happened to its processes, its link and its clock. */
import { expect } from 'vitest';
import { formatInstant, instant, type Instant } from '../../../../src/time.ts';
import { WatchState } from '../../../../devices/rig/watch/watchState.ts';
import type { World } from './world.ts';

const HOUR_MS = 3_600_000;

/** Mondays 10:00 in London and every day 01:00 UTC, from one instant to another: by the calendar of ICU, hour by hour. */
function expectedSlots(from: Instant, to: Instant): { readonly attempts: Instant[]; readonly contacts: Instant[] } {
  const london = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
  const attempts: Instant[] = [];
  const contacts: Instant[] = [];
  for (let ms = Math.ceil((from * 1000) / HOUR_MS) * HOUR_MS; ms <= to * 1000; ms += HOUR_MS) {
    const date = new Date(ms);
    if (/^Mon,? 10:00$/.test(london.format(date))) attempts.push(ms / 1000);
    if (date.getUTCHours() === 1) contacts.push(ms / 1000);
  }
  return { attempts, contacts };
}

export interface Held {
  readonly device: number;
  readonly system: number;
  readonly passed: number;
  readonly missedTries: number;
  readonly torn: boolean;
}

/** Holds a world's disk to its laws, the calendar being over. Gives what there was, for who wants to know whether anything was. */
export function holdJournal(world: World, end: Instant): Held {
  const journal = world.journal();
  const state = new WatchState(journal.records);
  const start = state.pieces[0]!.from;
  const { attempts, contacts } = expectedSlots(start, end);

  // Every instant of the calendar once, and no other; in order.
  expect(state.settled.map(({ at }) => instant(at))).toEqual(attempts);
  expect([...new Set(state.tries.map(({ slot }) => slot))]).toEqual(contacts);
  for (const slot of contacts) {
    const tries = state.tries.filter((one) => one.slot === slot);
    expect(tries.map(({ number }) => number)).toEqual(tries.map((_, i) => i + 1));
    expect(tries.slice(0, -1).every(({ result }) => result !== 'answered')).toBe(true);
    expect(tries.at(-1)!.result === 'answered' || tries.length === 3).toBe(true);
  }

  // What stands there happened: a probe was made, and found just that.
  const completed = world.calls.filter(({ isCompleted }) => isCompleted);
  for (const settled of state.settled) {
    const made = completed.filter(({ slot }) => slot === instant(settled.at)).at(-1);
    if (settled.is === 'passed') expect(made?.result).toBe('up');
    else if (settled.is === 'attempt' && settled.cause === 'device') expect(made?.result).toBe('down');
    else if (settled.is === 'attempt') expect(made?.result).toBe('ours');
    else if (settled.is === 'missed') expect(settled.outcome).toMatch(/^SYN-SY/);
    // No probe stands for an instant that was long past.
    if (settled.is !== 'missed') expect(made!.begunAt).toBeLessThanOrEqual(instant(settled.at) + 3600);
  }
  // Whatever was begun was written down before.
  for (const slot of attempts) {
    const begun = journal.records.filter((one) => one.is === 'began' && instant(one.at) === slot).length;
    expect(world.calls.filter((call) => call.slot === slot).length).toBeLessThanOrEqual(begun);
  }
  for (const { at, result, dueAt } of state.tries) {
    if (result === 'missed') continue;
    expect(at).toBeLessThanOrEqual(dueAt + 3600);
    const found = { answered: 'up', silent: 'down', ours: 'ours' }[result];
    expect(completed.some((call) => call.kind === 'contact' && call.begunAt === at && call.result === found)).toBe(
      true,
    );
  }

  // What was missed could not have been made: nobody was up, on a clock that ran, from its instant until it was too late.
  const writtenAt = (parts: readonly string[]): number => {
    const line = new RegExp(`${parts.join('[^\\n]*')}[^\\n]*\\n`);
    return world.disk.log.find(({ text }) => line.test(text))!.at;
  };
  const couldBeMade = (dueAt: Instant, lateSeconds: number, recordedAt: number): boolean =>
    world.stretches.some(({ from, to, endedAt }) => from <= dueAt && to > dueAt + lateSeconds && endedAt <= recordedAt);
  for (const settled of state.settled) {
    if (settled.is !== 'missed') continue;
    const { at, why } = settled;
    const recordedAt = writtenAt(['"is":"missed"', `"at":"${at}"`]);
    // Or it was begun, and its process died under it, twice or until it was too late.
    const begun = journal.records.filter((one) => one.is === 'began' && one.at === at).length;
    expect({ at, isBroken: why.includes('broke off') }).toEqual({ at, isBroken: begun > 0 });
    if (begun >= 2) continue;
    expect({ at, couldBeMade: couldBeMade(instant(at), 3600, recordedAt) }).toEqual({ at, couldBeMade: false });
  }
  for (const { slot, number, dueAt, result } of state.tries) {
    if (result !== 'missed') continue;
    const at = formatInstant(slot);
    const recordedAt = writtenAt(['"is":"try"', `"slot":"${at}","number":${number},`, '"missed"']);
    expect({ at, number, couldBeMade: couldBeMade(dueAt, 3600, recordedAt) }).toEqual({
      at,
      number,
      couldBeMade: false,
    });
  }
  // Only a watch that listened throughout may say that there was silence.
  for (const { wasThere, slot } of world.calls) {
    if (!wasThere || slot === undefined) continue;
    const within = state.tries.filter(({ dueAt }) => dueAt > slot - 7 * 86_400 && dueAt <= slot);
    expect(within.every(({ result }) => result === 'silent' || result === 'answered')).toBe(true);
    expect(start).toBeLessThanOrEqual(slot - 7 * 86_400);
  }
  return {
    device: state.settled.filter((one) => one.is === 'attempt' && one.cause === 'device').length,
    system: state.settled.filter((one) => one.is === 'missed' || (one.is === 'attempt' && one.cause === 'system'))
      .length,
    passed: state.settled.filter(({ is }) => is === 'passed').length,
    missedTries: state.tries.filter(({ result }) => result === 'missed').length,
    torn: journal.tornBytes > 0,
  };
}
