/** A thread of the pool. It is thin on purpose: coverage does not see code that runs in a worker. */
import { parentPort } from 'node:worker_threads';
import { buffersOf } from '../records/recordBuffers.ts';
import { ShardTasks, type SentRequest, type ShardReply } from './shardTask.ts';

/** What a thread says: first that it is ready, then an answer to each request. */
export type WorkerAnswer = 'ready' | ShardReply | null;

const tasks = new ShardTasks();

parentPort?.on('message', (request: SentRequest) => {
  const reply: WorkerAnswer = tasks.answer(request);
  parentPort?.postMessage(reply, reply?.records ? buffersOf(reply.records) : []);
});
const ready: WorkerAnswer = 'ready';
parentPort?.postMessage(ready);
