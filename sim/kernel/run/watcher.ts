import type { Model } from '../model/model.ts';
import { Observer } from '../life/observer.ts';

/** Somebody who looks on while the lives of a shard are lived, and tells afterwards what was seen. */
export abstract class Watcher extends Observer {
  /** Returns what was seen since the last call. It must survive a structured clone, because it may come from a thread. */
  abstract take(): unknown;
}

/**
 * Makers of watchers by name. A request names one, and the thread that runs the shard makes it. `of` is what the
 * request says beside the name; it crossed to the thread by a structured clone.
 */
export type Watchers = Readonly<Record<string, (model: Model, of: unknown) => Watcher>>;

/** The watcher that a request asks for. */
export interface WatchRequest {
  readonly name: string;
  readonly of: unknown;
}

/**
 * The watchers of a pool. Its threads run a module that serves them (`serveShards`); the pool's own thread, where it is
 * the only one, makes them from the table.
 */
export interface PoolWatchers {
  readonly watchers: Watchers;
  /** The address of the module without its extension: sources end in `.ts`, the built package in `.js`. */
  readonly module: URL;
}
