import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import { VERDICT_FIELDS, type VerdictField } from '../compare.ts';
import { BehaviourMatrix } from '../coverage/matrix.ts';
import { BLOCK_RUNS } from '../generate/swarm.ts';
import { QuestionStream } from '../generate/stream.ts';
import type { Asker } from './asker.ts';
import { findingOf, shapesOf, type Finding } from './finding.ts';

export interface SearchOptions {
  readonly asker: Asker;
  readonly rules: RuleSet;
  readonly seed: string;
  /** The most questions that are asked. */
  readonly runs: number;
  /** The categories that are compared; by default all. */
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  /** Tells whether a failing question is accepted. Accepted questions are counted separately and are no failure. */
  readonly isAccepted?: ((question: Question, outcome: EngineOutcome, finding: Finding) => boolean) | undefined;
  /**
   * The as-ofs that blocks of questions use in turn, for an engine that takes one at a time. By default each question
   * has its own.
   */
  readonly asOfs?: readonly Instant[] | undefined;
  /** The blocks of 256 questions that are asked together. The default is 3. */
  readonly blocks?: number;
  /** Is called before each block. True ends the search. */
  readonly isOver?: () => boolean;
  /** Is called after each block. */
  readonly onProgress?: (asked: number, failing: number) => void;
}

/** A question that the engine failed. */
export interface Failing {
  /** The number of the question in its seed. */
  readonly run: number;
  readonly question: Question;
  readonly outcome: EngineOutcome;
  readonly finding: Finding;
}

export interface SearchResult {
  readonly asked: number;
  /** The number of questions that the engine failed, by shape. Each question counts once for each of its shapes. */
  readonly shapes: ReadonlyMap<string, number>;
  readonly failingCount: number;
  readonly acceptedCount: number;
  /** The first failing question of each shape, in the order in which the shapes were met. */
  readonly firsts: ReadonlyMap<string, Failing>;
  /** The first failing questions, for the inference of readings. */
  readonly failing: readonly Failing[];
  /** Every answer by run, as far as answers are kept. */
  readonly answers: readonly (EngineOutcome | undefined)[];
  /** The fields that the engine gave at least once. */
  readonly given: ReadonlySet<VerdictField>;
  readonly matrix: BehaviourMatrix;
  readonly stream: QuestionStream;
}

/** The most answers that are kept for the inference of readings. */
const ANSWERS_MAX = 100_000;
const FAILING_MAX = 500;
/** The blocks that are asked together. */
const BLOCKS_DEFAULT = 3;
/** The search ends after this many questions on which the engine broke down, because each costs a process. */
const BREAKDOWNS_MAX = 5;

/** Asks generated questions, block by block, and compares the answers with the bench's. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { asker, rules, seed, runs, clauses, isOver = () => false } = options;
  const stream = new QuestionStream(seed, rules, options.asOfs);
  const together = options.blocks ?? BLOCKS_DEFAULT;
  const matrix = new BehaviourMatrix(rules, clauses);
  const shapes = new Map<string, number>();
  const firsts = new Map<string, Failing>();
  const failing: Failing[] = [];
  const answers: (EngineOutcome | undefined)[] = [];
  const given = new Set<VerdictField>();
  let failingCount = 0;
  let acceptedCount = 0;
  let breakdowns = 0;
  let asked = 0;

  function take(run: number, question: Question, outcome: EngineOutcome): void {
    if (outcome.kind === 'notAsked') return;
    asked += 1;
    matrix.add(question, run);
    if (run < ANSWERS_MAX) answers[run] = outcome;
    noteFields(outcome, given);
    const finding = findingOf(outcome, question, { clauses });
    if (finding === null) return;
    if (options.isAccepted?.(question, outcome, finding) === true) {
      acceptedCount += 1;
      return;
    }
    failingCount += 1;
    if (finding.kind === 'failed') breakdowns += 1;
    const one = { run, question, outcome, finding };
    if (failing.length < FAILING_MAX) failing.push(one);
    for (const shape of new Set(shapesOf(finding))) {
      shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
      if (!firsts.has(shape)) firsts.set(shape, one);
    }
  }

  for (let from = 0; from < runs && breakdowns < BREAKDOWNS_MAX && !isOver(); from += together * BLOCK_RUNS) {
    for (let block = 0; block < together; block += 1) {
      stream.steer(from / BLOCK_RUNS + block, matrix.unreachedCategories());
    }
    const questions = stream.questions(from, Math.min(from + together * BLOCK_RUNS, runs));
    const outcomes = await asker.ask(questions);
    for (const [i, question] of questions.entries()) take(from + i, question, outcomes[i] as EngineOutcome);
    options.onProgress?.(asked, failingCount);
    if (outcomes.some(({ kind }) => kind === 'notAsked')) break;
  }
  return { asked, shapes, failingCount, acceptedCount, firsts, failing, answers, given, matrix, stream };
}

function noteFields(outcome: EngineOutcome, given: Set<VerdictField>): void {
  if (outcome.kind !== 'answered') return;
  for (const verdict of outcome.verdicts) {
    for (const field of VERDICT_FIELDS) if (verdict[field] !== undefined) given.add(field);
  }
}
