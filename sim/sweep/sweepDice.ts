import type { UniformAt } from './design/designMatrix.ts';
import { Stream } from '../world/dice/draws.ts';
import { seedWords, STREAMS } from '../world/dice/streams.ts';

/** The dice of a sweep's design points. They follow from the sweep's seed alone and shift no life. */
export function designDice(seed: string): UniformAt {
  const stream = new Stream(seedWords(seed), 0, STREAMS.sweepDesign);
  return (entity, index) => stream.uniform(entity, index);
}

/** The dice of a sweep's bootstrap intervals: the same in every call, so that an interval does not flicker. */
export function bootstrapDice(seed: string): UniformAt {
  const stream = new Stream(seedWords(seed), 0, STREAMS.sweepBootstrap);
  return (entity, index) => stream.uniform(entity, index);
}
