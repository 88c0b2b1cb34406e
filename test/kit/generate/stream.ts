import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import type { AddressedDice } from './dice.ts';
import { diceOf } from './dice.ts';
import { generateQuestion } from './question.ts';
import { BLOCK_RUNS, swarmOf, type Swarm } from './swarm.ts';

/** The first address of the dice for the weights of blocks. Runs are counted from 0, so the two never meet. */
const SWARMS_FROM = 0x4000_0000;

/** The number of blocks of questions that share an as-of, for an engine that takes one at a time. */
const AS_OF_BLOCKS = 16;

/** The questions of a seed, numbered from 0. Question n is the same whichever questions were generated before. */
export class QuestionStream {
  private readonly dice: AddressedDice;
  private readonly rules: RuleSet;
  private readonly seed: string;
  private readonly steered = new Map<number, readonly ExclusionCategory[]>();
  private readonly asOfs: readonly Instant[];
  private swarm: { readonly block: number; readonly of: Swarm } | undefined;

  /** `asOfs`: all questions of a block share one of them, in turn. If the list is empty, each question has its own. */
  constructor(seed: string, rules: RuleSet, asOfs: readonly Instant[] = []) {
    this.asOfs = asOfs;
    this.seed = seed;
    this.dice = diceOf(seed);
    this.rules = rules;
  }

  /** Makes the weights of a block favour some categories. It must be called before the first question of the block. */
  steer(block: number, towards: readonly ExclusionCategory[]): void {
    this.steered.set(block, towards);
  }

  /** Question number `run`. */
  question(run: number): Question {
    const block = Math.floor(run / BLOCK_RUNS);
    if (this.swarm?.block !== block) {
      const dice = this.dice.turnTo(SWARMS_FROM + block);
      this.swarm = { block, of: swarmOf(dice, this.steered.get(block)) };
    }
    const question = generateQuestion(this.dice.turnTo(run), this.swarm.of, this.rules);
    const asOf = this.asOfs[Math.floor(block / AS_OF_BLOCKS) % this.asOfs.length];
    return asOf === undefined ? question : { ...question, asOf };
  }

  /** Questions `from` to `to` - 1. */
  questions(from: number, to: number): readonly Question[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => this.question(from + i));
  }

  /** The seed, as it was given. */
  get name(): string {
    return this.seed;
  }
}
