import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Evaluation } from '../../../src/exclusion/verdict.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { Question } from '../question.ts';
import { VERDICT_FIELDS, type CompareOptions, type VerdictField } from '../compare.ts';
import { findingOf, shapesOf, type Finding } from './finding.ts';

/** A question that the engine failed. */
export interface Failing {
  /** The number of the question: in its seed, or in the fleet that it comes from. */
  readonly run: number;
  readonly question: Question;
  readonly outcome: EngineOutcome;
  readonly finding: Finding;
}

/** What came of questions. */
export interface Found {
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
}

export interface FailuresOptions {
  /** The categories that are compared; by default all. */
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  /** Tells whether a failing question is accepted. Accepted questions are counted separately and are no failure. */
  readonly isAccepted?: ((question: Question, outcome: EngineOutcome, finding: Finding) => boolean) | undefined;
  /** Finds what is wrong with an answer. The default compares it with the bench's. */
  readonly find?: Find | undefined;
  /** If true, the failing question of a shape that has the fewest rows is kept, instead of the first. */
  readonly keepsFewestRows?: boolean;
}

/** Finds what is wrong with the answer to a question; null if nothing is. `expected`: the bench's answer, if known. */
export type Find = (
  outcome: EngineOutcome,
  question: Question,
  options: CompareOptions,
  expected?: Pick<Evaluation, 'verdicts'>,
) => Finding | null;

/** The most answers that are kept for the inference of readings. */
const ANSWERS_MAX = 100_000;
const FAILING_MAX = 500;

/** Counts the questions that an engine failed, and keeps one of each shape. */
export class Failures {
  asked = 0;
  failingCount = 0;
  /** The number of questions on which the engine broke down. */
  breakdowns = 0;
  private acceptedCount = 0;
  private readonly shapes = new Map<string, number>();
  private readonly firsts = new Map<string, Failing>();
  private readonly failing: Failing[] = [];
  private readonly answers: (EngineOutcome | undefined)[] = [];
  private readonly given = new Set<VerdictField>();
  private readonly options: FailuresOptions;

  constructor(options: FailuresOptions) {
    this.options = options;
  }

  /**
   * Takes the answer to a question in. Returns false if the question was not asked. `expected` is the bench's answer,
   * where it is known already, as of a simulated life.
   */
  take(run: number, question: Question, outcome: EngineOutcome, expected?: Pick<Evaluation, 'verdicts'>): boolean {
    if (outcome.kind === 'notAsked') return false;
    const { clauses, isAccepted, find = findingOf } = this.options;
    this.asked += 1;
    if (run < ANSWERS_MAX) this.answers[run] = outcome;
    noteFields(outcome, this.given);
    const finding = find(outcome, question, { clauses }, expected);
    if (finding === null) return true;
    if (isAccepted?.(question, outcome, finding) === true) this.acceptedCount += 1;
    else this.note({ run, question, outcome, finding });
    return true;
  }

  /** Everything that was found until now. */
  found(): Found {
    const { asked, shapes, failingCount, acceptedCount, firsts, failing, answers, given } = this;
    return { asked, shapes, failingCount, acceptedCount, firsts, failing, answers, given };
  }

  private note(one: Failing): void {
    this.failingCount += 1;
    if (one.finding.kind === 'failed') this.breakdowns += 1;
    if (this.failing.length < FAILING_MAX) this.failing.push(one);
    for (const shape of new Set(shapesOf(one.finding))) {
      this.shapes.set(shape, (this.shapes.get(shape) ?? 0) + 1);
      const first = this.firsts.get(shape);
      if (!first || (this.options.keepsFewestRows && rowsOf(one) < rowsOf(first))) this.firsts.set(shape, one);
    }
  }
}

function rowsOf({ question: { history } }: Failing): number {
  return history.attempts.length + history.events.length;
}

function noteFields(outcome: EngineOutcome, given: Set<VerdictField>): void {
  if (outcome.kind !== 'answered') return;
  for (const verdict of outcome.verdicts) {
    for (const field of VERDICT_FIELDS) if (verdict[field] !== undefined) given.add(field);
  }
}
