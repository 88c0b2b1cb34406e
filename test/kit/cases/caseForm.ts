import { parse, stringify } from 'yaml';
import { CATEGORIES, type Clause, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Readings } from '../../../src/regulation/readings.ts';
import { READING_NAMES, READINGS } from '../../../src/regulation/readings.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { endOfLondonDate, formatInstant, parseDate } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import {
  CaseProblem,
  readInstallation,
  readInstant,
  readRow,
  refuse,
  writeInstallation,
  writeRow,
  type RawRow,
} from './caseFields.ts';

/** The origin of a case. It is only for a reader: nothing is computed from it. */
export interface CaseOrigin {
  readonly version?: string;
  readonly seed?: string;
  readonly run?: number;
  readonly law?: string;
  readonly shape?: string;
  readonly answered?: unknown;
}

/** A case as it is written in YAML or JSON. */
export interface RawCase {
  readonly 'name': string;
  readonly 'clause'?: ExclusionCategory;
  readonly 'installation'?: string;
  readonly 'history': readonly RawRow[];
  readonly 'as-of'?: string;
  readonly 'readings'?: Partial<Readings>;
  readonly 'rules'?: Readonly<Record<string, unknown>>;
  readonly 'verdict'?: 'none' | 'holds' | Readonly<Record<string, unknown>>;
  readonly 'reported'?: string;
  readonly 'notes'?: readonly string[];
  readonly 'found'?: CaseOrigin;
  /** What a program that reads no words takes instead (`resolvedCase.ts`). It is passed over when the case is read. */
  readonly 'resolved'?: unknown;
}

/** A case: a question, and the expected answer (`raw`). */
export interface Case extends Question {
  /** The file that contains the case, by the name that the caller gave. */
  readonly file: string;
  readonly name: string;
  readonly raw: RawCase;
}

/** The as-of of a case that names none. A date means its last second in London. */
const AS_OF_DEFAULT = '2022-06-30';
const KEYS: readonly string[] = [
  'name', 'clause', 'installation', 'history', 'as-of', 'readings', 'rules', 'verdict', 'reported', 'notes', 'found',
  'resolved',
]; // prettier-ignore

/**
 * Reads a file of cases: a list of maps, in YAML or JSON.
 * @throws CaseProblem, which names the case and the field
 */
export function parseCases(text: string, file: string): readonly Case[] {
  let list: unknown;
  try {
    list = parse(text);
  } catch (error) {
    throw new CaseProblem(`${file}: not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const cases = Array.isArray(list) ? list : [list];
  return cases.map((raw: unknown, i) => readCase(raw, file, i));
}

function readCase(given: unknown, file: string, i: number): Case {
  const at = (field: string): string => `${file}: case ${i + 1}${nameOf(given)}${field === '' ? '' : ` › ${field}`}`;
  const field = <T>(name: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof CaseProblem) throw new CaseProblem(`${at(name)}: ${error.message}`);
      throw error;
    }
  };
  if (typeof given !== 'object' || given === null) throw new CaseProblem(`${at('')}: found no map, expected a case`);
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) field(unknown, () => refuse(unknown, `one of ${KEYS.join(', ')}`));
  const raw = given as RawCase;
  const rows = field('history', () => {
    if (!Array.isArray(raw.history)) refuse(raw.history, 'a list of rows');
    return raw.history.map(readRow);
  });
  const asOf = String(raw['as-of'] ?? AS_OF_DEFAULT);
  return {
    file,
    name: field('name', () => (typeof raw.name === 'string' ? raw.name : refuse(raw.name, 'a name'))),
    history: {
      installation: field('installation', () => readInstallation(raw.installation ?? 'IOC')),
      attempts: rows.filter((row) => 'kind' in row),
      events: rows.filter((row) => 'event' in row),
    },
    rules: field('rules', () => readRules(raw)),
    asOf: field('as-of', () => (parseDate(asOf) === undefined ? readInstant(asOf) : endOfLondonDate(asOf))),
    raw: { ...raw, ...field('clause', () => (raw.clause === undefined ? {} : { clause: categoryOf(raw.clause) })) },
  };
}

function nameOf(given: unknown): string {
  const name = (given as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? ` "${name}"` : '';
}

function categoryOf(text: string): ExclusionCategory {
  return CATEGORIES.find((category) => category === text) ?? refuse(text, CATEGORIES.join('|'));
}

const RULE_KEYS = ['expires-on', 'precedence', 'lacks', 'five-against-gt01'];

/** Reads the changes to the proposed rules: `expires-on`, `precedence`, `lacks`, and fields of clauses by category. */
function readRules(raw: RawCase): RuleSet {
  const { 'expires-on': expiresOn, precedence, lacks, 'five-against-gt01': five, ...clauses } = raw.rules ?? {};
  const lacking = (lacks ?? []) as readonly string[];
  for (const name of Object.keys(clauses)) {
    if (!CATEGORIES.some((category) => category === name)) refuse(name, [...CATEGORIES, ...RULE_KEYS].join('|'));
  }
  for (const [name, value] of Object.entries(raw.readings ?? {})) {
    const reading = READING_NAMES.find((one) => one === name) ?? refuse(name, `a reading: ${READING_NAMES.join(', ')}`);
    if (!Object.hasOwn(READINGS[reading].values, value)) refuse(value, Object.keys(READINGS[reading].values).join('|'));
  }
  return {
    ...VARIOUS1,
    ...(expiresOn === undefined ? {} : { expiresOn: expiresOn as string }),
    ...(precedence === undefined ? {} : { precedence: precedence as readonly ExclusionCategory[] }),
    ...(five === undefined ? {} : { fiveRetriesAgainstGt01: five as 'byOrder' }),
    readings: { ...VARIOUS1.readings, ...raw.readings },
    clauses: VARIOUS1.clauses
      .filter(({ category }) => !lacking.includes(category))
      .map((clause) => {
        const { shows, ...change } = (clauses[clause.category] ?? {}) as { shows?: object };
        return { ...clause, ...change, shows: { ...clause.shows, ...shows } };
      }),
  };
}

/** The raw form of a question: a case without its name and its expectation. */
export function rawQuestion({ history, rules, asOf }: Question): Omit<RawCase, 'name'> {
  const rows = [...history.attempts, ...history.events].sort((a, b) => a.at - b.at);
  const readings = Object.fromEntries(
    READING_NAMES.filter((name) => rules.readings[name] !== VARIOUS1.readings[name]).map((name) => [
      name,
      rules.readings[name],
    ]),
  ) as Partial<Readings>;
  const changes = ruleChanges(rules);
  return {
    'installation': writeInstallation(history.installation),
    'history': rows.map(writeRow),
    'as-of': formatInstant(asOf),
    ...(Object.keys(readings).length > 0 && { readings }),
    ...(Object.keys(changes).length > 0 && { rules: changes }),
  };
}

/** The changes of a rule set against the proposed one, in the form of a case's `rules`. */
function ruleChanges(rules: RuleSet): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  if (rules.expiresOn !== VARIOUS1.expiresOn) changes['expires-on'] = rules.expiresOn;
  if (!isEqual(rules.precedence, VARIOUS1.precedence)) changes['precedence'] = rules.precedence;
  if (rules.fiveRetriesAgainstGt01 !== VARIOUS1.fiveRetriesAgainstGt01) {
    changes['five-against-gt01'] = rules.fiveRetriesAgainstGt01;
  }
  const lacks: string[] = [];
  for (const clause of VARIOUS1.clauses) {
    const other = rules.clauses.find(({ category }) => category === clause.category);
    if (other === undefined) lacks.push(clause.category);
    else Object.assign(changes, clauseChanges(clause, other));
  }
  if (lacks.length > 0) changes['lacks'] = lacks;
  return changes;
}

function clauseChanges(clause: Clause, other: Clause): Record<string, unknown> {
  const changed = (a: object, b: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(b).filter(([key, value]) => !isEqual(value, (a as Record<string, unknown>)[key])),
    );
  const { shows, ...plain } = changed(clause, other);
  const all = { ...plain, ...(shows !== undefined && { shows: changed(clause.shows, other.shows) }) };
  return Object.keys(all).length === 0 ? {} : { [clause.category]: all };
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Writes cases as a YAML file with a comment at its head. The text reads back to the same questions. */
export function casesText(cases: readonly RawCase[], comment: string): string {
  const head = comment.split('\n').map((line) => `# ${line}`.trimEnd());
  return `${head.join('\n')}\n${stringify(cases, { lineWidth: 110, flowCollectionPadding: false })}`;
}
