import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import { BehaviourMatrix } from '../coverage/matrix.ts';
import { BLOCK_RUNS } from '../generate/swarm.ts';
import { QuestionStream } from '../generate/stream.ts';
import type { Asker } from './asker.ts';
import { Failures, type Found } from './failures.ts';
import type { Finding } from './finding.ts';

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

/** What a search has found. Its failing questions are numbered by their seed. */
export interface SearchResult extends Found {
  readonly matrix: BehaviourMatrix;
  readonly stream: QuestionStream;
}

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
  const failures = new Failures({ clauses, isAccepted: options.isAccepted });
  for (let from = 0; from < runs && failures.breakdowns < BREAKDOWNS_MAX && !isOver(); from += together * BLOCK_RUNS) {
    for (let block = 0; block < together; block += 1) {
      stream.steer(from / BLOCK_RUNS + block, matrix.unreachedCategories());
    }
    const questions = stream.questions(from, Math.min(from + together * BLOCK_RUNS, runs));
    const outcomes = await asker.ask(questions);
    for (const [i, question] of questions.entries()) {
      if (failures.take(from + i, question, outcomes[i] as EngineOutcome)) matrix.add(question, from + i);
    }
    options.onProgress?.(failures.asked, failures.failingCount);
    if (outcomes.some(({ kind }) => kind === 'notAsked')) break;
  }
  return { ...failures.found(), matrix, stream };
}
