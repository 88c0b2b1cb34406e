import { KIND_182_SOURCE, type Clause, type Counting, type Standing } from '../clauses/clause.ts';
import { formatPath, type Path } from '../document/path.ts';
import type { Dated } from '../regulation/dated.ts';
import { READING_NAMES, READINGS } from '../regulation/readings.ts';
import { documentOf } from './ruleSetSchema.ts';
import type { RuleSet } from './ruleset.ts';
import { SOURCES, type Source, type SourceId } from '../regulation/sources.ts';

/**
 * A rule set for a reader: each clause in our words, with its citations and the words of their sources, and each reading with
 * what it means. Only words of a source stand in quotation marks.
 */
export function rulesText(rules: RuleSet): string {
  const lines = [
    rules.name,
    `  ${rules.title}`,
    `  exclusions take effect until ${rules.expiresOn} (London)`,
    ...(rules.clauses.length === 0 ? ['', 'No category of exclusion.'] : []),
    ...rules.clauses.flatMap((clause) => ['', ...clauseLines(clause)]),
    '',
    'Of several categories that hold, the first of these is reported',
    `  ${rules.precedence.join(', ')}`,
    `  five-retries against gt01: ${FIVE_AGAINST_GT01[rules.fiveRetriesAgainstGt01]}`,
    '',
    'Windows of the checks',
    ...windowLines('WAN contact', rules.windows.wanWindowSeconds),
    ...windowLines('HAN contact', rules.windows.gt01WindowSeconds),
    '',
    'Readings (where the text leaves a choice; * is not our default)',
    ...READING_NAMES.flatMap((name) => readingLines(name, rules)),
  ];
  return `${lines.join('\n')}\n`;
}

const FIVE_AGAINST_GT01: Readonly<Record<RuleSet['fiveRetriesAgainstGt01'], string>> = {
  restsOnGt01: 'gt01 goes first where five-retries rests on its failures',
  byOrder: 'by the order above',
};

function clauseLines(clause: Clause): string[] {
  const inForce = clause.inForceFrom === null ? 'never in force' : `in force from ${clause.inForceFrom}`;
  const credit = clause.creditCohorts.length === 0 ? '' : `; payment mode credit in ${clause.creditCohorts.join(', ')}`;
  return [
    `${clause.category} (clause ${clause.clause}): ${clause.title}`,
    `  ${clause.text} (our words)`,
    `  shown by    ${clause.shows.type === 'count' ? countText(clause.shows) : standingText(clause.shows)}`,
    `  scope       ${clause.cohorts.join(', ')}; dormancy ${clause.dormancy}${credit}`,
    `  excludes    ${clause.excludes === 'gsme' ? 'the gas meter alone' : 'the installation'}; 18.2 ${clause.kind182.map((kind) => `(${kind})`).join(' ')} [${KIND_182_SOURCE}]`,
    `  decided by  ${clause.decidedBy}; ${inForce}`,
    ...clause.sources.flatMap(sourceLines),
  ];
}

function countText({ kind, outcomes, atLeast, separation, exceptTable510 }: Counting): string {
  const what = outcomes === 'anyFailure' ? 'any failure' : outcomes.join(', ');
  const apart = separation === 'week' ? ' in separate weeks' : '';
  return `at least ${atLeast} ${kind} attempts${apart}: ${what}${exceptTable510 ? ', Table 5.10 errors aside' : ''}`;
}

function standingText({ family, holds }: Standing): string {
  return `the latest of ${family.join(', ')} is ${holds}`;
}

function sourceLines(id: SourceId): string[] {
  const source: Source = SOURCES[id];
  return [
    `  source      ${source.title} [${id}]`,
    ...(source.quotes ?? []).map((quote) => `              "${quote}"`),
    ...(source.note === undefined ? [] : [`              ${source.note}`]),
  ];
}

function windowLines(name: string, window: Dated<number>): string[] {
  return window.rows.map(
    ({ from, value, source, ours }) =>
      `  ${name} within ${value} s from ${from} [${source}]${ours === undefined ? '' : `; ours: ${ours}`}`,
  );
}

function readingLines(name: (typeof READING_NAMES)[number], rules: RuleSet): string[] {
  const row = READINGS[name];
  const value = rules.readings[name];
  const meanings: Readonly<Record<string, string>> = row.values;
  const others = Object.keys(row.values).filter((other) => other !== value);
  const mark = value === row.default ? ' ' : '*';
  const acts = row.actsOn === 'checks' ? ' (acts on checks, not on histories)' : '';
  return [`${mark} ${name}: ${value} - ${row.meaning}${acts}`, `      ${meanings[value]} [not: ${others.join(', ')}]`];
}

export interface RuleDifference {
  readonly path: string;
  /** Undefined: the first has none. */
  readonly before: unknown;
  readonly after: unknown;
}

/** The paths, as `--set-rule` takes them, in which two rule sets differ. */
export function diffRules(a: RuleSet, b: RuleSet): readonly RuleDifference[] {
  return [...differences(documentOf(a), documentOf(b), [])];
}

function* differences(before: unknown, after: unknown, path: Path): Iterable<RuleDifference> {
  if (isMap(before) && isMap(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(before[name], after[name], [...path, name]);
  } else if (JSON.stringify(before) !== JSON.stringify(after)) yield { path: formatPath(path), before, after };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
