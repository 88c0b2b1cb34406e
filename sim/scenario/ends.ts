import { CATEGORIES } from '../../src/clauses/clause.ts';

/** How an installation's story can end: exactly one of these (sim/README.md). Numbers are positions. */
export const ENDS = [
  'migrated',
  'migratedEsmeOnly',
  ...CATEGORIES.map((category) => `excluded:${category}` as const),
  'replaced',
  'unresolved:notScheduled',
  'unresolved:awaitingPreparation',
  'unresolved:awaitingAttempt',
  'unresolved:retrying',
  'unresolved:categoryNotInEffect',
  'unresolved:blockedEpcl',
  'unresolved:blockedDisplay',
  'unresolved:awaitingMasterKey',
] as const;

/** How a simulated installation ended, for instance `migrated` or `unresolved:retrying`. */
export type End = (typeof ENDS)[number];

export const END = Object.fromEntries(ENDS.map((end, i) => [end, i])) as Readonly<Record<End, number>>;
export const END_EXCLUDED_FROM = END[`excluded:${CATEGORIES[0]}`];
