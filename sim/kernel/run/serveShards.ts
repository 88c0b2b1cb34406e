import { parentPort } from 'node:worker_threads';
import { buffersOf } from '../records/recordBuffers.ts';
import { ShardTasks, type SentRequest, type ShardReply } from './shardTask.ts';
import type { Watchers } from './watcher.ts';

/** What a thread says: first that it is ready, then an answer to each request. */
export type WorkerAnswer = 'ready' | ShardReply | null;

/** Makes this thread a thread of a pool: it answers requests until the pool ends it. */
export function serveShards(watchers: Watchers): void {
  const tasks = new ShardTasks(watchers);
  parentPort?.on('message', (request: SentRequest) => {
    const reply: WorkerAnswer = tasks.answer(request);
    parentPort?.postMessage(reply, reply?.records ? buffersOf(reply.records) : []);
  });
  const ready: WorkerAnswer = 'ready';
  parentPort?.postMessage(ready);
}
