// What the kit offers a test of one's own: an engine is compared with the bench, and the message is a counterexample.
import { expect, test } from 'vitest';
import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import { agreesWithReference } from '../kit/agrees.ts';
import { askerOf } from '../kit/trial/asker.ts';
import { CANARIES } from '../src/exclusion/canaries.ts';
import type { Engine } from '../kit/index.ts';

test('a right engine agrees, at once or in batches', async () => {
  await agreesWithReference(evaluate, { runs: 300 });
  await agreesWithReference(askerOf(evaluate), { runs: 300, clauses: ['gt01'] });
});

test('a wrong engine is rejected with the history, both verdicts and the clause', async () => {
  const wrong = CANARIES['goes on after an ok'] as Engine;
  await expect(agreesWithReference(wrong)).rejects.toThrow(/holds wrongly[\s\S]*your engine[\s\S]*Clause 18/);
});
