import { livesIn, type LifeMaker } from '../kernel/run/lifeInstance.ts';
import { Replication } from '../kernel/model/replication.ts';
import type { Changed } from './applyChanges.ts';
import type { PageMessage, WhatIfChange, WhatIfTask, WorkerMessage } from './protocol.ts';
import { WhatIf, type CountLives } from './whatIf.ts';

/** As much of a worker's global scope as this file uses. */
interface WorkerScope {
  onmessage: ((event: { readonly data: PageMessage }) => void) | null;
  postMessage(message: WorkerMessage): void;
  /** The life as a script: the page puts it before this one where WebAssembly is barred. */
  readonly lifeScript?: LifeMaker;
  readonly WebAssembly: { readonly Instance: new (module: object, imports: object) => { readonly exports: unknown } };
}

const scope = globalThis as unknown as WorkerScope;

/** Lives a whole model in one instance. `life` is the compiled life; undefined where the script stands in for it. */
function countIn(life: object | undefined): CountLives {
  const make: LifeMaker = (imports) => {
    if (life !== undefined) return new scope.WebAssembly.Instance(life, imports).exports;
    if (scope.lifeScript === undefined) throw new Error('the page sent no life');
    return scope.lifeScript(imports);
  };
  return (model, seed, replication) => {
    const [counts] = livesIn(make, model, new Replication(model, seed, replication)).run(0, model.size);
    if (counts === undefined) throw new Error('a life under its own rules has counts');
    return counts;
  };
}

/**
 * Answers the questions of a page on a thread of its own, so that the page stays alive.
 * @param changerOf makes of a task the function that applies changes to it
 */
export function serveWhatIf(changerOf: (task: WhatIfTask) => (changes: readonly WhatIfChange[]) => Changed): void {
  let whatIf: WhatIf | undefined;
  scope.onmessage = ({ data }) => {
    if (data.kind === 'task') {
      whatIf = new WhatIf(data.task, changerOf(data.task), countIn(data.life));
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
