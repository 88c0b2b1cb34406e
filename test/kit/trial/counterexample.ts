import type { Clause, ExclusionCategory } from '../../../src/clauses/clause.ts';
import { formatNearMisses, nearMisses } from '../../../src/exclusion/explain/nearMiss.ts';
import type { EngineOutcome } from '../../../src/interchange/engine/engineOutcome.ts';
import { SOURCES } from '../../../src/regulation/sources.ts';
import { clauseOf } from '../../../src/rules/ruleset.ts';
import { textTable } from '../../../src/text/table.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import { VERDICT_FIELDS, type GivenVerdict, type VerdictField } from '../compare.ts';
import { asOfWords, historyTable, indent, traceText } from '../words/questionWords.ts';
import { expectedOf, type Finding } from './finding.ts';

/**
 * Writes a counterexample as text: the history as a table, both verdicts side by side, the clause with its words, and
 * the near miss. `about` is the category whose clause is explained; by default the first that differs. `expected` is
 * what the rules ask for; by default what the bench's engine answers.
 */
export function counterexampleText(
  question: Question,
  outcome: EngineOutcome,
  finding: Finding,
  about?: ExclusionCategory,
  expected: readonly GivenVerdict[] = expectedOf(question).verdicts,
): string {
  const { rules } = question;
  const first = finding.kind === 'differs' ? finding.differences[0]?.category : undefined;
  const category = first === undefined ? undefined : (about ?? first);
  const clause = category === undefined ? undefined : clauseOf(rules, category);
  const sections = [
    summary(finding, category),
    asOfWords(question),
    indent(historyTable(question)),
    ...(outcome.kind === 'answered' && finding.kind === 'differs'
      ? ['The verdicts', indent(sideBySide(outcome.verdicts, expected, finding))]
      : []),
    ...(clause === undefined ? [] : [`Clause ${clause.clause}`, indent(clauseText(clause))]),
    ...(category === undefined ? [] : ['Why the bench answers so', indent(traceOf(question, category))]),
    ...(category === undefined ? [] : ['Near miss', indent(nearMissOf(question, category))]),
  ];
  return `${sections.join('\n')}\n`;
}

/** One sentence for each fault. */
function summary(finding: Finding, about: ExclusionCategory | undefined): string {
  if (finding.kind === 'refused') return `Your engine refuses rows that go together: ${finding.why}`;
  if (finding.kind === 'failed') return finding.sentence;
  const own = finding.differences.filter(({ category }) => category === about);
  return [...own, ...finding.differences.filter((one) => !own.includes(one))].map(sentence).join('\n');
}

/** `five-retries: your engine says that it holds; it does not.` */
export function sentence({
  category,
  field,
  found,
  expected,
}: (Finding & { kind: 'differs' })['differences'][number]): string {
  if (field === 'holds') {
    return found === true
      ? `${category}: your engine says that it holds, and it does not.`
      : `${category}: it holds, and your engine does not say so.`;
  }
  if (field === 'evidence') return `${category}: the evidence is not what the rules name.`;
  return `${category}: ${LABELS[field]} is ${shown(field, found)} by your engine, ${shown(field, expected)} by the rules.`;
}

const LABELS: Readonly<Record<VerdictField, string>> = {
  clause: 'clause',
  excludes: 'excludes',
  metAt: 'met_at',
  effectiveFrom: 'effective_from',
  counted: 'counted',
  evidence: 'evidence',
  reported: 'reported',
};

function shown(field: VerdictField, value: unknown): string {
  if (value === undefined) return '(not given)';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map((at: Instant) => formatInstant(at)).join('; ') || '(none)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field === 'metAt' || field === 'effectiveFrom') return formatInstant(value as Instant);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sideBySide(
  given: readonly GivenVerdict[],
  expected: readonly GivenVerdict[],
  finding: Finding & { kind: 'differs' },
): string {
  const concerned = [...new Set(finding.differences.map(({ category }) => category))];
  const rows = concerned.flatMap((category): string[][] => {
    const [mine, right] = [given, expected].map((list) => list.find((row) => row.category === category));
    const mark = (field: string): string =>
      finding.differences.some((one) => one.category === category && one.field === field) ? '<-' : '';
    const fields = VERDICT_FIELDS.filter((field) => mine === undefined || mine[field] !== undefined);
    return [
      [category, 'holds', mine ? 'yes' : 'no', right ? 'yes' : 'no', mark('holds')],
      ...fields.flatMap((field) =>
        field === 'evidence'
          ? evidenceRows(mine?.evidence, right?.evidence, mark(field))
          : [
              [
                '',
                LABELS[field],
                mine ? shown(field, mine[field]) : '',
                right ? shown(field, right[field]) : '',
                mark(field),
              ],
            ],
      ),
    ];
  });
  return textTable([['category', 'field', 'your engine', 'by the rules', ''], ...rows], { right: [] });
}

/** One row for each instant, so that an instant that one side lacks is seen beside the other side's. */
function evidenceRows(mine: readonly Instant[] = [], right: readonly Instant[] = [], mark: string): string[][] {
  const all = [...new Set([...mine, ...right])].sort((a, b) => a - b);
  return all.map((at, i) => {
    const [left, other] = [mine, right].map((list) => (list.includes(at) ? formatInstant(at) : ''));
    const differs = mine.length > 0 && right.length > 0 && left !== other;
    return ['', i === 0 ? 'evidence' : '', left ?? '', other ?? '', differs ? '<-' : i === 0 ? mark && '<-' : ''];
  });
}

function clauseText({ title, text, sources }: Clause): string {
  return [`${title}: "${text}"`, ...sources.map((source) => SOURCES[source].title)].join('\n');
}

/** The part of the trace that concerns one category. */
function traceOf(question: Question, category: ExclusionCategory): string {
  const lines = traceText(question, [category]).split('\n');
  // The clause's own words are printed above already.
  return lines.filter((line, i) => i > 1 && line.trim() !== '').join('\n');
}

function nearMissOf({ history, rules, asOf }: Question, category: ExclusionCategory): string {
  const near = nearMisses(history, rules, asOf).filter((one) => one.category === category);
  return near.length === 0 ? 'the rule set has no such category' : formatNearMisses(near).trimEnd();
}
