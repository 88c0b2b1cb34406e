/** The numbers of the ends of a life. For the purpose of such a file, see src/exclusion/engine/engineCodes.ts. */
import { END, END_EXCLUDED_FROM, ENDS } from './ends.ts';

export const END_COUNT = ENDS.length;
export const ENDED_MIGRATED = END.migrated;
export const ENDED_MIGRATED_ESME_ONLY = END.migratedEsmeOnly;
export const ENDED_EXCLUDED = END_EXCLUDED_FROM;
export const ENDED_REPLACED = END.replaced;
export const NOT_SCHEDULED = END['unresolved:notScheduled'];
export const AWAITING_PREPARATION = END['unresolved:awaitingPreparation'];
export const AWAITING_ATTEMPT = END['unresolved:awaitingAttempt'];
export const RETRYING = END['unresolved:retrying'];
export const CATEGORY_NOT_IN_EFFECT = END['unresolved:categoryNotInEffect'];
export const BLOCKED_EPCL = END['unresolved:blockedEpcl'];
export const BLOCKED_DISPLAY = END['unresolved:blockedDisplay'];
export const AWAITING_MASTER_KEY = END['unresolved:awaitingMasterKey'];
