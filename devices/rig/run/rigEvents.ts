/** The events of a rig file: its nominal calendar with outages and faults, or the events to carry out now. */
import { DAY, HOUR, parseInstant, type Instant } from '../../../src/time.ts';
import type { ScriptedFault } from '../../transport/faultScript.ts';
import type { PlannedAttempt, PlannedEvent, PlannedFrames } from '../bench/plannedEvent.ts';
import type { FrameFaultDocument } from '../file/rigFaultSchema.ts';
import { USUAL_PREPARATION, type RigDocument } from '../file/rigFileSchema.ts';
import { attemptsMax, nominalInstants } from '../file/schedule.ts';

interface Outage {
  readonly from: Instant;
  readonly to: Instant;
}

/** Returns a function that is true if the file's outages take a link down at an instant. */
export function isDown(document: RigDocument, link: 'wan' | 'han'): (at: Instant) => boolean {
  const spans: Outage[] = document.outages
    .filter((one) => one.link === link)
    .map(({ from, to }) => ({ from: parseInstant(from) as Instant, to: parseInstant(to) as Instant }));
  return (at) => spans.some(({ from, to }) => at >= from && at < to);
}

/** The events of a nominal calendar by time: daily contacts, the instruction, the attempts. */
export function nominalEvents(document: RigDocument): readonly PlannedEvent[] {
  const { schedule } = document;
  const { start, preparation: firstTry, attempts } = nominalInstants(document);
  const wanDown = isDown(document, 'wan');
  const end = attempts.at(-1) ?? firstTry ?? start;
  const events: PlannedEvent[] = [];
  for (let at = start + schedule.contactHour * HOUR; at <= end; at += DAY) {
    events.push({ kind: 'contact', at, reached: !wanDown(at) });
  }
  if (firstTry !== undefined) events.push(instruction(document, firstTry, wanDown));
  if (document.installation.masterKey !== 'missing') {
    for (const [i, at] of attempts.entries()) events.push(attempt(document, i + 1, at, wanDown(at)));
  }
  return events.sort((a, b) => a.at - b.at || ORDER[a.kind] - ORDER[b.kind]);
}

/** At the same instant the contact comes first, because an attempt uses its result. */
const ORDER = { contact: 0, instruction: 1, attempt: 2 } as const;

/** The events to carry out in wall time. The instant of each is that at which it begins. */
export function presentEvents(document: RigDocument, now: Instant): readonly PlannedEvent[] {
  const events: PlannedEvent[] = [{ kind: 'contact', at: now, reached: true }];
  // An instruction to attached hardware happens only if the file has one. Its tries are not spread over hours.
  if (document.schedule.preparation) {
    events.push({ kind: 'instruction', at: now, secondsBetweenTries: 0, reached: [true], pick: 0 });
  }
  const attempts = document.installation.masterKey === 'missing' ? 0 : attemptsMax(document);
  for (let i = 1; i <= attempts; i += 1) events.push(attempt(document, i, now, false));
  return events;
}

function instruction(document: RigDocument, at: Instant, wanDown: (at: Instant) => boolean): PlannedEvent {
  const { tries, hoursBetweenTries, failedTries } = document.schedule.preparation || USUAL_PREPARATION;
  const secondsBetweenTries = Math.round(hoursBetweenTries * HOUR);
  const reached = Array.from({ length: tries }, (_, i) => i >= failedTries && !wanDown(at + i * secondsBetweenTries));
  return { kind: 'instruction', at, secondsBetweenTries, reached, pick: 0 };
}

function attempt(document: RigDocument, number: number, at: Instant, isWanDown: boolean): PlannedAttempt {
  const { faults, schedule } = document;
  return plannedAttempt({ faults, esmeOnly: schedule.attempts.esmeOnly, number, at, isWanDown });
}

/** An attempt with the faults of a file that strike it. `number` counts the attempts of the installation from 1. */
export function plannedAttempt(of: {
  readonly faults: RigDocument['faults'];
  readonly esmeOnly: boolean;
  readonly number: number;
  readonly at: Instant;
  readonly isWanDown: boolean;
}): PlannedAttempt {
  const { esmeOnly, at, isWanDown } = of;
  const faults = of.faults.filter((fault) => fault.attempt === of.number);
  const struck = faults.find((fault) => 'effect' in fault);
  const frames = framesOf(faults.filter((fault) => 'fault' in fault));
  const effect = struck && {
    step: struck.step,
    effect: struck.effect,
    ...(struck.silence !== undefined && { silence: struck.silence }),
    ...(struck.fromFrame !== undefined && { fromFrame: struck.fromFrame }),
  };
  return {
    kind: 'attempt',
    at,
    esmeOnly,
    pick: struck?.pick ?? 0,
    ...(effect ? { effect } : isWanDown && { wanDown: true }),
    ...(frames.length > 0 && { frames }),
  };
}

/** Groups frame faults by the step within which they are counted. */
function framesOf(faults: readonly FrameFaultDocument[]): readonly PlannedFrames[] {
  const steps = new Set(faults.map(({ step }) => step));
  return [...steps].map((step) => ({
    ...(step !== undefined && { step }),
    faults: faults.filter((fault) => fault.step === step).map(scriptedFault),
  }));
}

function scriptedFault(fault: FrameFaultDocument): ScriptedFault {
  const { attempt: _attempt, step: _step, ...rest } = fault;
  // Removes undefined fields, so that the faults' own defaults apply.
  return JSON.parse(JSON.stringify(rest)) as ScriptedFault;
}
