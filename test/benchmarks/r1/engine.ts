/** The ends of R1 (its own rule set), in the order of every peer's output. */
export const R1_ENDS = ['wan', 'key', 'han', 'five', 'migrated', 'left'] as const;
export type R1End = (typeof R1_ENDS)[number];
export type R1Counts = Readonly<Record<R1End, number>>;

export interface R1Result {
  /** With its version, generator and block size where they matter. */
  readonly engine: string;
  readonly n: number;
  /** In the process, after a warm-up. */
  readonly seconds: number;
  /** The same in processor time: on a shared machine the clock measures the others too. */
  readonly processor: number;
  readonly counts: R1Counts;
}

/** An engine that can run R1, in this process or by starting another. */
export interface R1Engine {
  readonly name: string;
  /** Engines with the same dice must reach the same counts, to the last installation. */
  readonly dice: string;
  /** Installations a run, so that every engine runs for about as long. */
  readonly installations: number;
  /** Why it cannot run here, or undefined. */
  absent(): string | undefined;
  /** `seed` is that of its dice. */
  run(installations: number, seed: number): Promise<R1Result>;
}
