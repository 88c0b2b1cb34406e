// The kit tests itself: every engine that is wrong in one rule is found, and its counterexample is as small as can be.
import { describe, expect, test } from 'vitest';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { sampleSize } from '../sampleSize.ts';
import { askerOf } from '../kit/trial/asker.ts';
import { expectedOf, findingOf, isLike, shapesOf } from '../kit/trial/finding.ts';
import { minimise, type Counterexample } from '../kit/trial/minimise.ts';
import { QuestionStream } from '../kit/generate/stream.ts';
import type { Engine, Question } from '../kit/index.ts';
import { byRules, equivalentRules, wrongEngines } from './wrongEngines.ts';

/** The default number of questions of `check engine`. */
const RUNS = 20_000;
const SEEDS = Array.from({ length: sampleSize('CHECK_SEEDS', { whole: 10, part: 1 }) }, (_, i) => `kit-${i + 1}`);

async function outcomeOf(engine: Engine, question: Question) {
  const [outcome] = await askerOf(engine).ask([question]);
  if (outcome === undefined) throw new Error('an asker answers each question');
  return outcome;
}

/** The questions of a seed, each made once for all engines. */
function questionsOf(seed: string): (run: number) => Question {
  const stream = new QuestionStream(seed, VARIOUS1);
  const made: Question[] = [];
  return (run) => (made[run] ??= stream.question(run));
}

/** The first failing question of a seed, shrunk; undefined where no question of the seed fails. */
async function found(engine: Engine, questions: (run: number) => Question): Promise<Counterexample | undefined> {
  for (let run = 0; run < RUNS; run += 1) {
    const question = questions(run);
    const outcome = await outcomeOf(engine, question);
    const finding = findingOf(outcome, question, {});
    if (finding === null) continue;
    return minimise({ run, question, outcome, finding }, shapesOf(finding)[0] as string, 1, { asker: askerOf(engine) });
  }
  return undefined;
}

const ENGINES = Object.entries(wrongEngines());

test('there are more than a hundred wrong engines', () => {
  expect(ENGINES.length).toBeGreaterThan(100);
});

describe.each(SEEDS)('with the seed %s', (seed) => {
  const questions = questionsOf(seed);
  test.each(ENGINES)('an engine is found, and shrunk to the last row, that is wrong: %s', async (_name, engine) => {
    const one = await found(engine, questions);
    expect(one, `seed ${seed}`).toBeDefined();
    if (one === undefined) return;
    expect(one.isMinimal).toBe(true);
    expect(one.rounds).toBeLessThanOrEqual(25);
    const { history } = one.question;
    for (const row of [...history.attempts, ...history.events]) {
      const without = {
        ...one.question,
        history: {
          ...history,
          attempts: history.attempts.filter((other) => other !== row),
          events: history.events.filter((other) => other !== row),
        },
      };
      const finding = findingOf(await outcomeOf(engine, without), without, {});
      expect(isLike(one.shape, finding), `dropping a row leaves ${one.shape}`).toBe(false);
    }
  });
});

test('a cell that is said to be equivalent moves no verdict', () => {
  const stream = new QuestionStream('equivalent', VARIOUS1);
  const engines = Object.entries(equivalentRules()).map(([name, rules]) => ({ name, engine: byRules(rules) }));
  for (let run = 0; run < 5000; run += 1) {
    const question = stream.question(run);
    const expected = expectedOf(question).verdicts;
    for (const { name, engine } of engines) {
      expect(engine(question.history, VARIOUS1, question.asOf).verdicts, name).toEqual(expected);
    }
  }
});
