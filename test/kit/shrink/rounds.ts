/** The number of candidates that are asked together. */
const ROUND = 64;
/** The most round trips. No shrinking has needed as many, and each takes a lighter question, so it always ends. */
const ROUNDS_MAX = 400;

export interface Shrunk<Q> {
  readonly question: Q;
  /** The number of round trips that were made. */
  readonly rounds: number;
  /** False if the search was stopped while some candidate might still fail. */
  readonly isMinimal: boolean;
}

export interface ShrinkOptions<Q> {
  /** Gives smaller values, best first. Each is lighter than the value by a fixed measure. They are taken as needed. */
  readonly candidates: (question: Q) => Iterable<Q>;
  /**
   * Tells which of some values fail, in their order. It may stop at the first failing value; later ones then count as
   * passing.
   */
  readonly failing: (questions: readonly Q[]) => Promise<readonly boolean[]>;
  /** Is called before each round. True stops the search. */
  readonly isOver?: () => boolean;
  /** The candidates of a round. The default is 64. */
  readonly round?: number;
}

/**
 * Shrinks a failing value in rounds: some candidates are asked together, the first that fails is taken, and its own
 * candidates follow. A batch thus gives the same result as one candidate after the other. It ends when no candidate
 * fails.
 */
export async function shrink<Q>(question: Q, options: ShrinkOptions<Q>): Promise<Shrunk<Q>> {
  const { candidates, failing, isOver = () => false, round = ROUND } = options;
  let smallest = question;
  let rounds = 0;
  for (;;) {
    const list = candidates(smallest)[Symbol.iterator]();
    let next: Q | undefined;
    for (let batch = some(list, round); batch.length > 0; batch = some(list, round)) {
      if (isOver() || rounds >= ROUNDS_MAX) return { question: smallest, rounds, isMinimal: false };
      rounds += 1;
      next = batch[(await failing(batch)).indexOf(true)];
      if (next !== undefined) break;
    }
    if (next === undefined) return { question: smallest, rounds, isMinimal: true };
    smallest = next;
  }
}

/** The next values of a list, at most so many. */
function some<Q>(list: Iterator<Q>, most: number): Q[] {
  const found: Q[] = [];
  while (found.length < most) {
    const next = list.next();
    if (next.done === true) break;
    found.push(next.value);
  }
  return found;
}
