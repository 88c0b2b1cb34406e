import { EVENTS, type EventName } from '../../migration/history.ts';

/** The position of each event in EVENTS, for the tally and its callers. */
export const EVENT = Object.fromEntries(EVENTS.map((name, i) => [name, i])) as Readonly<Record<EventName, number>>;

/**
 * The order in which the rows of one instant are fed. States come first, because a new supplier is already the supplier
 * at that instant. Findings and instructions follow, then attempts (`RANK_ATTEMPT`). A readmit comes last, because
 * nothing at its instant counts.
 */
export const RANK_ATTEMPT = 2;
export const EVENT_RANK = Uint8Array.from(EVENTS, (name) =>
  name === 'readmit' ? 3 : /^(electricity|gas|esme|gsme)-/.test(name) ? 0 : 1,
);
