import { engine, type CompiledEngine } from '../../src/exclusion/engine/engine.ts';
import { evaluate, spansOf } from '../../src/exclusion/reference/evaluate.ts';
import { NOTE_KINDS, type Evaluation, type Note, type Span } from '../../src/exclusion/verdict.ts';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import type { Question } from '../kit/index.ts';

const ENGINES = new WeakMap<RuleSet, CompiledEngine>();

/** The engine of a rule set, made once: compiling costs more than deciding. */
export function engineOf(rules: RuleSet): CompiledEngine {
  let known = ENGINES.get(rules);
  if (known === undefined) ENGINES.set(rules, (known = engine(rules)));
  return known;
}

const KINDS = Object.keys(NOTE_KINDS);

/** Notes are by time; which of two at one instant comes first is nobody's promise. */
function byTime(notes: readonly Note[]): readonly Note[] {
  return [...notes].sort((a, b) => a.at - b.at || KINDS.indexOf(a.note) - KINDS.indexOf(b.note));
}

/** The reference lists spans by category, the engine by time. */
export function byBeginning(spans: readonly Span[]): readonly Span[] {
  return [...spans].sort((a, b) => a.from - b.from || CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category));
}

/** What the reference says of a question, in one order. */
export function referenceOf({ history, rules, asOf }: Question): Evaluation & { readonly spans: readonly Span[] } {
  const { verdicts, notes } = evaluate(history, rules, asOf);
  return { verdicts, notes: byTime(notes), spans: byBeginning(spansOf(history, rules, asOf)) };
}

/** What the engine says; of the question's rules, or of others (a canary). */
export function engineSays(question: Question, rules = question.rules): ReturnType<typeof referenceOf> {
  const { verdicts, notes } = engineOf(rules).decide(question.history, question.asOf);
  return {
    verdicts,
    notes: byTime(notes),
    spans: byBeginning(engineOf(rules).spans(question.history, question.asOf)),
  };
}

/** The first part in which two answers differ, with both sides; null where they are the same. */
export function difference(
  found: ReturnType<typeof referenceOf>,
  expected: ReturnType<typeof referenceOf>,
): string | null {
  for (const part of ['verdicts', 'spans', 'notes'] as const) {
    const [a, b] = [JSON.stringify(found[part]), JSON.stringify(expected[part])];
    if (a !== b) return `${part}\n  engine    ${a}\n  reference ${b}`;
  }
  return null;
}
