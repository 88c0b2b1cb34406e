/**
 * How users of `smets1-bench/kit` write their tests, as files of their own project: the name of each, its text, and how
 * it is run. Each file tries a right engine and a wrong one, and ends with 0 if the kit tells them apart.
 */
export interface KitUser {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** The arguments after `node`. `vitest` stands for the entry file of vitest. */
  readonly args: readonly string[];
}

/** The engines of the user: the bench's own for the right one, and one that sees no system failures for the wrong one. */
const ENGINES = `
import { engine, VARIOUS1 } from 'smets1-bench';
const decider = engine(VARIOUS1);
const counted = engine({ ...VARIOUS1, readings: { ...VARIOUS1.readings, systemAttempts: 'counted' } });
export const right = (history, rules, asOf) => decider.decide(history, asOf);
export const wrong = (history, rules, asOf) => counted.decide(history, asOf);
`;

/** The tests of one runner. `test` and `rejects` come from its own library. */
function suite(imports: string): string {
  return `${imports}
import { agreesWithReference, askerOf, askerOfBatches, askerOfMessages, assertLaw, compareWithReference, lawsFor } from 'smets1-bench/kit';
import { VARIOUS1 } from 'smets1-bench';
import { right, wrong } from './engines.mjs';
const one = { rules: VARIOUS1, runs: 60 };
for (const law of lawsFor({ oneRuleSet: true })) test(law.name, () => assertLaw(law, right, one));
test('two clauses agree', () => assertLaw(agreesWithReference({ clauses: ['gt01', 'five-retries'] }), right, { runs: 200 }));
test('an engine that answers later agrees', async () => {
  const later = askerOfBatches(async (questions) => questions.map(({ history, rules, asOf }) => right(history, rules, asOf)));
  await assertLaw(agreesWithReference(), later, { runs: 200 });
});
test('a wrong engine fails with a table, dates and a path', async () => {
  await rejects(async () => assertLaw(agreesWithReference(), wrong, { seed: 1 }), /London time +UTC[^]*caused on the system side[^]*path: '/);
  await rejects(() => compareWithReference(askerOf(wrong)), /With systemAttempts=counted, 0 differ/);
  const none = askerOfMessages(async (questions) => questions.map(({ id, asOf }) => ({ id, verdicts: [], asOf })));
  await rejects(() => assertLaw(agreesWithReference(), none, { seed: 1 }), /your engine does not say so/);
});
`;
}

const VITEST = suite(`
import { expect, test } from 'vitest';
const rejects = (act, text) => expect(act()).rejects.toThrow(text);
`);

const NODE_TEST = suite(`
import assert from 'node:assert';
import { test } from 'node:test';
const rejects = (act, text) => assert.rejects(act, ({ message }) => text.test(message));
`);

const FAST_CHECK = `
import assert from 'node:assert';
import fc from 'fast-check';
import { assertLaw, agreesWithReference, historyArbitrary, LAWS, questionArbitrary } from 'smets1-bench/kit';
import { evaluate } from 'smets1-bench';
import { wrong } from './engines.mjs';
for (const law of LAWS) fc.assert(law.property(evaluate), { numRuns: 40, seed: 1 });
const smallest = fc.check(fc.property(historyArbitrary(), ({ attempts }) => attempts.length < 2), { seed: 1, numRuns: 500 });
assert.equal(smallest.counterexample[0].attempts.length, 2);
assert.throws(
  () => fc.assert(fc.property(questionArbitrary(), ({ history }) => history.attempts.length < 2), { seed: 1 }),
  /London time +UTC/,
);
// The kit uses the fast-check of this project: what is configured here counts there.
let asked = 0;
fc.configureGlobal({ numRuns: 7 });
assertLaw(agreesWithReference(), (history, rules, asOf) => { asked += 1; return evaluate(history, rules, asOf); });
assert.equal(asked, 7);
fc.resetConfigureGlobal();
assert.throws(() => fc.assert(agreesWithReference().property(wrong), { seed: 1, numRuns: 2000 }), /Counterexample/);
`;

/** The files that every user has. */
export const SHARED = { file: 'engines.mjs', text: ENGINES };

export const KIT_USERS: readonly KitUser[] = [
  {
    name: 'vitest',
    file: 'kit.test.mjs',
    text: VITEST,
    args: ['vitest', 'run', '--root', '.', '--testTimeout=600000', 'kit.test.mjs'],
  },
  { name: 'node:test', file: 'nodeTest.mjs', text: NODE_TEST, args: ['--test', 'nodeTest.mjs'] },
  { name: 'plain fast-check', file: 'plain.mjs', text: FAST_CHECK, args: ['plain.mjs'] },
];
