import { CATEGORIES } from '../../src/clauses/clause.ts';

/**
 * The ends of an installation's story. Each story has exactly one of them (sim/README.md). Their numbers are positions
 * in this list.
 */
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

/** The end of a simulated installation, for instance `migrated` or `unresolved:retrying`. */
export type End = (typeof ENDS)[number];

export const END = Object.fromEntries(ENDS.map((end, i) => [end, i])) as Readonly<Record<End, number>>;
export const END_EXCLUDED_FROM = END[`excluded:${CATEGORIES[0]}`];
