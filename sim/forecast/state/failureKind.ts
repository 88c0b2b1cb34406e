import { ERROR_CODES } from '../../../src/migration/errorCodes.ts';

/** A failure of a migration attempt as a state tells it apart. */
export type FailureKind = 'wan' | 'han' | 'other' | 'table510';

/** The kind of failure by the window that a code's check has: the two real codes have one each. */
const KIND_OF_WINDOW = { wanWindowSeconds: 'wan', gt01WindowSeconds: 'han' } as const;

const KINDS: ReadonlyMap<string, FailureKind> = new Map(
  ERROR_CODES.flatMap(({ code, window }) => (window === null ? [] : [[code, KIND_OF_WINDOW[window]]])),
);

/** The kind of a failed migration attempt. Codes that no catalogue lists are `other`. */
export function failureKind(outcome: string, table510: boolean): FailureKind {
  if (table510) return 'table510';
  return KINDS.get(outcome) ?? 'other';
}
