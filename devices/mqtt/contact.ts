import type { Instant } from '../../src/time.ts';

/** A row of `contacts` (src/docs/records.md): evidence that a network carried something at an instant of the device's clock. */
export interface Contact {
  readonly installation_id: string;
  readonly at: Instant;
  readonly link: 'wan' | 'han';
  readonly source: string;
}

/** How far a device's clock may run ahead of ours before what it dates is no evidence. */
export const CLOCK_AHEAD_SECONDS_MAX = 300;
