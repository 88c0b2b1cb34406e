import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { Question } from '../arbitraries/histories.ts';
import type { Engine } from '../laws/law.ts';

/** Anything that can be asked questions in batches: an engine behind a pipe, one that takes files, one in this process. */
export interface Asker {
  /** What comes of each question, in their order. Must not reject because of what the engine does. */
  ask(questions: readonly Question[]): Promise<readonly EngineOutcome[]>;
}

/** An engine of this process as an asker. What it throws is a `crash` on the question. */
export function askerOf(engine: Engine): Asker {
  return {
    ask: (questions) => Promise.resolve(questions.map((question) => outcomeOf(engine, question))),
  };
}

function outcomeOf(engine: Engine, { history, rules, asOf }: Question): EngineOutcome {
  try {
    return { kind: 'answered', verdicts: engine(history, rules, asOf).verdicts };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', failure: 'crash', sentence: `The engine threw: ${why}` };
  }
}
