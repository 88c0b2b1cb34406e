/**
 * Checks the journal and the clock before a watch writes anything. A watch doubts a journal that holds less than the
 * outputs show, and a clock that is far from the last sign of life.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DAY, formatInstant, INSTANT_MAX, INSTANT_MIN, instant, type Instant } from '../../../src/time.ts';
import { instantText } from '../file/rigFaultSchema.ts';
import { JournalError, type Journal } from './journal.ts';
import type { WatchState } from './watchState.ts';

/** The summary among the outputs of a watch; it names the lines of the journal that it rests on. */
const SUMMARY_FILE = 'watch.json';
const summarySchema = z.looseObject({
  journal: z.looseObject({ lines: z.int().min(0) }).optional(),
  attempts: z.looseObject({ settled: z.int().min(0) }).optional(),
});
/** Outputs that a watch writes once it has a journal. */
const OUTPUTS: readonly string[] = [SUMMARY_FILE, 'manifest.json', 'attempts.csv', 'contacts.csv', 'steps.json'];

/** Throws a JournalError if lines are missing from the end of the journal, or if all of them are. */
export function refuseCutJournal(folder: string, journal: Journal, name: string): void {
  const lines = journal.records.length;
  const summary = summaryOf(folder);
  const shown = summary?.journal?.lines ?? 0;
  const settled = journal.records.filter(({ is }) => SETTLED.includes(is)).length;
  const isCut = lines < shown || settled < (summary?.attempts?.settled ?? 0);
  const isEmptied = lines === 0 && filesOf(folder).some((file) => OUTPUTS.includes(file));
  if (!isCut && !isEmptied) return;
  const expected =
    shown > 0 ? `the ${shown} lines that ${SUMMARY_FILE} rests on` : 'the lines that the outputs beside it rest on';
  throw new JournalError(
    `${name}: found ${lines} lines, expected ${expected}\n  Restore the journal, or begin another watch in another directory: the outputs here are not written over.`,
  );
}

const SETTLED: readonly string[] = ['attempt', 'passed', 'unknown', 'missed'];

function summaryOf(folder: string): z.output<typeof summarySchema> | undefined {
  try {
    const parsed = summarySchema.safeParse(JSON.parse(readFileSync(join(folder, SUMMARY_FILE), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * After a longer absence than this, one look at the clock is not enough to record everything in between as missed. Our
 * choice.
 */
const DOUBTED_SECONDS = 7 * DAY;
const DOUBT_FILE = 'watch.doubt';
const doubtSchema = z.strictObject({ t: instantText });

/** Throws a JournalError if the clock is a day or more before the last record. */
export function refuseClockBehind(state: WatchState, now: Instant): void {
  if (!state.begun || now >= state.lastAt - DAY) return;
  throw new JournalError(
    `the clock of this machine stands at ${words(now)}, and the journal ends at ${words(state.lastAt)}; expected a clock that goes forward\n  Set the clock; if it was the journal's that was wrong, begin another watch in another directory.`,
  );
}

/** True if the clock is so far after the last sign of life that it may be wrong. */
export function isClockDoubted(state: WatchState, now: Instant): boolean {
  return state.begun !== undefined && now - state.lastAt > DOUBTED_SECONDS;
}

/**
 * For a watch that runs once: a clock that is far ahead is believed when a second start agrees with the first. Returns
 * true in that case, and false after the first look, which is kept beside the journal.
 */
export function isClockConfirmed(folder: string, now: Instant): boolean {
  const path = join(folder, DOUBT_FILE);
  const first = firstLook(path);
  if (first !== undefined && now > first && now - first <= DOUBTED_SECONDS) {
    rmSync(path, { force: true });
    return true;
  }
  writeFileSync(path, `${JSON.stringify({ t: formatInstant(Math.min(INSTANT_MAX, Math.max(INSTANT_MIN, now))) })}\n`);
  return false;
}

/** Drops an earlier doubt, because the clock is near the last sign of life again. */
export function forgetDoubt(folder: string): void {
  rmSync(join(folder, DOUBT_FILE), { force: true });
}

function firstLook(path: string): Instant | undefined {
  try {
    const parsed = doubtSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? instant(parsed.data.t) : undefined;
  } catch {
    return undefined;
  }
}

function words(at: Instant): string {
  return formatInstant(Math.min(INSTANT_MAX, Math.max(INSTANT_MIN, at)));
}
