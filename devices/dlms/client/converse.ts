import { NO_BYTES } from '../encoding/bytes.ts';
import type { Conversation } from './clientResult.ts';

/**
 * Runs a conversation against a function that answers a request APDU. The result is undefined if an answer is missing. An
 * APDU that is not the answer counts as the only one that came.
 */
export function converse<T>(
  conversation: Conversation<T>,
  exchange: (apdu: Uint8Array) => Uint8Array | undefined,
): T | undefined {
  let step = conversation.next();
  while (!step.done) {
    const answer = step.value.length === 0 ? NO_BYTES : exchange(step.value);
    if (!answer) return undefined;
    step = conversation.next(answer);
  }
  return step.value;
}
