import { ATTEMPT_KINDS, CAUSES, type Attempt } from '../../src/migration/history.ts';
import type { Instant } from '../../src/time.ts';
import { OUTCOMES } from '../kernel/model/outcomes.ts';

/** Makes the row of an attempt from the numbers with which the kernel tells it to an observer. */
export function attemptOf(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): Attempt {
  return {
    at,
    kind: ATTEMPT_KINDS[kind] as Attempt['kind'],
    outcome: OUTCOMES[outcome] as string,
    cause: CAUSES[system ? 1 : 0],
    table510,
  };
}
