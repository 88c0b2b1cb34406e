import seedrandom from 'seedrandom';
import { SeedWords, threefry, words } from './draws.ts';

/** Registered stream numbers. A new consumer takes a new number, and no number is used twice. */
export const STREAMS = {
  attributes: 1,
  wan: 2,
  wanDeath: 3,
  wakeUp: 4,
  han: 5,
  hanMargin: 6,
  hanDrift: 7,
  hanDeath: 8,
  faults: 9,
  masterKey: 10,
  changes: 11,
  sharedOutages: 12,
  supplierInstruction: 13,
  preparation: 14,
  names: 15,
  labKeys: 16,
  labChallenges: 17,
  sweepDesign: 18,
  sweepBootstrap: 19,
  observationError: 20,
  fleetSchedule: 21,
} as const;
export type StreamName = keyof typeof STREAMS;

/** Two words for a name: each character is a counter of Threefry, under the key that the characters before it made. */
export function nameWords(name: string): SeedWords {
  let k0 = 0;
  let k1 = 0;
  for (let i = 0; i < name.length; i += 1) {
    threefry(k0, k1, name.charCodeAt(i), i);
    k0 = words[0] as number;
    k1 = words[1] as number;
  }
  return new SeedWords(k0, k1);
}

/** Two key words from the text of a seed. It costs about 10 us, once a run. */
export function seedWords(text: string): SeedWords {
  const generator = seedrandom(text);
  return new SeedWords(generator.int32(), generator.int32());
}
