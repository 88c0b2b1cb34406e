// What the kit offers a test of one's own: an engine is compared with the bench, and the message is a counterexample.
import { expect, test } from 'vitest';
import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import { decideRequest } from '../examples/engines/protocol.ts';
import {
  agreesWithReference,
  askerOf,
  askerOfBatches,
  askerOfMessages,
  assertLaw,
  compareWithReference,
  LAWS,
  lawsFor,
  type Engine,
} from '../kit/index.ts';
import { CANARIES } from '../src/exclusion/canaries.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';

const WRONG = CANARIES['goes on after an ok'] as Engine;
const AGREES = agreesWithReference();

test('a right engine agrees with the reference at once, in batches, and by messages', async () => {
  assertLaw(AGREES, evaluate, { runs: 300 });
  await assertLaw(AGREES, askerOf(evaluate), { runs: 300 });
  const batches = askerOfBatches((questions) =>
    Promise.resolve(questions.map(({ history, rules, asOf }) => evaluate(history, rules, asOf))),
  );
  await assertLaw(AGREES, batches, { runs: 300 });
  await compareWithReference(batches, { runs: 300, clauses: ['gt01'] });
});

test('an engine that speaks the messages of the protocol sees instants as text', async () => {
  const seen: string[] = [];
  const none = askerOfMessages((questions) => {
    seen.push(...questions.flatMap(({ attempts }) => attempts.map(({ at }) => at ?? '')));
    return Promise.resolve(questions.map(({ id }) => ({ id, verdicts: [] })));
  });
  await expect(assertLaw(AGREES, none, { runs: 200, seed: 1 })).rejects.toThrow('your engine does not say so');
  expect(seen.length).toBeGreaterThan(100);
  expect(seen.every((at) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at))).toBe(true);
  const right = askerOfMessages((questions) =>
    Promise.resolve(questions.map((one) => ({ id: one.id, verdicts: decideRequest(one) })).reverse()),
  );
  await assertLaw(AGREES, right, { runs: 200, seed: 1 });
});

test('an asker that throws, answers too little or answers nonsense fails by name', async () => {
  const throwing = askerOfBatches(() => Promise.reject(new Error('the database is away')));
  await expect(compareWithReference(throwing)).rejects.toThrow('the database is away');
  await expect(compareWithReference(askerOfBatches(() => Promise.resolve([])))).rejects.toThrow('0 answers to 1');
  const nonsense = askerOfMessages((questions) => Promise.resolve(questions.map(({ id }) => ({ id, verdicts: 'no' }))));
  await expect(compareWithReference(nonsense)).rejects.toThrow('verdicts: found "no"');
});

test('a comparison rejects a wrong engine with the history, both verdicts and the clause', async () => {
  await expect(compareWithReference(WRONG)).rejects.toThrow(/holds wrongly[\s\S]*your engine[\s\S]*Clause 18/);
});

test('a comparison names the reading that an engine follows', async () => {
  const rules = { ...VARIOUS1, readings: { ...VARIOUS1.readings, systemAttempts: 'counted' as const } };
  const other: Engine = (history, _rules, asOf) => evaluate(history, rules, asOf);
  await expect(compareWithReference(other)).rejects.toThrow('With systemAttempts=counted, 0 differ.');
});

function messageOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

test('the message of a broken law names the claim, the history, the trace, the seed and the path', () => {
  const law = LAWS.find(({ name }) => name === 'an ok after every other row adds no category');
  if (law === undefined) throw new Error('the law is gone');
  const text = messageOf(() => assertLaw(law, WRONG, { seed: 3 }));
  expect(text).toMatch(/^The engine breaks a law: an ok after every other row adds no category\n/);
  expect(text).toMatch(/London time +UTC/);
  expect(text).toContain('Why the bench answers as it does');
  expect(text).not.toMatch(/\b1[56]\d{8}\b/); // instants are text, and not seconds
  const [, seed, path] = /seed: (\d+), path: '([\d:]+)'/.exec(text) ?? [];
  const again = messageOf(() => assertLaw(law, WRONG, { seed: Number(seed), path: path ?? '' }));
  expect(again.split('To repeat')[0]).toBe(text.split('To repeat')[0]);
});

test('an engine that answers later gets the counterexample that it would get at once', async () => {
  const rules = { rules: VARIOUS1, seed: 7, runs: 2000 };
  const atOnce = messageOf(() => assertLaw(AGREES, WRONG, rules));
  const later = await assertLaw(AGREES, askerOf(WRONG), rules).catch((error: unknown) => (error as Error).message);
  expect(later).toBe(atOnce);
  expect(atOnce).toContain('Clause 18');
});

test('an engine of two clauses is held to these two', () => {
  const clauses = ['gt01', 'five-retries'] as const;
  const two: Engine = (...question) => {
    const { verdicts, notes } = evaluate(...question);
    return { verdicts: verdicts.filter(({ category }) => clauses.some((one) => one === category)), notes };
  };
  const laws = lawsFor({ clauses });
  expect(laws.length).toBeLessThan(LAWS.length);
  for (const law of [...laws, agreesWithReference({ clauses })]) assertLaw(law, two, { runs: 60, seed: 2, clauses });
  const left = LAWS.find((law) => law.needsAll);
  expect(() => assertLaw(left ?? AGREES, two, { clauses })).toThrow('concerns all categories together');
});

test('an engine of one rule set is tried with every law that asks under one', () => {
  const one: Engine = (history, _rules, asOf) => evaluate(history, VARIOUS1, asOf);
  const laws = lawsFor({ oneRuleSet: true });
  for (const law of laws) assertLaw(law, one, { runs: 40, seed: 2, rules: VARIOUS1 });
  for (const law of LAWS.filter((other) => !laws.includes(other))) {
    expect(() => assertLaw(law, one, { runs: 40, seed: 2, rules: VARIOUS1 }), law.name).toThrow('several rule sets');
  }
});
