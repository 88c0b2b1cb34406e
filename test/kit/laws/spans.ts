import fc from 'fast-check';
import { questionArbitrary } from '../arbitraries/questions.ts';
import type { Question } from '../question.ts';
import { ruleSetArbitrary } from '../arbitraries/ruleSets.ts';
import { must, mustEqual, type Engine, type Spanning } from './law.ts';

/**
 * Checks, at every row, one second before it, and at the as-of, that the categories that hold are those with an open
 * span, and that their met_at is the start of that span. Spans are half-open, do not overlap, and last only at the
 * as-of.
 */
export function spansAgree(engine: Engine, spansOf: Spanning, { history, rules, asOf }: Question): void {
  const spans = spansOf(history, rules, asOf);
  for (const { from, to } of spans) {
    must(from < (to ?? asOf + 1), 'a span has a length');
    must((to ?? asOf) <= asOf, 'a span ends by the as-of');
  }
  const rows = [...history.attempts, ...history.events].map(({ at }) => at).filter((at) => at <= asOf);
  for (const at of new Set([...rows, ...rows.map((row) => row - 1), asOf])) {
    const open = spans.filter(({ from, to }) => from <= at && (to === null || at < to));
    const held = engine(history, rules, at).verdicts;
    mustEqual(
      open.map(({ category, from }) => [category, from]),
      held.map(({ category, metAt }) => [category, metAt]),
      'open spans are the verdicts',
    );
  }
}

/** The property that the spans of a history agree with the verdicts of an engine at every instant. */
export function spansProperty(engine: Engine, spansOf: Spanning): fc.IPropertyWithHooks<[Question]> {
  return fc.property(questionArbitrary(ruleSetArbitrary), (question) => {
    spansAgree(engine, spansOf, question);
  });
}
