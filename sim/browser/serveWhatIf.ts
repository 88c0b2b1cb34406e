import { livesIn, type LifeMaker } from '../kernel/run/lifeInstance.ts';
import { Replication } from '../kernel/model/replication.ts';
import type { Changed } from './applyChanges.ts';
import type { PageMessage, WhatIfChange, WhatIfTask, WorkerMessage } from './protocol.ts';
import { shownAnswer } from './shownAnswer.ts';
import { wasmScript } from './wasmScript.ts';
import { WhatIf, type CountLives } from './whatIf.ts';

/** As much of a worker's global scope as this file uses. */
interface WorkerScope {
  onmessage: ((event: { readonly data: PageMessage }) => void) | null;
  postMessage(message: WorkerMessage): void;
  /** The life as a script: the page puts it before this one where WebAssembly is barred. */
  readonly lifeScript?: LifeMaker;
  readonly WebAssembly?: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  };
}

const scope = globalThis as unknown as WorkerScope;

/** Lives a whole model in one instance. `life` is the compiled life; undefined where the script stands in for it. */
function countIn(life: object | undefined): CountLives {
  const make: LifeMaker = (imports) => {
    if (life !== undefined && scope.WebAssembly) return new scope.WebAssembly.Instance(life, imports).exports;
    if (scope.lifeScript === undefined) throw new Error('the page sent no life');
    return scope.lifeScript(imports);
  };
  return (model, seed, replication) => {
    const [counts] = livesIn(make, model, new Replication(model, seed, replication)).run(0, model.size);
    if (counts === undefined) throw new Error('a life under its own rules has counts');
    return counts;
  };
}

/** The compiled life; undefined if the browser or a policy bars WebAssembly. */
function compiledLife(bytes: Uint8Array): object | undefined {
  try {
    return scope.WebAssembly && new scope.WebAssembly.Module(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Answers the questions of a page on a thread of its own, so that the page stays alive.
 * @param changerOf makes of a task the function that applies changes to it
 */
export function serveWhatIf(changerOf: (task: WhatIfTask) => (changes: readonly WhatIfChange[]) => Changed): void {
  let whatIf: WhatIf | undefined;
  scope.onmessage = ({ data }) => {
    if (data.kind === 'task') {
      const life = data.life && compiledLife(data.life);
      if (data.life && life === undefined)
        scope.postMessage({ kind: 'barred', lifeScript: `globalThis.lifeScript=${wasmScript(data.life)};` }); // prettier-ignore
      else whatIf = new WhatIf(data.task, changerOf(data.task), countIn(life));
      return;
    }
    // A worker that is to be started anew leaves the question to the next one.
    if (whatIf === undefined) return;
    const { id, changes } = data;
    try {
      const onProgress = (share: number): void => scope.postMessage({ kind: 'progress', id, share });
      const answered = whatIf.ask({ ...data, onProgress });
      if (answered.ok)
        scope.postMessage({ kind: 'answer', id, ...answered.answer, ...shownAnswer(answered.answer, changes) }); // prettier-ignore
      else scope.postMessage({ kind: 'wrong', id, problems: answered.problems });
    } catch (error) {
      scope.postMessage({ kind: 'wrong', id, problems: [error instanceof Error ? error.message : String(error)] });
    }
  };
}
