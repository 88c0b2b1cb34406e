import { ATTEMPT_FROM_SECONDS, ATTEMPT_SPAN_SECONDS, HOUR } from '../../src/londonTime.ts';

/**
 * The hours of the London day within which DCC makes its requests: instructions to the SMSO and migration attempts. Our
 * assumption. By day, so that a weekly retry is not lost to the change of clocks in October.
 */
export const REQUESTS_FROM_HOUR = ATTEMPT_FROM_SECONDS / HOUR;
export const REQUESTS_TO_HOUR = (ATTEMPT_FROM_SECONDS + ATTEMPT_SPAN_SECONDS) / HOUR;
