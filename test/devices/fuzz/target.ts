import type { Dice } from './dice.ts';

/** What a case tells of itself. */
export interface CaseLog {
  /** A mutated input, about to be given to the target. Counted. */
  input(bytes: Uint8Array): Uint8Array;
  /** Valid bytes that lead up to one. Kept for the report, not counted. */
  given(bytes: Uint8Array): Uint8Array;
  /** A state or an outcome was reached. The words are few: numbers and content are taken out. */
  reach(outcome: string): void;
}

/** How much heap a case may take before it is held to have believed a length: so much, and so much for each byte given. */
export interface Allowance {
  readonly bytes: number;
  readonly perByte: number;
}

/** A decoder that only looks at its input. */
export const DECODER: Allowance = { bytes: 1 << 15, perByte: 700 };
/** A whole device or head-end, with its crypto and its answers. */
export const SESSION: Allowance = { bytes: 1 << 24, perByte: 2000 };

/** Something that is given bytes of the world. */
export interface Target {
  readonly name: string;
  /** Parts of all inputs, of the sum over the targets. */
  readonly share: number;
  /** Outcomes that are known to be possible; those that a run did not reach are listed. */
  readonly known: readonly string[];
  /** Of these, what 100,000 inputs are too few for. */
  readonly rare?: readonly string[];
  readonly allowance: Allowance;
  /** One case, from its dice alone. Throws for a defect. */
  run(dice: Dice, log: CaseLog): void | Promise<void>;
}

/** An error's words without what differs from input to input. */
export function words(text: string): string {
  return text
    .replace(/\btag [0-9a-f]+\b/g, 'tag N')
    .replace(/\b[0-9A-F]{2}\b/g, 'N')
    .replace(/-?\d+(\.\d+)?/g, 'N');
}

/** A law that held for every input until now. */
export function law(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`law broken: ${what}`);
}
