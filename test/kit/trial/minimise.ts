import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { Question } from '../question.ts';
import { candidatesOf } from '../shrink/candidates.ts';
import { shrink } from '../shrink/rounds.ts';
import type { Asker } from './asker.ts';
import type { Find } from './failures.ts';
import { byWorth, categoryOf, findingOf, isLike, type Finding } from './finding.ts';

/** A failing question that was made small. */
export interface Counterexample {
  /** The fault, in a form that other counterexamples can share. */
  readonly shape: string;
  /** The number of failing questions of that shape in the search. */
  readonly count: number;
  /** The number, in its seed, of the question that it was made from; undefined if it came from elsewhere. */
  readonly run: number | undefined;
  readonly question: Question;
  readonly outcome: EngineOutcome;
  readonly finding: Finding;
  /** The number of round trips of the shrinking. */
  readonly rounds: number;
  /** True if no smaller candidate fails. */
  readonly isMinimal: boolean;
}

export interface MinimiseOptions {
  readonly asker: Asker;
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  readonly isOver?: () => boolean;
  readonly isAccepted?: ((question: Question, outcome: EngineOutcome, finding: Finding) => boolean) | undefined;
  /** If true, the as-of is kept. This is for an engine that takes one as-of at a time. */
  readonly keepsAsOf?: boolean;
  /** The candidates that are asked together. The default is 64. */
  readonly round?: number;
  /** Finds what is wrong with an answer. The default compares it with the bench's. */
  readonly find?: Find | undefined;
}

/** A failing question, of any origin. */
export interface Failed {
  readonly run?: number;
  readonly question: Question;
  readonly outcome: EngineOutcome;
  readonly finding: Finding;
}

/** Shrinks one failing question to the smallest of its shape. */
export async function minimise(
  { run, question, outcome, finding }: Failed,
  shape: string,
  count: number,
  options: MinimiseOptions,
): Promise<Counterexample> {
  const { asker, clauses, find = findingOf } = options;
  let smallest = { question, outcome, finding };
  const { isOver, round, keepsAsOf = false } = options;
  const shrunk = await shrink(question, {
    ...(isOver && { isOver }),
    ...(round !== undefined && { round }),
    candidates: function* (one) {
      for (const next of candidatesOf(one)) if (!keepsAsOf || next.asOf === question.asOf) yield next;
    },
    failing: async (questions) => {
      const outcomes = await asker.ask(questions);
      let isFound = false;
      return questions.map((one, i) => {
        if (isFound) return false;
        const answer = outcomes[i] as EngineOutcome;
        const found = find(answer, one, { clauses });
        if (found === null || !isLike(shape, found)) return false;
        if (options.isAccepted?.(one, answer, found) === true) return false;
        smallest = { question: one, outcome: answer, finding: found };
        isFound = true;
        return true;
      });
    },
  });
  return { shape, count, run, ...smallest, rounds: shrunk.rounds, isMinimal: shrunk.isMinimal };
}

/** The most counterexamples that are made. Every shape is counted all the same. */
const COUNTEREXAMPLES_MAX = 6;

/**
 * Makes a counterexample for each category and breakdown that is wrong, wrong verdicts first. A shape is skipped if an
 * earlier counterexample of its category explains it, or if it shrinks to one that exists already.
 */
export async function minimiseAll(
  firsts: ReadonlyMap<string, Failed>,
  shapes: ReadonlyMap<string, number>,
  options: MinimiseOptions,
): Promise<readonly Counterexample[]> {
  const found: Counterexample[] = [];
  const done = new Set<string>();
  for (const shape of byWorth(shapes)) {
    const first = firsts.get(shape);
    const subject = shape.includes(' reported ') ? 'reported' : (categoryOf(shape) ?? shape);
    const isBoth = shape.endsWith('is missed') && shapes.has(`${subject} holds wrongly`);
    const key = isBoth ? `${subject} missed` : subject;
    if (first === undefined || done.has(key)) continue;
    done.add(key);
    const one = await minimise(first, shape, shapes.get(shape) ?? 0, options);
    const text = JSON.stringify([one.question.history, one.question.asOf]);
    if (!found.some(({ question }) => JSON.stringify([question.history, question.asOf]) === text)) found.push(one);
    if (found.length >= COUNTEREXAMPLES_MAX || options.isOver?.() === true) break;
  }
  return found;
}
