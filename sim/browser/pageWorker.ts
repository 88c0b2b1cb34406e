/**
 * The kernel in a Web Worker of a page: one message is one request, and its answer carries the request's number. It runs the
 * same `ShardTasks` as the threads of Node, so that a page and a command count the same. Nothing that it imports needs Node.
 */
import { buffersOf } from '../kernel/records/recordBuffers.ts';
import { ShardTasks, type SentRequest, type ShardReply } from '../kernel/run/shardTask.ts';

export interface PageRequest extends SentRequest {
  /** The number by which the page knows the answer. */
  readonly request: number;
}

export type PageAnswer =
  | { readonly request: number; readonly reply: ShardReply | null }
  /** The message of what went wrong. */
  | { readonly request: number; readonly failed: string };

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: { readonly data: PageRequest }) => void) | null;
  postMessage(answer: PageAnswer, transfer: ArrayBuffer[]): void;
}

/** Answers the messages of a worker's scope from now on. */
export function serve(scope: WorkerScope): void {
  const tasks = new ShardTasks();
  scope.onmessage = ({ data: { request, ...sent } }) => {
    try {
      const reply = tasks.answer(sent);
      scope.postMessage({ request, reply }, reply?.records ? buffersOf(reply.records) : []);
    } catch (error) {
      scope.postMessage({ request, failed: error instanceof Error ? error.message : String(error) }, []);
    }
  };
}
