// Case files: what is written reads back to the same question, and what cannot be read is named.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { answerOf } from '../../src/interchange/engine/engineProtocol.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { instant } from '../../src/time.ts';
import { caseDifferences } from '../kit/cases/caseDifferences.ts';
import { readInstant, writeInstant } from '../kit/cases/caseFields.ts';
import { casesText, parseCases, rawQuestion } from '../kit/cases/caseForm.ts';
import { resolvedCasesJson, type ResolvedCase } from '../kit/cases/resolvedCase.ts';
import { PLAIN_IDENTITY } from '../kit/shrink/weight.ts';
import { QuestionStream } from '../kit/generate/stream.ts';
import { mutatedRules } from './wrongEngines.ts';

test('a question is the same after it was written and read, but for the identifiers', () => {
  const stream = new QuestionStream('case files', VARIOUS1);
  const questions = stream.questions(0, 400);
  const text = casesText(
    questions.map((question, i) => ({ name: `case ${i}`, ...rawQuestion(question) })),
    'generated',
  );
  const read = parseCases(text, 'file');
  for (const [i, question] of questions.entries()) {
    const { installation, attempts, events } = question.history;
    const { gas } = installation;
    const own = { ...installation, installationId: PLAIN_IDENTITY.installationId, mpan: PLAIN_IDENTITY.mpan };
    expect(read[i]?.history.installation).toEqual({ ...own, gas: gas && { ...gas, mprn: PLAIN_IDENTITY.mprn } });
    const byTime = (rows: readonly { at: number }[]) => [...rows].sort((a, b) => a.at - b.at);
    expect(byTime(read[i]?.history.attempts ?? [])).toEqual(byTime(attempts));
    expect(byTime(read[i]?.history.events ?? [])).toEqual(byTime(events));
    expect(read[i]?.asOf).toBe(question.asOf);
    expect(read[i]?.rules).toEqual(VARIOUS1);
  }
});

test('every change of one cell of the rules survives a case file', () => {
  const [question] = new QuestionStream('rules', VARIOUS1).questions(0, 1);
  for (const [name, rules] of Object.entries(mutatedRules())) {
    const raw = { name, ...rawQuestion({ ...(question as NonNullable<typeof question>), rules }) };
    expect(parseCases(casesText([raw], ''), 'file')[0]?.rules, name).toEqual(rules);
  }
});

test('both instants of the hour that the clocks repeat have a text of their own', () => {
  const [first, second] = [instant('2022-10-30T00:30:00Z'), instant('2022-10-30T01:30:00Z')];
  expect(writeInstant(first)).not.toBe(writeInstant(second));
  for (const at of [first, second]) expect(readInstant(writeInstant(at))).toBe(at);
});

test('a case file is YAML that a person can read and change', () => {
  const [question] = new QuestionStream('text', VARIOUS1).questions(3, 4);
  const text = casesText([{ name: 'one', ...rawQuestion(question as NonNullable<typeof question>) }], 'a comment');
  expect(text.startsWith('# a comment\n- name: one\n')).toBe(true);
  expect(parse(text)).toHaveLength(1);
});

describe('what cannot be read is named with its case and its field', () => {
  test.each([
    ['- history: []', /case 1.*name.*expected a name/],
    ['- {name: a, history: [Tue 2022-01-10 MA112]}', /case 1 "a" › history.*expected Mon/],
    ['- {name: a, history: [Mon 2022-01-10]}', /history.*expected a row/],
    ['- {name: a, history: [], installation: XOC}', /installation.*IOC\|MOC_MDS/],
    ['- {name: a, history: [], clause: gt02}', /clause.*master-key/],
    ['- {name: a, history: [], readings: {mixed: maybe}}', /rules.*barred\|anyDormant/],
    ['- {name: a, history: [], as-of: soon}', /as-of.*expected an instant/],
    ['- {name: a, histroy: []}', /histroy.*expected one of name/],
    ['- [', /not YAML/],
  ])('%s', (text, why) => {
    expect(() => parseCases(text, 'file.yaml')).toThrow(why);
  });
});

test('the JSON of a case table reads back to the same cases, with the question and verdicts of the protocol', () => {
  const yaml = readFileSync(new URL('../cases/readings.yaml', import.meta.url), 'utf8');
  const json = resolvedCasesJson(yaml, 'readings.yaml');
  const cases = parseCases(yaml, 'readings.yaml');
  const read = parseCases(json, 'readings.yaml');
  expect(read.map(({ name, history, rules, asOf }) => ({ name, history, rules, asOf }))).toEqual(
    cases.map(({ name, history, rules, asOf }) => ({ name, history, rules, asOf })),
  );
  const resolved = (JSON.parse(json) as ResolvedCase[]).map((one) => one.resolved);
  for (const [i, { question, verdicts }] of resolved.entries()) {
    const one = cases[i];
    if (one === undefined) throw new Error('as many cases');
    const answer = answerOf({ id: question.id, verdicts });
    if (!answer.ok || !('verdicts' in answer.value)) throw new Error('an answer of the protocol');
    expect(caseDifferences(one, answer.value), one.name).toEqual([]);
    expect(question.rules === undefined, one.name).toBe(JSON.stringify(one.rules) === JSON.stringify(VARIOUS1));
  }
});
