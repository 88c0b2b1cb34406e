import type { Clause } from './clause.ts';
import { fiveRetries } from './fiveRetries.ts';
import { gt01 } from './gt01.ts';
import { masterKey } from './masterKey.ts';
import { noWanAttempting } from './noWanAttempting.ts';
import { noWanBefore } from './noWanBefore.ts';
import { uneconomicToTest } from './uneconomicToTest.ts';

/** The six clauses of Various 1, in the order of CATEGORIES. */
export const VARIOUS1_CLAUSES: readonly Clause[] = [
  masterKey,
  uneconomicToTest,
  noWanBefore,
  noWanAttempting,
  gt01,
  fiveRetries,
];
