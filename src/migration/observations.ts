/** What a fault model does to a step. Decided in sim/world, outside both backends (src/README.md). */
export const EFFECTS = ['none', 'silence', 'refusal', 'wrongKey', 'badData', 'systemFault'] as const;
export type Effect = (typeof EFFECTS)[number];

/** What a fault may do: an effect that leaves the step alone is what happens where no fault strikes. */
export const FAULT_EFFECTS = [
  'silence',
  'refusal',
  'wrongKey',
  'badData',
  'systemFault',
] as const satisfies readonly Exclude<Effect, 'none'>[];

/**
 * What a head-end can see of a step: a small closed set. A dropped frame, a corrupted one, a sleepy miss and a lost HAN
 * are all `noAnswer`. `stale` and `unmatched` are what checks on facts find.
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

/** The law of both backends: observe(realise(effect)) is this table. */
export const OBSERVATION_OF_EFFECT: Readonly<Record<Effect, Observation>> = {
  none: 'answered',
  silence: 'noAnswer',
  refusal: 'refused',
  wrongKey: 'wrongKey',
  badData: 'badData',
  systemFault: 'systemFault',
};
