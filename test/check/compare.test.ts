// What counts as a difference between two answers, and how a wrong answer becomes a counterexample.
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/exclusion/verdict.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { instant } from '../../src/time.ts';
import { differencesOf, shapeOf } from '../kit/compare.ts';
import { readInstallation, readRow } from '../kit/cases/caseFields.ts';
import { candidatesOf } from '../kit/shrink/candidates.ts';
import { shrink } from '../kit/shrink/rounds.ts';
import { isLighter, weightOf } from '../kit/shrink/weight.ts';
import { QuestionStream } from '../kit/generate/stream.ts';
import { askerOf } from '../kit/trial/asker.ts';
import { counterexampleText } from '../kit/trial/counterexample.ts';
import { findingOf } from '../kit/trial/finding.ts';
import { alternativeText, inferReadings } from '../kit/trial/inference.ts';
import { search } from '../kit/trial/search.ts';
import { byRules } from './wrongEngines.ts';

const at = instant('2022-01-24T10:00:00Z');
const VERDICT: Verdict = {
  category: 'gt01',
  clause: '18.6',
  excludes: 'gsme',
  metAt: at,
  effectiveFrom: at,
  counted: 1,
  evidence: [at, at],
  reported: true,
};

describe('two answers', () => {
  test('are equal where every field that is given is', () => {
    expect(differencesOf({ verdicts: [{ category: 'gt01' }] }, { verdicts: [VERDICT] })).toEqual([]);
    expect(differencesOf({ verdicts: [{ category: 'gt01', counted: 1 }] }, { verdicts: [VERDICT] })).toEqual([]);
  });

  test('differ in a category that holds in one alone, whatever else', () => {
    const differences = differencesOf({ verdicts: [{ category: 'five-retries' }] }, { verdicts: [VERDICT] });
    expect(differences.map(shapeOf)).toEqual(['gt01 is missed', 'five-retries holds wrongly']);
  });

  test('are equal where an instant that the bench names twice is named once, and not where it is missing', () => {
    const given = (evidence: readonly number[]) => ({ verdicts: [{ category: 'gt01' as const, evidence }] });
    expect(differencesOf(given([at]), { verdicts: [VERDICT] })).toEqual([]);
    expect(differencesOf(given([]), { verdicts: [VERDICT] }).map(shapeOf)).toEqual(['gt01 evidence too few']);
    const once = { ...VERDICT, evidence: [at] };
    expect(differencesOf(given([at, at]), { verdicts: [once] }).map(shapeOf)).toEqual(['gt01 evidence too many']);
  });

  test('are compared in the clauses that were asked for alone, and then not in what is reported', () => {
    const wrong = { verdicts: [{ ...VERDICT, reported: false }, { category: 'five-retries' as const }] };
    expect(differencesOf(wrong, { verdicts: [VERDICT] }, { clauses: ['gt01'] })).toEqual([]);
    expect(differencesOf(wrong, { verdicts: [VERDICT] }, { clauses: ['five-retries'] }).map(shapeOf)).toEqual([
      'five-retries holds wrongly',
    ]);
  });
});

describe('the shrinker', () => {
  test('only proposes questions that are lighter and that a reader would accept', () => {
    const stream = new QuestionStream('candidates', VARIOUS1);
    for (let run = 0; run < 150; run += 1) {
      const question = stream.question(run);
      const weight = weightOf(question);
      for (const one of candidatesOf(question)) {
        expect(isLighter(weightOf(one), weight), `run ${run}`).toBe(true);
        const gasless = one.history.installation.gas === null;
        expect(gasless && one.history.events.some(({ event }) => event.startsWith('gas-')), `run ${run}`).toBe(false);
      }
    }
  });

  test('takes the same way in batches of any size', async () => {
    const stream = new QuestionStream('batches', VARIOUS1);
    const wide = { ...VARIOUS1, readings: { ...VARIOUS1.readings, mixed: 'anyDormant' as const } };
    const engine = byRules(wide);
    const isWrong = (question: Parameters<typeof weightOf>[0]) =>
      findingOf({ kind: 'answered', ...engine(question.history, VARIOUS1, question.asOf) }, question, {}) !== null;
    const questions = stream.questions(0, 2000).filter(isWrong).slice(0, 5);
    expect(questions.length).toBe(5);
    for (const question of questions) {
      const results = await Promise.all(
        [1, 7, 64].map((round) =>
          shrink(question, { candidates: candidatesOf, round, failing: async (list) => list.map(isWrong) }),
        ),
      );
      expect(results[1]?.question).toEqual(results[0]?.question);
      expect(results[2]?.question).toEqual(results[0]?.question);
    }
  });
});

describe('the inference of readings', () => {
  const inferred = async (readings: Partial<typeof VARIOUS1.readings>, more: Partial<typeof VARIOUS1> = {}) => {
    const rules = { ...VARIOUS1, ...more, readings: { ...VARIOUS1.readings, ...readings } };
    const found = await search({ asker: askerOf(byRules(rules)), rules: VARIOUS1, seed: 'readings', runs: 6000 });
    expect(found.failingCount).toBeGreaterThan(0);
    const failing = found.failing.map(({ run }) => run);
    const question = (run: number) => found.stream.question(run);
    return inferReadings({ rules: VARIOUS1, answers: found.answers, question, failing });
  };

  test('names the one reading that an engine follows', async () => {
    const { best } = await inferred({ separateWeeks: 'sevenDays' });
    expect(best).toEqual({ readings: { separateWeeks: 'sevenDays' }, failing: 0 });
  });

  test('names the two readings that an engine follows', async () => {
    const { best } = await inferred({ mixed: 'anyDormant', preparationClears: 'no' });
    expect(best && alternativeText(best.readings)).toBe('mixed=anyDormant and preparationClears=no');
    expect(best?.failing).toBe(0);
  });

  test('does not explain a bug away', async () => {
    const clauses = VARIOUS1.clauses.map((one) => ({ ...one, inForceFrom: '2021-12-08' }));
    const { best } = await inferred({}, { clauses });
    expect(best?.failing ?? 1).toBeGreaterThan(0);
  });
});

test('a counterexample shows the history, both verdicts, the clause with its words, and the near miss', () => {
  const rows = ['Mon 2022-01-10 MA112', 'Mon 2022-01-17 MA112', 'Mon 2022-01-24 MA112'].map(readRow);
  const history = {
    installation: readInstallation('MOC_MDS, no GSME'),
    attempts: rows.filter((row) => 'kind' in row),
    events: [],
  };
  const question = { history, rules: VARIOUS1, asOf: instant('2022-06-30T22:59:59Z') };
  const outcome = { kind: 'answered' as const, verdicts: [] };
  const finding = findingOf(outcome, question, {});
  expect(finding).not.toBeNull();
  const text = counterexampleText(question, outcome, finding as NonNullable<typeof finding>);
  expect(text).toContain('no-wan-attempting: it holds, and your engine does not say so.');
  expect(text).toContain('Mon 2022-01-17  2022-01-17T10:00:00Z  2022-W03  migration MA112');
  expect(text).toContain('your engine');
  expect(text).toContain('"Migration has failed at least three times in separate weeks due to no WAN');
  expect(text).toContain('Various 1, Q4 (Clause 18.8');
  expect(text).toContain('dropping it undoes the category');
});
