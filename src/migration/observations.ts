/**
 * The effects that a fault model can have on a step. Effects are decided in sim/world, outside both backends
 * (src/README.md).
 */
export const EFFECTS = ['none', 'silence', 'refusal', 'wrongKey', 'badData', 'systemFault'] as const;
export type Effect = (typeof EFFECTS)[number];

/** The effects that a fault may have. `none` is left out: it is the effect where no fault strikes. */
export const FAULT_EFFECTS = [
  'silence',
  'refusal',
  'wrongKey',
  'badData',
  'systemFault',
] as const satisfies readonly Exclude<Effect, 'none'>[];

/**
 * The observations that a head-end can make at a step: a small closed set. A dropped frame, a corrupted frame, a
 * sleeping device and a lost HAN all give `noAnswer`. Checks on facts give `stale` and `unmatched`.
 */
export const OBSERVATIONS = [
  'answered',
  'noAnswer',
  'refused',
  'wrongKey',
  'badData',
  'stale',
  'unmatched',
  'systemFault',
] as const;
export type Observation = (typeof OBSERVATIONS)[number];

/**
 * The observation that each effect leads to. Both backends must obey this table: observe(realise(effect)) equals its
 * row.
 */
export const OBSERVATION_OF_EFFECT: Readonly<Record<Effect, Observation>> = {
  none: 'answered',
  silence: 'noAnswer',
  refusal: 'refused',
  wrongKey: 'wrongKey',
  badData: 'badData',
  systemFault: 'systemFault',
};
