// The generator: its questions are valid, near the edges of the rules, and the same whichever were made before.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import { csvLine } from '../../src/interchange/format/rowWriter.ts';
import { attemptColumns, eventColumns, installationColumns } from '../../src/interchange/engine/engineProtocol.ts';
import { joinHistories } from '../../src/interchange/history/joinHistories.ts';
import type { RefusedRow } from '../../src/interchange/record/refusal.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { INSTANT_MAX } from '../../src/time.ts';
import { BehaviourMatrix } from '../kit/coverage/matrix.ts';
import { QuestionStream } from '../kit/generate/stream.ts';
import { expectedOf } from '../kit/trial/finding.ts';

const SEED = process.env['CHECK_SEED'] ?? 'generate';

test('question n of a seed is the same whether it is made alone, in a row, or backwards', () => {
  const row = new QuestionStream(SEED, VARIOUS1).questions(0, 600);
  const backwards = new QuestionStream(SEED, VARIOUS1);
  for (let run = 599; run >= 0; run -= 37) expect(backwards.question(run)).toEqual(row[run]);
  expect(new QuestionStream(`${SEED}2`, VARIOUS1).question(5)).not.toEqual(row[5]);
});

test('a seed gives the same questions on every machine', () => {
  const text = JSON.stringify(
    new QuestionStream('golden', VARIOUS1).questions(0, 500).map(({ history, asOf }) => [history, asOf]),
  );
  expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe('286823f32c57871f');
});

test('the readers of records refuse no generated row', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'generated-'));
  try {
    const questions = new QuestionStream(SEED, VARIOUS1).questions(0, 1500);
    const rows = { installations: '', attempts: '', events: '' };
    const line = (row: Readonly<Record<string, string | null>>) => csvLine(Object.values(row));
    for (const [i, { history }] of questions.entries()) {
      const id = String(i + 1);
      const installation = { ...history.installation, installationId: id, dmc: `DMC-${id}` };
      const columns = installationColumns(installation);
      const attempts = history.attempts.map((row) => ({ installation_id: id, ...attemptColumns(row) }));
      const events = history.events.map((row) => eventColumns(row, installation));
      if (i === 0) rows.installations += csvLine(Object.keys(columns));
      if (rows.attempts === '' && attempts[0]) rows.attempts = csvLine(Object.keys(attempts[0]));
      if (rows.events === '' && events[0]) rows.events = csvLine(Object.keys(events[0]));
      rows.installations += line(columns);
      for (const row of attempts) rows.attempts += line(row);
      for (const row of events) rows.events += line(row);
    }
    const input = (name: keyof typeof rows) => {
      const path = join(folder, `${name}.csv`);
      writeFileSync(path, rows[name]);
      return [{ name: path, path, format: 'csv' as const }];
    };
    const refused: RefusedRow[] = [];
    const inputs = { installations: input('installations'), attempts: input('attempts'), events: input('events') };
    const sink = { refuse: (row: RefusedRow) => void refused.push(row), emit: () => {}, discard: () => {} };
    const { counts } = await joinHistories(inputs, {
      asOf: INSTANT_MAX,
      temporary: folder,
      decide: (history) => evaluate(history, VARIOUS1, INSTANT_MAX),
      open: () => sink,
    });
    expect(refused).toEqual([]);
    expect(counts.undecided).toBe(0);
    expect(counts.installations).toBe(1500);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('every category holds, is one short, and is disturbed by everything, in the default number of questions', () => {
  const stream = new QuestionStream(SEED, VARIOUS1);
  const matrix = new BehaviourMatrix(VARIOUS1);
  const held = new Map<string, number>();
  const runs = 20_000;
  for (let run = 0; run < runs; run += 1) {
    if (run % 256 === 0) stream.steer(run / 256, matrix.unreachedCategories());
    const question = stream.question(run);
    matrix.add(question, run);
    for (const { category } of expectedOf(question).verdicts) held.set(category, (held.get(category) ?? 0) + 1);
  }
  for (const category of CATEGORIES) expect(held.get(category) ?? 0, category).toBeGreaterThan(runs / 200);
  const unreached = matrix.unreached();
  expect(unreached.length, unreached.join('; ')).toBeLessThanOrEqual(2);
});
