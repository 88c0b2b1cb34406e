import type { Instant } from '../../src/time.ts';

/** A row of `contacts` (src/docs/records.md): evidence that a network carried something at an instant of the device's clock. */
export interface Contact {
  readonly installation_id: string;
  readonly at: Instant;
  readonly link: 'wan' | 'han';
  readonly source: string;
}

/** A date further ahead of our clock than this is no evidence, in seconds. */
export const CLOCK_AHEAD_SECONDS_MAX = 300;
