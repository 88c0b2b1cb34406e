/** What is to be put in order when whoever read standard output is gone; nothing, usually, and then the process just ends. */
const actions = new Set<() => void>();

/** `action` lays down what is under way, and so ends the process by itself. Gives the way to take it back. */
export function uponBrokenPipe(action: () => void): () => void {
  actions.add(action);
  return () => void actions.delete(action);
}

/** Whether somebody lays down what is under way. */
export function layDownAtBrokenPipe(): boolean {
  for (const action of actions) action();
  return actions.size > 0;
}
