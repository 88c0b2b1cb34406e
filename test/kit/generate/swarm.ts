import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { pick, weighted, type Dice, type Weighted } from './dice.ts';

/** The number of runs that share one swarm. */
export const BLOCK_RUNS = 256;

/**
 * The weights of one block of questions. Each block draws its own and switches some features off entirely, so that two
 * features that hide each other are also tried apart (Groce et al., "Swarm testing", ISSTA 2012). Percentages are per
 * question (`has...`) or per row.
 */
export interface Swarm {
  /** The category that a question targets. */
  readonly aims: Weighted<ExclusionCategory>;
  /** Percent of attempts that have a code other than the category's. */
  readonly otherCodes: number;
  /** Percent of attempts caused on the system side. */
  readonly system: number;
  /** Percent of failed migration attempts that are in Table 5.10. */
  readonly table510: number;
  /** Percent of added attempts that are instructions to the SMSO. */
  readonly instructions: number;
  /** Percent of questions with a completed migration (`ok`, `ok-esme`). */
  readonly migrations: number;
  /** Percent of questions with one or two readmits. */
  readonly readmits: number;
  /** Percent of questions with changes of dormancy. */
  readonly dormancyChanges: number;
  /** Percent of questions with a change of supplier. */
  readonly suppliers: number;
  /** Percent of questions with changes of the payment mode. */
  readonly payment: number;
  /** Percent of questions with standing events other than those of the target category. */
  readonly standing: number;
  /** Percent of installations with a meter that is Active at the start. */
  readonly active: number;
  /** Percent of attempts that share a week with the one before. */
  readonly sameWeek: number;
  /** Percent of rows at the edge of a week, a window or a date. */
  readonly edges: number;
  /** Percent of questions with up to 60 rows. */
  readonly long: number;
  /** Percent of questions whose attempts aim at two categories. */
  readonly pairs: number;
  /** Percent of questions in which some rows are written twice. */
  readonly repeats: number;
}

/** The levels that a percentage can take in a block. 0 switches the feature off. */
const RARE = [0, 0, 3, 10, 25] as const;
const SOME = [0, 10, 20, 40, 70] as const;

/** Draws the weights of a block. `unreached` names categories that still have empty cells in the behaviour matrix. */
export function swarmOf(dice: Dice, unreached: readonly ExclusionCategory[] = []): Swarm {
  const aims = CATEGORIES.map((category) => {
    const weight = pick(dice, [0, 1, 2, 4]);
    return [category, weight + (unreached.includes(category) ? 2 : 0)] as const;
  });
  const isEmpty = aims.every(([, weight]) => weight === 0);
  return {
    aims: weighted(isEmpty ? CATEGORIES.map((category) => [category, 1] as const) : aims),
    otherCodes: pick(dice, SOME),
    system: pick(dice, RARE),
    table510: pick(dice, RARE),
    instructions: pick(dice, RARE),
    migrations: pick(dice, SOME),
    readmits: pick(dice, SOME),
    dormancyChanges: pick(dice, SOME),
    suppliers: pick(dice, SOME),
    payment: pick(dice, RARE),
    standing: pick(dice, SOME),
    active: pick(dice, SOME),
    sameWeek: pick(dice, RARE),
    edges: pick(dice, [10, 30, 60, 90]),
    long: pick(dice, [0, 0, 0, 2, 10]),
    repeats: pick(dice, RARE),
    pairs: pick(dice, [0, 0, 10, 30, 60]),
  };
}
