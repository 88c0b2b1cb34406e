import type { Instant } from '../../time.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { loadRig } from './readRigFile.ts';
import { headOf } from './rigJson.ts';
import { watchSummary } from './watchSummary.ts';
import { statusText } from './watchText.ts';
import { watchTrace } from './watchTrace.ts';

export interface StatusGiven {
  readonly out?: string;
  readonly asOf?: Instant;
  readonly format: 'text' | 'json';
}

/** `rig status RIG.yaml --out DIR`: shows the state of a watch, whether it is running or not. It only reads. */
export async function tellStatus(io: Io, path: string, { out, asOf, format }: StatusGiven): Promise<void> {
  if (out === undefined) throw new UsageError('rig status: --out DIR is missing: the directory of the watch');
  const { setup, hash } = await loadRig(io, path);
  const face = await import('../../../devices/index.ts');
  try {
    const state = face.readWatch(setup, out);
    const at = asOf ?? state.lastAt;
    const trace = watchTrace(state, setup, face, at);
    const summary = watchSummary({ state, setup, head: headOf(io, setup, { hash, clock: 'wall' }), trace, face });
    if (format === 'json') io.out.write(`${JSON.stringify(summary, null, 2)}\n`);
    else writeAnswer(io.out, statusText({ summary, setup, state, trace, face, asOf: at }));
  } catch (cause) {
    if (cause instanceof face.JournalError) throw new UsageError(cause.message);
    throw cause;
  }
}
