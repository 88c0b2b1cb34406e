import { performance } from 'node:perf_hooks';

/** Seconds by the wall clock, and of processors (user and system, all threads of the process). */
export interface Spent {
  readonly wall: number;
  readonly processor: number;
}

/** Something to time: `run` does `items` of its work, each time alike. */
export interface Subject {
  readonly name: string;
  readonly items: number;
  run(): void | Promise<void>;
}

/** A subject that does the same to each of some things. */
export function each<T>(name: string, things: readonly T[], run: (thing: T) => unknown): Subject {
  return {
    name,
    items: things.length,
    run: () => {
      for (const thing of things) run(thing);
    },
  };
}

/** Items a second, the best round by each of the two clocks. */
export interface Rate {
  readonly name: string;
  readonly wall: number;
  readonly processor: number;
}

export async function timed(work: () => void | Promise<void>): Promise<Spent> {
  const used = process.cpuUsage();
  const from = performance.now();
  await work();
  const wall = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(used);
  return { wall, processor: (user + system) / 1e6 };
}

/**
 * Subjects take turns round by round, so that a slow spell of the machine meets all of them; a first round warms them
 * and is not counted. On a shared machine the wall clock measures the others too: rates are judged by processor time.
 */
export async function rates(subjects: readonly Subject[], rounds: number): Promise<Rate[]> {
  const best = subjects.map(({ name }) => ({ name, wall: 0, processor: 0 }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [i, subject] of subjects.entries()) {
      const spent = await timed(() => subject.run());
      const rate = best[i];
      if (round === 0 || rate === undefined) continue;
      rate.wall = Math.max(rate.wall, subject.items / spent.wall);
      rate.processor = Math.max(rate.processor, subject.items / spent.processor);
    }
  }
  return best;
}
