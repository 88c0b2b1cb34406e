import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import type { Question } from '../arbitraries/histories.ts';
import type { Engine } from '../laws/law.ts';

/** Answers questions in batches: an engine behind a pipe, an engine that takes files, or one in this process. */
export interface Asker {
  /** Returns the outcome of each question, in their order. It must not reject because of what the engine does. */
  ask(questions: readonly Question[]): Promise<readonly EngineOutcome[]>;
}

/** Makes an asker of an engine in this process. An exception of the engine is a `crash` on the question. */
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
