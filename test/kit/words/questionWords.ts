import fc from 'fast-check';
import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import { formatTrace } from '../../../src/exclusion/explain/formatTrace.ts';
import { rowWords } from '../../../src/exclusion/explain/reasonWords.ts';
import { trace } from '../../../src/exclusion/explain/trace.ts';
import { textTable } from '../../../src/text/table.ts';
import { formatInstant, formatWeek, isoWeek } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import { writeInstallation, writeInstant } from '../cases/caseFields.ts';
import { rawQuestion } from '../cases/caseForm.ts';

/** Indents every line that is not empty by two spaces. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** The installation and its rows as a table, in London time and in UTC. Rows after the as-of are marked. */
export function historyTable({ history, asOf }: Pick<Question, 'history' | 'asOf'>): string {
  const { installation, attempts, events } = history;
  const rows = [...events, ...attempts].sort((a, b) => a.at - b.at);
  const lines = rows.map((row) => [
    writeInstant(row.at),
    formatInstant(row.at),
    formatWeek(isoWeek(row.at)),
    rowWords(row),
    row.at > asOf ? 'after the as-of' : '',
  ]);
  const meters = `installation: ${writeInstallation(installation)} (what is not named: Dormant, credit, suppliers E and G, DMC-1)`;
  if (rows.length === 0) return `${meters}\nno attempt and no event`;
  return `${meters}\n${textTable([['London time', 'UTC', 'week', 'row', ''], ...lines], { right: [] })}`;
}

/** The line above a history table. */
export function asOfWords({ asOf }: Pick<Question, 'asOf'>): string {
  return `The history, as of ${writeInstant(asOf)} London time (${formatInstant(asOf)})`;
}

/** Writes a question as text: the history as a table, the as-of, and what the rules change in the proposed ones. */
export function questionText(question: Question): string {
  const { readings, rules } = rawQuestion(question);
  return [
    asOfWords(question),
    indent(historyTable(question)),
    ...(readings ? [`readings: ${JSON.stringify(readings)}`] : []),
    ...(rules ? [`rules: ${JSON.stringify(rules)}`] : []),
  ].join('\n');
}

/**
 * The bench's own trace of a question: every row with the reason why it counts or not.
 *
 * @param clauses the categories that are traced; by default those that hold or that count a row
 */
export function traceText({ history, rules, asOf }: Question, clauses?: readonly ExclusionCategory[]): string {
  const all = trace(history, rules, asOf);
  const isTraced = ({ category, holds, rows }: (typeof all)['clauses'][number]): boolean =>
    clauses?.includes(category) ?? (holds || rows.some(({ counted }) => counted));
  return formatTrace({ ...all, clauses: all.clauses.filter(isTraced) })
    .replace('the rule set has no category of exclusion', 'no category holds, and none counts a row')
    .trimEnd();
}

/** The question in a value on which a law is tried; undefined if there is none. */
export function questionIn(value: unknown): Question | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('question' in value) return questionIn(value.question);
  return 'history' in value && 'rules' in value && 'asOf' in value ? (value as Question) : undefined;
}

/**
 * A value that fast-check prints as text if it holds a question. The method is not enumerable: a copy of the value does
 * not have it, so no copy prints the text of another.
 */
export function readable<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const question = questionIn(value);
  if (question === undefined || Object.hasOwn(value, fc.toStringMethod)) return value;
  return Object.defineProperty(value, fc.toStringMethod, {
    configurable: true,
    value: () => `\n${indent(questionText(question))}\n`,
  });
}
