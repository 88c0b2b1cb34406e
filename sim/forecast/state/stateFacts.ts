import { CATEGORIES } from '../../../src/clauses/clause.ts';

/**
 * What is observed of an installation at an as-of: the facts, how far each is told apart, and how a state becomes one
 * number. Real records and simulated lives are described by the same facts (`StateObserver`), so that they can be matched.
 */

/** What the rules say at the as-of: no category; one that is met; one that is in effect. */
export const VERDICT_NONE = 0;
export const VERDICT_MET = 1;
export const VERDICT_EFFECTIVE = VERDICT_MET + CATEGORIES.length;
const VERDICT_COUNT = VERDICT_EFFECTIVE + CATEGORIES.length;

/** The facts of a state in order, each with the number of values that are told apart. All bounds are ours. */
const FACTS = [
  ['cohort', 4],
  ['esmeDormant', 2],
  /** None, Dormant, Active. */
  ['gas', 3],
  ['gasCredit', 2],
  ['electricityCredit', 2],
  /** Not migrated, migrated, ESME alone. */
  ['ended', 3],
  ['prepared', 2],
  /** Instructions that ended for lack of WAN. */
  ['noWan', 5],
  ['otherInstructions', 3],
  /** Separate weeks with a failure of each kind. */
  ['wanWeeks', 7],
  ['hanWeeks', 7],
  ['otherWeeks', 8],
  ['table510', 3],
  /** None, MA112, GT01, other, Table 5.10, system side, success. */
  ['last', 7],
  /** Weeks since the last attempt: none made, 1, 2, 4, 8, more. */
  ['attempted', 6],
  /** Weeks since the last instruction: none given, 4, 8, more. */
  ['instructed', 4],
  /** A Master Key that cannot be obtained; a DMC recommended or decided to be uneconomic. */
  ['standing', 3],
  ['supplierInstructed', 2],
  /** VERDICT_NONE, or VERDICT_MET or VERDICT_EFFECTIVE and the position of the category that is reported. */
  ['verdict', VERDICT_COUNT],
] as const;

export type Fact = (typeof FACTS)[number][0];
export type Facts = Record<Fact, number>;

/** The names of the facts, in the order of their digits. */
const FACT_NAMES: readonly Fact[] = FACTS.map(([name]) => name);

/** A state as one whole number below 2^53: facts are its digits, the last fact the lowest. */
export type StateCode = number;

/** The number of a state. Values beyond what is told apart count as the largest. */
export function stateCode(facts: Readonly<Facts>): StateCode {
  let code = 0;
  for (const [name, size] of FACTS) code = code * size + Math.min(facts[name], size - 1);
  return code;
}

/** A state without a verdict, with the verdict of the rules. The verdict is the lowest digit. */
export function withVerdict(code: StateCode, verdict: number): StateCode {
  return code + verdict;
}

/** The position of the category that a verdict reports; -1: none. */
export function categoryOf(verdict: number): number {
  return verdict === VERDICT_NONE ? -1 : (verdict - VERDICT_MET) % CATEGORIES.length;
}

/** The facts of a state. */
export function factsOf(code: StateCode): Facts {
  let rest = code;
  const facts = {} as Facts;
  for (let i = FACTS.length - 1; i >= 0; i -= 1) {
    const [name, size] = FACTS[i] as (typeof FACTS)[number];
    facts[name] = rest % size;
    rest = Math.floor(rest / size);
  }
  return facts;
}

type Coarsen = (facts: Facts) => void;

const forget =
  (...names: readonly Fact[]): Coarsen =>
  (facts) => {
    for (const name of names) facts[name] = 0;
  };

const cap = (facts: Facts, name: Fact, at: number): void => {
  facts[name] = Math.min(facts[name], at);
};

/** Steps of the back-off, from the exact state to the coarsest. Each level applies its own step and all before it. */
const STEPS: readonly Coarsen[] = [
  () => undefined,
  (facts) => {
    forget('instructed', 'electricityCredit', 'otherInstructions')(facts);
    cap(facts, 'table510', 1);
  },
  (facts) => {
    forget('last', 'table510')(facts);
    cap(facts, 'attempted', 4);
    cap(facts, 'otherWeeks', 5);
    cap(facts, 'noWan', 3);
  },
  (facts) => {
    const worst = Math.max(facts.wanWeeks, facts.hanWeeks, facts.otherWeeks);
    forget('attempted', 'wanWeeks', 'hanWeeks')(facts);
    facts.otherWeeks = Math.min(worst, 5);
    cap(facts, 'noWan', 1);
  },
  (facts) => {
    forget('gasCredit', 'prepared', 'noWan', 'otherWeeks', 'supplierInstructed')(facts);
    facts.verdict = VERDICT_MET + categoryOf(facts.verdict);
  },
];

/** Levels of the back-off: 0 is the exact state. */
export const LEVELS = STEPS.length;

/** The state as a level of the back-off sees it. */
export function coarser(code: StateCode, level: number): StateCode {
  if (level === 0) return code;
  const facts = factsOf(code);
  for (let step = 1; step <= level; step += 1) (STEPS[step] as Coarsen)(facts);
  return stateCode(facts);
}

/** The facts that records give and no draw decides: what a simulated portfolio is weighted by to be like a real one. */
export function givenOf(code: StateCode): StateCode {
  const { cohort, esmeDormant, gas, gasCredit } = factsOf(code);
  const none = Object.fromEntries(FACT_NAMES.map((name) => [name, 0])) as Facts;
  return stateCode({ ...none, cohort, esmeDormant, gas, gasCredit });
}
