import { CLOSED_FORM_LAWS } from './closedForm.ts';
import type { Law } from './law.ts';
import { MONOTONE_LAWS } from './monotone.ts';
import { RECORD_LAWS } from './records.ts';
import { VERDICT_LAWS } from './verdicts.ts';

/** Every law of an engine. */
export const LAWS: readonly Law[] = [...RECORD_LAWS, ...VERDICT_LAWS, ...MONOTONE_LAWS, ...CLOSED_FORM_LAWS];
