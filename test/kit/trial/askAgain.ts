import fc from 'fast-check';
import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Evaluation, Verdict } from '../../../src/exclusion/verdict.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import { clauseOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import type { Question } from '../question.ts';
import { VERDICT_FIELDS, type GivenVerdict } from '../compare.ts';
import type { Engine, Law } from '../laws/law.ts';
import { asOfWords, indent, questionIn, questionText, traceText } from '../words/questionWords.ts';
import type { Asker } from './asker.ts';

/** The result of trying one law. */
export interface LawResult {
  readonly name: string;
  /** The number of questions on which the law was tried to the end. */
  readonly tried: number;
  /** The reason why the law is broken: the claim with both sides, and the smallest question. */
  readonly broken?: string;
  /** The path of fast-check to the smallest question of a broken law. */
  readonly path?: string;
  /** True if the engine broke down on a question of the law. */
  readonly isBreakdown?: boolean;
  /** The reason why the law could not be tried. */
  readonly skipped?: string;
}

export interface LawsOptions {
  readonly asker: Asker;
  /** The rule set with which the engine answers. */
  readonly rules: RuleSet;
  /** True if the engine takes a rule set with a question. Laws then vary the rules. */
  readonly takesRules: boolean;
  /** The categories that the engine knows; by default all. */
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  /** The number of questions for each law. */
  readonly runs: number;
  readonly seed: number;
  /** The path of a counterexample that is asked again. By default every run is made. */
  readonly path?: string;
  readonly isOver?: () => boolean;
}

/** Thrown by the engine of a law if the answer is not available yet. */
class NotAnswered extends Error {}

/** Thrown by the engine of a law if the engine under test broke down on a question. */
class BrokeDown extends Error {}

/** Thrown by the engine of a law if this engine can never answer. */
class CannotAnswer extends Error {}

/** The most rounds. The deepest shrinking has needed fewer. */
const ROUNDS_MAX = 120;

/**
 * Tries laws, unchanged, on an engine that cannot answer within a call. Each law runs with an engine that knows the
 * answers so far. The other questions that it asks are collected over all laws and asked in one batch, and the laws run
 * again, until no answer is missing. The shrinking of a broken law works in the same way.
 */
export async function tryLaws(laws: readonly Law[], options: LawsOptions): Promise<readonly LawResult[]> {
  const { asker, isOver = () => false } = options;
  const answers = new Map<string, EngineOutcome>();
  const results = new Map<Law, LawResult>();
  for (let round = 0; round < ROUNDS_MAX && !isOver(); round += 1) {
    const missing = new Map<string, Question>();
    for (const law of laws) if (!results.has(law)) tryOnce(law, options, answers, missing, results);
    if (missing.size === 0) break;
    const questions = [...missing.values()];
    const outcomes = await asker.ask(questions);
    for (const [i, key] of [...missing.keys()].entries()) answers.set(key, outcomes[i] as EngineOutcome);
  }
  return laws.map((law) => results.get(law) ?? { name: law.name, tried: 0, skipped: 'the check ended before' });
}

function tryOnce(
  law: Law,
  options: LawsOptions,
  answers: ReadonlyMap<string, EngineOutcome>,
  missing: Map<string, Question>,
  results: Map<Law, LawResult>,
): void {
  const { rules, takesRules, clauses, runs, seed } = options;
  const { name } = law;
  if (clauses !== undefined && law.needsAll) {
    results.set(law, { name, tried: 0, skipped: 'it speaks of all categories, and only some are compared' });
    return;
  }
  if (clauses !== undefined && !law.clauses.some((category) => clauses.includes(category))) {
    results.set(law, { name, tried: 0, skipped: 'it concerns categories that are not compared' });
    return;
  }
  let isOpen = false;
  const engine = engineOf(options, answers, missing);
  const { questions, keeps } = law.trial(takesRules ? undefined : fc.constant(rules));
  let tried = 0;
  let why = '';
  const property = fc.property(questions, (question) => {
    try {
      keeps(engine, question);
      tried += 1;
    } catch (error) {
      // Another law may have asked the same question in this round, so the number of missing answers is not enough.
      if (error instanceof NotAnswered) isOpen = true;
      else if (error instanceof CannotAnswer) why = error.message;
      else throw error;
    }
  });
  const { failed, counterexample, counterexamplePath, errorInstance } = fc.check(property, {
    numRuns: runs,
    seed,
    ...(options.path !== undefined && { path: options.path }),
  });
  if (isOpen) return;
  // An engine that breaks down breaks every law in the same way. One of them tells enough.
  const isKnown = [...results.values()].some(({ isBreakdown }) => isBreakdown === true);
  if (errorInstance instanceof BrokeDown && isKnown) {
    results.set(law, { name, tried, skipped: `the engine broke down: ${errorInstance.message}` });
  } else if (failed) {
    const broken = claimText(
      errorInstance,
      counterexample?.[0],
      law.clauses.length < CATEGORIES.length ? law.clauses : undefined,
    );
    results.set(law, {
      name,
      tried,
      broken,
      path: counterexamplePath ?? '',
      isBreakdown: errorInstance instanceof BrokeDown,
    });
  } else if (why !== '') results.set(law, { name, tried, skipped: why });
  else results.set(law, { name, tried });
}

/** The claim with both sides, followed by the question and the trace of the bench, unless the claim has them already. */
export function claimText(error: unknown, value: unknown, clauses?: readonly ExclusionCategory[]): string {
  const claim = error instanceof Error ? error.message : String(error);
  const question = questionIn(value);
  if (question === undefined || claim.includes(asOfWords(question))) return claim;
  const trace = `\nWhy the bench answers as it does\n${indent(traceText(question, clauses))}`;
  const [own, ...rest] = claim.split('\nWhy the bench');
  return `${own}\n${questionText(question)}${rest.length > 0 ? `\nWhy the bench${rest.join('')}` : trace}`;
}

const KEYS = new WeakMap<RuleSet, string>();

function keyOfRules(rules: RuleSet): string {
  let key = KEYS.get(rules);
  if (key === undefined) KEYS.set(rules, (key = JSON.stringify(rules)));
  return key;
}

function engineOf(
  { rules: own, takesRules, clauses }: LawsOptions,
  answers: ReadonlyMap<string, EngineOutcome>,
  missing: Map<string, Question>,
): Engine {
  const ownKey = keyOfRules(own);
  return (history, rules, asOf) => {
    const isOwn = rules === own || keyOfRules(rules) === ownKey;
    if (!isOwn && !takesRules) throw new CannotAnswer('it varies the rules, and the engine takes none with a question');
    const question = { history, rules: isOwn ? own : rules, asOf };
    const key = JSON.stringify([history, asOf, isOwn ? '' : keyOfRules(rules)]);
    const outcome = answers.get(key);
    if (outcome === undefined) {
      missing.set(key, question);
      throw new NotAnswered();
    }
    if (outcome.kind === 'failed') throw new BrokeDown(outcome.sentence);
    if (outcome.kind === 'refused') throw new Error(`the engine refuses rows that go together: ${outcome.why}`);
    if (outcome.kind === 'notAsked') throw new CannotAnswer('the engine broke down too often');
    return evaluationOf(outcome.verdicts, rules, clauses);
  };
}

/**
 * An answer in the form that laws read. A field that the engine did not give throws when it is read, and the law is
 * then skipped.
 */
function evaluationOf(
  given: readonly GivenVerdict[],
  rules: RuleSet,
  clauses: readonly ExclusionCategory[] | undefined,
): Evaluation {
  const verdicts = given
    .filter(({ category }) => clauses?.includes(category) ?? true)
    .sort((a, b) => CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category))
    .map((row) => withGuards({ ...row, clause: row.clause ?? clauseOf(rules, row.category)?.clause ?? '' }));
  const answer = { verdicts };
  guard(answer, 'notes', 'it reads notes, which the protocol does not have');
  return answer as unknown as Evaluation;
}

function withGuards(row: GivenVerdict): Verdict {
  for (const field of VERDICT_FIELDS) {
    if (row[field] === undefined) guard(row, field, `it reads ${field}, which the engine does not give`);
  }
  return row as Verdict;
}

/**
 * Defines a field that throws when it is read. It is not enumerable, so a comparison of whole answers compares the
 * given fields only.
 */
function guard(of: object, field: string, why: string): void {
  Object.defineProperty(of, field, {
    configurable: true,
    get: () => {
      throw new CannotAnswer(why);
    },
  });
}
