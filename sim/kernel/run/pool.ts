import { Worker } from 'node:worker_threads';
import { compileModel } from '../model/model.ts';
import { Recorder } from '../records/recordBuffers.ts';
import { ShardRunner } from './shard.ts';
import type { ShardReply, ShardRequest, WorkerTask } from './worker.ts';

/** Runs shards, on this thread or on others. Which thread runs which shard cannot matter: draws are addressed. */
export interface Pool {
  /** Runs the requests; `take` gets the replies in the order of the requests, whoever finishes first. */
  run(requests: readonly ShardRequest[], take: (reply: ShardReply) => void | Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** A pool that is warm when the promise settles. One worker: this thread, no other. */
export async function openPool(task: WorkerTask, workers: number): Promise<Pool> {
  return workers <= 1 ? inlinePool(task) : threadPool(task, workers);
}

function inlinePool(task: WorkerTask): Pool {
  const model = compileModel(task.scenario, task.rules);
  const first = new ShardRunner(model, task.seed, 0);
  first.warm(task.warmUp);
  let runner = { replication: 0, shards: first };
  return {
    async run(requests, take) {
      for (const request of requests) {
        if (runner.replication !== request.replication) {
          runner = { replication: request.replication, shards: new ShardRunner(model, task.seed, request.replication) };
        }
        const recorder = request.record ? new Recorder(model.horizon) : null;
        const counts = runner.shards.run(request.shard, recorder);
        await take({ ...request, counts, records: recorder ? recorder.take() : null });
      }
    },
    async close() {
      // Nothing was opened.
    },
  };
}

async function threadPool(task: WorkerTask, workers: number): Promise<Pool> {
  const boot = new URL('./workerBoot.mjs', import.meta.url);
  const threads = Array.from({ length: workers }, () => new Worker(boot, { workerData: task }));
  try {
    await Promise.all(threads.map(ready));
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.terminate()));
    throw error;
  }
  return {
    run: (requests, take) => deal(threads, requests, take),
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function ready(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('message', () => resolve());
    thread.once('error', reject);
  });
}

/**
 * Deals requests to idle threads. Replies wait for their turn; a thread gets new work only while fewer than two replies
 * a thread are waiting, so that memory stays bounded when the taker is the slower one.
 */
async function deal(
  threads: readonly Worker[],
  requests: readonly ShardRequest[],
  take: (reply: ShardReply) => void | Promise<void>,
): Promise<void> {
  const waiting = new Map<number, ShardReply>();
  const idle = new Set(threads);
  const busy = new Map<Worker, number>();
  let sent = 0;
  let taken = 0;
  let failure: Error | null = null;
  let wake: () => void = () => undefined;

  const listeners = threads.map((thread) => {
    const onMessage = (reply: ShardReply): void => {
      waiting.set(busy.get(thread) as number, reply);
      busy.delete(thread);
      idle.add(thread);
      wake();
    };
    const onError = (error: Error): void => {
      failure = error;
      wake();
    };
    thread.on('message', onMessage);
    thread.on('error', onError);
    return () => {
      thread.off('message', onMessage);
      thread.off('error', onError);
    };
  });

  try {
    while (taken < requests.length) {
      for (const thread of idle) {
        if (sent === requests.length || sent - taken >= threads.length * 3) break;
        idle.delete(thread);
        busy.set(thread, sent);
        thread.postMessage(requests[sent]);
        sent += 1;
      }
      const reply = waiting.get(taken);
      if (reply) {
        waiting.delete(taken);
        taken += 1;
        await take(reply);
        continue;
      }
      if (failure) throw failure as Error;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    for (const stop of listeners) stop();
  }
}
