import { EVENTS, type EventName } from '../../migration/history.ts';

/** Positions in EVENTS, for the tally and for those who feed it. */
export const EVENT = Object.fromEntries(EVENTS.map((name, i) => [name, i])) as Readonly<Record<EventName, number>>;

/**
 * The order in which the rows of one instant are fed. States come first (a new supplier already is the supplier), then
 * findings and instructions, then attempts (`RANK_ATTEMPT`). A readmit comes last, for nothing at its instant counts.
 */
export const RANK_ATTEMPT = 2;
export const EVENT_RANK = Uint8Array.from(EVENTS, (name) =>
  name === 'readmit' ? 3 : /^(electricity|gas|esme|gsme)-/.test(name) ? 0 : 1,
);
