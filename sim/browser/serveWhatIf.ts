import type { Changed } from './applyChanges.ts';
import type { PageMessage, WhatIfChange, WhatIfTask, WorkerMessage } from './protocol.ts';
import { WhatIf } from './whatIf.ts';

/** As much of a worker's global scope as this file uses. */
interface WorkerScope {
  onmessage: ((event: { readonly data: PageMessage }) => void) | null;
  postMessage(message: WorkerMessage): void;
}

const scope = globalThis as unknown as WorkerScope;

/**
 * Answers the questions of a page on a thread of its own, so that the page stays alive.
 * @param changerOf makes of a task the function that applies changes to it
 */
export function serveWhatIf(changerOf: (task: WhatIfTask) => (changes: readonly WhatIfChange[]) => Changed): void {
  let whatIf: WhatIf | undefined;
  scope.onmessage = ({ data }) => {
    if (data.kind === 'task') {
      whatIf = new WhatIf(data.task, changerOf(data.task));
      return;
    }
    const { id } = data;
    try {
      const onProgress = (share: number): void => scope.postMessage({ kind: 'progress', id, share });
      const answered = whatIf?.ask({ ...data, onProgress });
      if (answered?.ok) scope.postMessage({ kind: 'answer', id, ...answered.answer });
      else scope.postMessage({ kind: 'wrong', id, problems: answered?.problems ?? ['the page sent no scenario'] });
    } catch (error) {
      scope.postMessage({ kind: 'wrong', id, problems: [error instanceof Error ? error.message : String(error)] });
    }
  };
}
