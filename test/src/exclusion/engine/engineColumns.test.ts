// Columns, the engine on objects and the reference give the same verdicts, on boundary-biased histories under any
// readings and amended rules. All three read the same clause rows: that those are right is for the case tables.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engine } from '../../../../src/exclusion/engine/engine.ts';
import { columnEngine, verdictColumns, type HistoryColumns } from '../../../../src/exclusion/engine/engineColumns.ts';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import type { History } from '../../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../../src/rules/builtInRules.ts';
import { packHistories, verdictsAt, withoutEvidence } from '../../../benchmarks/ruleEngines/columns.ts';
import { AS_OF, workload } from '../../../benchmarks/workload.ts';
import { ruleSetArbitrary } from '../../../kit/index.ts';
import { asOfArbitrary, historyArbitrary } from '../chainedHistories.ts';
import { seedNumber } from '../../../seed.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 400), seed: seedNumber(import.meta.filename, 20_211_103) };

/** Several histories under one rule set, so that what one leaves in the tally would show in the next. */
const questions = ruleSetArbitrary.chain((rules) =>
  fc.array(historyArbitrary({ rules }), { minLength: 1, maxLength: 6 }).chain((histories) =>
    fc.record({
      rules: fc.constant(rules),
      histories: fc.constant(histories),
      asOf: fc.oneof(...histories.map((history) => asOfArbitrary(history, rules))),
    }),
  ),
);

describe('the engine on columns', () => {
  test('the engine on columns gives the verdicts of the engine and of the reference, under any rules', () => {
    fc.assert(
      fc.property(questions, ({ rules, asOf, histories }) => {
        const answers = columnEngine(rules).decide(packHistories(histories), asOf, verdictColumns(histories.length));
        const decider = engine(rules);
        for (const [i, history] of histories.entries()) {
          const verdicts = verdictsAt(answers, i);
          expect(verdicts).toEqual(withoutEvidence(evaluate(history, rules, asOf).verdicts));
          expect(verdicts).toEqual(withoutEvidence(decider.decide(history, asOf).verdicts));
        }
      }),
      RUNS,
    );
  });

  test("the engine on columns gives the same verdicts on the benchmark's workload, in which every category holds somewhere", () => {
    const histories = workload(3000);
    const answers = columnEngine(VARIOUS1).decide(packHistories(histories), AS_OF, verdictColumns(histories.length));
    for (const [i, history] of histories.entries()) {
      expect(verdictsAt(answers, i)).toEqual(withoutEvidence(evaluate(history, VARIOUS1, AS_OF).verdicts));
    }
    expect(answers.mask.reduce((all, mask) => all | mask, 0)).toBe(0b111111);
    expect(new Set(answers.reported)).toEqual(new Set([-1, 0, 1, 2, 3, 4, 5]));
  });

  test('the engine on columns overwrites the answers of an earlier batch', () => {
    const [first, second] = [workload(200), workload(400).slice(200)];
    const decider = columnEngine(VARIOUS1);
    const into = verdictColumns(200);
    decider.decide(packHistories(first), AS_OF, into);
    decider.decide(packHistories(second), AS_OF, into);
    const fresh = decider.decide(packHistories(second), AS_OF, verdictColumns(200));
    for (const i of second.keys()) expect(verdictsAt(into, i)).toEqual(verdictsAt(fresh, i));
  });

  test('the engine on columns counts an exact duplicate once, and refuses rows that are not in order', () => {
    const [history] = workload(1) as [History];
    const doubled: History = {
      ...history,
      attempts: [...history.attempts, ...history.attempts],
      events: [...history.events, ...history.events],
    };
    const decide = (columns: HistoryColumns) => columnEngine(VARIOUS1).decide(columns, AS_OF, verdictColumns(1));
    const columns = packHistories([history]);
    expect(verdictsAt(decide(packHistories([doubled])), 0)).toEqual(verdictsAt(decide(columns), 0));
    expect(() => decide({ ...columns, attemptAt: columns.attemptAt.toReversed() })).toThrow('order of time');
  });

  test('the engine on columns refuses rows of one instant that are not in their order', () => {
    const [one] = workload(1) as [History];
    const at = AS_OF - 100;
    const attempt = { at, outcome: 'MA112', cause: 'device', table510: false } as const;
    const columns = packHistories([
      {
        ...one,
        attempts: [
          { ...attempt, kind: 'migration' },
          { ...attempt, kind: 'instruction' },
        ],
        events: [
          { at, event: 'readmit', value: '' },
          { at, event: 'esme-dormant', value: 'yes' },
        ],
      },
    ]);
    const decide = (wrong: HistoryColumns) => () => columnEngine(VARIOUS1).decide(wrong, AS_OF, verdictColumns(1));
    expect(decide(columns)).not.toThrow();
    expect(decide({ ...columns, attemptKind: columns.attemptKind.toReversed() })).toThrow('in their order');
    expect(decide({ ...columns, eventName: columns.eventName.toReversed() })).toThrow('in their order');
  });
});
