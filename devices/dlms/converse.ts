import type { Conversation } from './client.ts';

/** Runs a conversation against a function; undefined when an answer is missing. */
export function converse<T>(
  conversation: Conversation<T>,
  exchange: (apdu: Uint8Array) => Uint8Array | undefined,
): T | undefined {
  let step = conversation.next();
  while (!step.done) {
    const answer = exchange(step.value);
    if (!answer) return undefined;
    step = conversation.next(answer);
  }
  return step.value;
}
