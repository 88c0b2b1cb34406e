/** Candidates that are asked together. */
const ROUND = 64;
/** More round trips than any shrinking has needed; each takes a lighter question, so an end is certain anyway. */
const ROUNDS_MAX = 400;

export interface Shrunk<Q> {
  readonly question: Q;
  /** Round trips that were made. */
  readonly rounds: number;
  /** False: the search was given up before no candidate failed. */
  readonly isMinimal: boolean;
}

export interface ShrinkOptions<Q> {
  /** Smaller values, best first, each lighter than the value by a fixed measure. */
  readonly candidates: (question: Q) => readonly Q[];
  /** Tells which of some values fail, in their order. It may stop at the first that does: later ones count as passing. */
  readonly failing: (questions: readonly Q[]) => Promise<readonly boolean[]>;
  /** Checked before each round; true gives the search up. */
  readonly isOver?: () => boolean;
  /** Candidates a round. Default 64. */
  readonly round?: number;
}

/**
 * Shrinks a failing value by rounds: some candidates are asked together, the first that fails is taken, and its own
 * candidates follow. A batch so gives what one candidate after the other would give. Ends when no candidate fails.
 */
export async function shrink<Q>(question: Q, options: ShrinkOptions<Q>): Promise<Shrunk<Q>> {
  const { candidates, failing, isOver = () => false, round = ROUND } = options;
  let smallest = question;
  let rounds = 0;
  for (;;) {
    const list = candidates(smallest);
    let next: Q | undefined;
    for (let from = 0; from < list.length && next === undefined; from += round) {
      if (isOver() || rounds >= ROUNDS_MAX) return { question: smallest, rounds, isMinimal: false };
      const batch = list.slice(from, from + round);
      rounds += 1;
      next = batch[(await failing(batch)).indexOf(true)];
    }
    if (next === undefined) return { question: smallest, rounds, isMinimal: true };
    smallest = next;
  }
}
