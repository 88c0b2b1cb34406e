import { expect, test } from 'vitest';
import { queueAnswer, type AnswerSource } from '../../../src/cli/sweep/queueAnswer.ts';

interface Moment {
  readonly state: string;
  readonly job?: { readonly returnvalue?: unknown; readonly failedReason?: string };
}

/** What may happen to a job of a queue, in order. */
const HISTORIES: Readonly<Record<string, readonly Moment[]>> = {
  'a worker finishes it': [
    { state: 'waiting', job: { returnvalue: null } },
    { state: 'active', job: { returnvalue: null } },
    { state: 'completed', job: { returnvalue: { text: 'counts' } } },
  ],
  'a worker fails on it and it is queued anew': [
    { state: 'active', job: { returnvalue: null } },
    { state: 'failed', job: { returnvalue: null, failedReason: 'why' } },
    { state: 'unknown' },
    { state: 'waiting', job: { returnvalue: null } },
  ],
  'another sweep takes its answer': [
    { state: 'completed', job: { returnvalue: { text: 'counts' } } },
    { state: 'unknown' },
    { state: 'waiting', job: { returnvalue: null } },
    { state: 'completed', job: { returnvalue: { text: 'counts' } } },
  ],
};

/** A queue whose job moves on between any two questions, from a moment to one that is as late or later. */
function queueAt(history: readonly Moment[], first: number, second: number): AnswerSource {
  let asked = 0;
  const next = (): Moment => history[asked++ === 0 ? first : second] as Moment;
  return {
    getJobState: () => Promise.resolve(next().state as never),
    getJob: () => Promise.resolve(next().job as never),
  };
}

test.each(Object.entries(HISTORIES))('no moment gives a wrong answer when %s', async (_, history) => {
  const rows = history.flatMap((_row, first) => history.slice(first).map((_later, i) => [first, first + i] as const));
  for (const [first, second] of rows) {
    const answer = await queueAnswer(queueAt(history, first, second), 'key');
    const expected = { text: { kind: 'text', text: 'counts' }, error: { kind: 'error', error: 'why' }, open: { kind: 'open' }, gone: { kind: 'gone' } }; // prettier-ignore
    expect(answer).toEqual(expected[answer.kind]);
    if (first === second && history[first]?.state === 'completed') expect(answer.kind).toBe('text');
    if (first === second && history[first]?.state === 'failed') expect(answer.kind).toBe('error');
  }
});
