import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import { answerOf, questionMessage, type EngineMessage } from '../../../src/interchange/engine/engineProtocol.ts';
import type { GivenAnswer } from '../compare.ts';
import type { Engine } from '../laws/law.ts';
import type { Question } from '../question.ts';

/** Answers questions in batches: an engine behind a pipe, an engine that takes files, a service, or a function. */
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
    return crashed(error);
  }
}

function crashed(error: unknown): EngineOutcome {
  const why = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', failure: 'crash', sentence: `The engine threw: ${why}` };
}

/**
 * Makes an asker of a function that answers some hundreds of questions at once. A field that an answer leaves out is not
 * compared. If the function rejects, every question of the batch counts as a crash.
 *
 * @param answer returns one answer for each question, in their order
 */
export function askerOfBatches(answer: (questions: readonly Question[]) => Promise<readonly GivenAnswer[]>): Asker {
  return {
    ask: async (questions) => {
      try {
        const answers = await answer(questions);
        return questions.map((_, i) => {
          const one = answers[i];
          return one === undefined
            ? crashed(new Error(`${answers.length} answers to ${questions.length} questions`))
            : { kind: 'answered', verdicts: one.verdicts };
        });
      } catch (error) {
        return questions.map(() => crashed(error));
      }
    },
  };
}

/**
 * Makes an asker of a function that takes the messages of the engine protocol: instants are text such as
 * `2022-01-10T10:00:00Z`, and rows have the columns of the records. `check schema engine` prints their schema. The
 * function returns one answer for each question, in any order, told apart by `id`.
 */
export function askerOfMessages(answer: (questions: readonly EngineMessage[]) => Promise<readonly unknown[]>): Asker {
  return {
    ask: async (questions) => {
      let answers: readonly unknown[];
      try {
        answers = await answer(questions.map(({ history, asOf }, i) => questionMessage(i + 1, history, asOf)));
      } catch (error) {
        return questions.map(() => crashed(error));
      }
      const byId = new Map<number, EngineOutcome>();
      for (const one of answers) {
        const read = answerOf(one);
        if (!read.ok) return questions.map(() => ({ kind: 'failed', failure: 'garbage', sentence: read.problem }));
        const { id, ...rest } = read.value;
        byId.set(id, 'error' in rest ? { kind: 'refused', why: rest.error } : { kind: 'answered', ...rest });
      }
      return questions.map(
        (_, i) => byId.get(i + 1) ?? { kind: 'failed', failure: 'silence', sentence: `No answer has the id ${i + 1}.` },
      );
    },
  };
}
