/** A thread of a pool whose requests name no watcher. It is thin on purpose: coverage does not see code of a worker. */
import { serveShards } from './serveShards.ts';

serveShards({});
