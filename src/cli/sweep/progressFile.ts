import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { HOST } from '../output/host.ts';

/** How far one process of a sweep has got, as `live` shows it. */
export interface SweepState {
  /** The cells that this process is to have, and those that it has: computed, or found in the store. */
  readonly cells: number;
  readonly computed: number;
  readonly reused: number;
  readonly failed: number;
  /** Points whose scenario is refused. */
  readonly refused: number;
  /** Installation lives to simulate, and those simulated: the cost of the cells. */
  readonly lives: number;
  readonly livesDone: number;
  /** Seconds since the first cell was begun. */
  readonly seconds: number;
}

/** What begins the name of such a file in the store; the rest names the process. */
export const PROGRESS_FILE = 'progress-';

/** The process of this machine that writes a file of this name, whole or half; undefined for any other name. */
export function ownerOfProgress(name: string): number | undefined {
  const [, host, owner] = /^progress-([0-9a-f]{8})-(\d+)\.json(?:\.partial)?$/.exec(name) ?? [];
  return host === HOST ? Number(owner) : undefined;
}

/** The file in which a process says how far it is. It lies beside the cells and goes when the process is done. */
export class ProgressFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(store: string) {
    this.#folder = store;
    this.#path = join(store, `${PROGRESS_FILE}${HOST}-${process.pid}.json`);
  }

  /** Writes the state. A store that cannot be written stops no sweep here: its cells report that. */
  write(state: SweepState): void {
    try {
      makeFolders(this.#folder);
      writeFileSync(`${this.#path}.partial`, `${JSON.stringify({ format: 1, ...state })}\n`);
      renameSync(`${this.#path}.partial`, this.#path);
    } catch {
      this.remove();
    }
  }

  remove(): void {
    try {
      for (const path of [this.#path, `${this.#path}.partial`]) rmSync(path, { force: true });
    } catch {
      // The store is read-only: there is no file either.
    }
  }
}
