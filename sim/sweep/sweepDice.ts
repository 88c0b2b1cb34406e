import type { UniformAt } from './design/designMatrix.ts';
import { Stream } from '../world/dice/draws.ts';
import { seedWords, STREAMS } from '../world/dice/streams.ts';

/** The dice of a sweep's design points. They depend on the sweep's seed alone, and no life uses them. */
export function designDice(seed: string): UniformAt {
  const stream = new Stream(seedWords(seed), 0, STREAMS.sweepDesign);
  return (entity, index) => stream.uniform(entity, index);
}

/** The dice of a sweep's bootstrap intervals. Every call uses the same dice, so an interval never changes by itself. */
export function bootstrapDice(seed: string): UniformAt {
  const stream = new Stream(seedWords(seed), 0, STREAMS.sweepBootstrap);
  return (entity, index) => stream.uniform(entity, index);
}
