import type { Span } from '../../src/exclusion/verdict.ts';
import type { ExclusionCategory } from '../../src/clauses/clause.ts';
import { OK } from '../../src/migration/history.ts';
import { inForceInstant } from '../../src/rules/ruleset.ts';
import { londonDay, londonInstant, type Instant } from '../../src/time.ts';
import { ATTEMPT_FROM_SECONDS, ATTEMPT_SPAN_SECONDS, workingInstant } from '../../src/londonTime.ts';
import type { GroupPlan, Model } from '../kernel/model/model.ts';
import type { StoryEntry } from './storyEntry.ts';

/** Why no attempt, or no instruction, follows the last one. */
export type Stop = {
  /** The kind of event that would have followed, and the instant at which it was due. */
  readonly next: 'attempt' | 'instruction';
  readonly dueAt: Instant;
} & (
  | { readonly by: 'attemptsMax' | 'instructionsMax'; readonly max: number }
  /** A category ended the retries (`stopWhen`). */
  | { readonly by: 'category'; readonly category: ExclusionCategory; readonly excludes: 'installation' | 'gsme' }
  /** The Master Key proved wrong. The next attempt waits for the search for the right one. */
  | { readonly by: 'masterKey' }
  | { readonly by: 'replaced' | 'horizon' }
);

interface Stopped {
  readonly model: Model;
  readonly group: GroupPlan;
  readonly entries: readonly StoryEntry[];
  readonly spans: readonly Span[];
  readonly replacedAt: number;
  /** The fractional day on which the next instruction would be due. */
  readonly instructionDay: number;
}

/**
 * Finds why no attempt or instruction follows the last one. Null if the end of the life says it: the installation has
 * migrated, nothing was begun, or it was prepared and no attempt came.
 */
export function stopOf(of: Stopped): Stop | null {
  const { model, group, entries, replacedAt } = of;
  const attempts = entries.filter((entry) => entry.type === 'migration');
  const instructions = entries.filter((entry) => entry.type === 'instruction');
  const lastAttempt = attempts.at(-1);
  const lastInstruction = instructions.at(-1);
  if (lastAttempt ? lastAttempt.told.failed === null : lastInstruction?.attempt.outcome === OK) return null;
  if (!lastAttempt && !lastInstruction) return null;
  const next = lastAttempt ? 'attempt' : 'instruction';
  const dueAt = lastAttempt
    ? workingInstant(dayOf(lastAttempt.attempt.at) + group.daysBetweenAttempts)
    : workingInstant(of.instructionDay);
  const { attemptsMax } = group;
  const { instructionsMax } = group.process.preparation ?? { instructionsMax: Infinity };
  if (attempts.length >= attemptsMax) return { next, dueAt, by: 'attemptsMax', max: attemptsMax };
  if (!lastAttempt && instructions.length >= instructionsMax) {
    return { next, dueAt, by: 'instructionsMax', max: instructionsMax };
  }
  const ended = dueAt >= replacedAt ? 'replaced' : dueAt > model.horizon ? 'horizon' : null;
  if (ended !== null) return { next, dueAt, by: ended };
  if (lastAttempt?.told.failed?.culprit.by === 'masterKey') return { next, dueAt, by: 'masterKey' };
  const clause = stoppingClause(of, dueAt);
  if (clause !== null) return { next, dueAt, by: 'category', category: clause.category, excludes: clause.excludes };
  // An instruction is recorded when its tries are over. One whose tries outlast the end is therefore not recorded.
  return { next, dueAt, by: replacedAt <= model.horizon ? 'replaced' : 'horizon' };
}

/** Finds the clause whose category stops the process at an instant, in the order of precedence. Null if none does. */
function stoppingClause({ model, group, spans }: Stopped, at: Instant) {
  if (group.stopsNever) return null;
  const { rules } = model.rules;
  for (const category of rules.precedence) {
    const clause = rules.clauses.find((row) => row.category === category);
    const span = spans.find((row) => row.category === category && row.from <= at && (row.to === null || at < row.to));
    if (!clause || !span || (clause.excludes === 'gsme' && group.esmeOnly)) continue;
    const inForceAt = inForceInstant(clause) ?? Infinity;
    if (!group.stopsInEffect || Math.max(span.from, inForceAt) <= at) return clause;
  }
  return null;
}

/** Converts a working instant to its fractional day. */
function dayOf(at: Instant): number {
  const day = londonDay(at);
  return day + (at - londonInstant(day, ATTEMPT_FROM_SECONDS)) / ATTEMPT_SPAN_SECONDS;
}
