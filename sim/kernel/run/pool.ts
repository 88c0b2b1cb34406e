import { Worker } from 'node:worker_threads';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import {
  ShardTasks,
  TASKS_HELD,
  type SentRequest,
  type ShardReply,
  type ShardRequest,
  type SimulationTask,
} from './shardTask.ts';
import type { WorkerAnswer } from './serveShards.ts';
import type { PoolWatchers } from './watcher.ts';

/**
 * Runs shards, on this thread or on others. Each request names its task, so that one pool serves any number of scenarios, one
 * after the other or at once. The thread that runs a shard cannot matter: draws are addressed.
 */
export interface Pool {
  /** Threads that compute; 1 may mean this thread. */
  readonly workers: number;
  /**
   * Runs the requests. `take` gets the reply of each with its position, in the order of the requests, and is waited for: at
   * most three replies a thread are ahead of it, so that memory stays bounded.
   * @throws Error what failed on a thread. The other requests of the call are then of no interest.
   */
  run(requests: readonly ShardRequest[], take: TakeReply): Promise<void>;
  /** Lets every thread compile what a task needs, by running so many installations of it and throwing the counts away. */
  warm(task: SimulationTask, installations: number): Promise<void>;
  /** Ends the threads. A call of `run` that is not over fails. */
  close(): Promise<void>;
}

export type TakeReply = (reply: ShardReply, position: number) => void | Promise<void>;

/** A thread that serves no watcher. */
const NO_WATCHERS: PoolWatchers = { watchers: {}, module: new URL('./worker', import.meta.url) };

/**
 * Opens a pool. It is ready when the promise settles. One worker means this thread and no other.
 *
 * @param watching the watchers that requests may name; by default none
 */
export async function openPool(workers: number, watching: PoolWatchers = NO_WATCHERS): Promise<Pool> {
  return workers <= 1 ? inlinePool(watching) : threadPool(workers, watching);
}

/** Numbers of tasks, by identity: whoever sends the same object again means the same task. */
const TASK_NUMBERS = new WeakMap<SimulationTask, number>();
let tasksNumbered = 0;

function numberOf(task: SimulationTask): number {
  let number = TASK_NUMBERS.get(task);
  if (number === undefined) {
    tasksNumbered += 1;
    number = tasksNumbered;
    TASK_NUMBERS.set(task, number);
  }
  return number;
}

function inlinePool({ watchers }: PoolWatchers): Pool {
  const tasks = new ShardTasks(watchers);
  return {
    workers: 1,
    async run(requests, take) {
      for (const [position, request] of requests.entries()) {
        await take(tasks.answer({ ...request, id: numberOf(request.task), warmUp: 0 }) as ShardReply, position);
      }
    },
    async warm(task, warmUp) {
      if (warmUp > 0) tasks.answer({ task, id: numberOf(task), replication: 0, shard: 0, record: false, warmUp });
    },
    async close() {
      // Nothing was opened.
    },
  };
}

/** A request that waits for its thread, or is with it. */
interface Job {
  readonly request: ShardRequest;
  readonly warmUp: number;
  readonly resolve: (reply: ShardReply | null) => void;
  readonly reject: (error: Error) => void;
}

async function threadPool(workers: number, { module }: PoolWatchers): Promise<Pool> {
  const boot = new URL('./workerBoot.mjs', import.meta.url);
  const jobs: Job[] = [];
  const threads: PoolThread[] = [];
  let failure: Error | null = null;
  /** A thread that dies takes the pool with it: what it held is lost. */
  const fail = (error: Error): void => {
    failure ??= error;
    for (const job of jobs.splice(0)) job.reject(failure);
    for (const thread of threads) thread.fail(failure);
  };
  for (let i = 0; i < workers; i += 1) {
    const worker = new Worker(boot, { workerData: { module: module.href } });
    threads.push(new PoolThread(worker, jobs, fail));
  }
  try {
    await Promise.all(threads.map((thread) => thread.ready));
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.end()));
    throw error;
  }
  const submit = (request: ShardRequest): Promise<ShardReply | null> =>
    new Promise((resolve, reject) => {
      if (failure !== null) return reject(failure);
      jobs.push({ request, warmUp: 0, resolve, reject });
      for (const thread of threads) thread.next();
    });
  return {
    workers,
    async run(requests, take) {
      const ahead: Promise<ShardReply | null>[] = [];
      let sent = 0;
      for (let position = 0; position < requests.length; position += 1) {
        for (; sent < requests.length && sent - position < 3 * workers; sent += 1) {
          const reply = submit(requests[sent] as ShardRequest);
          // A reply that nobody comes to wait for, because an earlier one failed, fails in silence.
          reply.catch(() => undefined);
          ahead.push(reply);
        }
        await take((await ahead.shift()) as ShardReply, position);
      }
    },
    async warm(task, warmUp) {
      if (warmUp > 0) await Promise.all(threads.map((thread) => thread.warm(task, warmUp)));
    },
    async close() {
      fail(new Error('the pool was closed'));
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

/** One thread of a pool: it takes the first waiting job whenever it is idle. */
class PoolThread {
  /** Settles when the thread can take requests. */
  readonly ready: Promise<void>;
  private readonly worker: Worker;
  private readonly jobs: Job[];
  private readonly held = new RecentlyUsed<boolean>(TASKS_HELD);
  private job: Job | null = null;
  private isIdle = false;

  constructor(worker: Worker, jobs: Job[], fail: (error: Error) => void) {
    this.worker = worker;
    this.jobs = jobs;
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (answer: WorkerAnswer) => {
        this.isIdle = true;
        if (answer === 'ready') resolve();
        else this.settle(answer);
        this.next();
      });
      worker.on('error', (error: Error) => {
        reject(error);
        fail(error);
      });
    });
    this.ready.catch(() => undefined);
  }

  next(): void {
    if (!this.isIdle || this.jobs.length === 0) return;
    this.send(this.jobs.shift() as Job);
  }

  /** The thread must be idle. */
  warm(task: SimulationTask, warmUp: number): Promise<unknown> {
    const request = { task, replication: 0, shard: 0, record: false };
    return new Promise((resolve, reject) => {
      if (this.isIdle) this.send({ request, warmUp, resolve, reject });
      else resolve(null);
    });
  }

  fail(error: Error): void {
    this.job?.reject(error);
    this.job = null;
    this.isIdle = false;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(reply: ShardReply | null): void {
    const job = this.job;
    this.job = null;
    job?.resolve(reply);
  }

  private send(job: Job): void {
    const { task, ...request } = job.request;
    const id = numberOf(task);
    const isHeld = this.held.has(id);
    this.held.use(id, () => true);
    this.job = job;
    this.isIdle = false;
    const sent: SentRequest = { ...request, id, task: isHeld ? null : task, warmUp: job.warmUp };
    this.worker.postMessage(sent);
  }
}
