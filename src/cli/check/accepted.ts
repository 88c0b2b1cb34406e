import { parse } from 'yaml';
import { CATEGORIES } from '../../clauses/clause.ts';
import { READING_NAMES, READINGS, type Readings } from '../../regulation/readings.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { parseDate } from '../../time.ts';
import type { EngineOutcome } from '../../interchange/engine/engineOutcome.ts';
import type { Question } from '../../../test/kit/question.ts';
import { differencesOf } from '../../../test/kit/compare.ts';
import { expectedOf, shapesOf, type Finding } from '../../../test/kit/trial/finding.ts';
import { UsageError } from '../shell/exit.ts';
import { readGiven } from '../shell/readText.ts';

/** One row of an accept file: what is contested, why it is let pass, and until when. */
interface AcceptedRow {
  /** A shape, or its beginning: `five-retries`, `five-retries is missed`, `gt01 reported`. */
  readonly shape?: string;
  /** Another reading that the engine follows on purpose. */
  readonly reading?: Partial<Readings>;
  readonly reason: string;
  /** The last day on which the row is valid, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly text: string;
  uses: number;
}

const EXPECTED = `a list of rows like
  - when: { category: five-retries, field: is missed }   # or { reading: separateWeeks=sevenDays }
    reason: the supplier contests it
    expires: 2022-12-31`;

/** The contested shapes of an accept file. */
export class Accepted {
  private readonly rows: readonly AcceptedRow[];
  private readonly today: string;

  private constructor(rows: readonly AcceptedRow[], today: string) {
    this.rows = rows;
    this.today = today;
  }

  /** Reads an accept file; without a name nothing is accepted. `now` is in milliseconds since 1970. Throws a UsageError. */
  static read(file: string | undefined, now: number): Accepted {
    const today = new Date(now).toISOString().slice(0, 10);
    if (file === undefined) return new Accepted([], today);
    const text = readGiven(file, EXPECTED, `--accept ${file}`);
    let list: unknown;
    try {
      list = parse(text);
    } catch (error) {
      throw new UsageError(`--accept ${file}: ${(error as Error).message}`);
    }
    if (!Array.isArray(list)) throw new UsageError(`--accept ${file}: found no list, expected ${EXPECTED}`);
    return new Accepted(
      list.map((row: unknown, i) => rowOf(row, `--accept ${file}: row ${i + 1}`)),
      today,
    );
  }

  /** True if a valid row covers everything that is wrong with an answer. Counts the use. */
  covers(question: Question, outcome: EngineOutcome, finding: Finding): boolean {
    const shapes = shapesOf(finding);
    const used = this.rows.filter((row) => row.expires >= this.today && isCovered(row, shapes, question, outcome));
    const reading = used.find((row) => row.reading !== undefined);
    const all = reading ? [reading] : used;
    if (!reading && !shapes.every((shape) => all.some((row) => startsWith(shape, row.shape)))) return false;
    for (const row of all) row.uses += 1;
    return true;
  }

  /** The readings that valid rows accept. An engine is held to its laws under these. */
  get readings(): Partial<Readings> {
    const valid = this.rows.filter(({ expires }) => expires >= this.today);
    return valid.reduce<Partial<Readings>>((all, { reading }) => ({ ...all, ...reading }), {});
  }

  /** Rows whose time is over: each fails the run. */
  get expired(): readonly string[] {
    return this.rows.filter(({ expires }) => expires < this.today).map(({ text, expires }) => `${text} (${expires})`);
  }

  /** Valid rows that accepted nothing. */
  get idle(): readonly string[] {
    return this.rows.filter(({ expires, uses }) => expires >= this.today && uses === 0).map(({ text }) => text);
  }
}

function startsWith(shape: string, wanted: string | undefined): boolean {
  return wanted !== undefined && (shape === wanted || shape.startsWith(`${wanted} `));
}

function isCovered(row: AcceptedRow, shapes: readonly string[], question: Question, outcome: EngineOutcome): boolean {
  if (row.reading === undefined) return shapes.some((shape) => startsWith(shape, row.shape));
  if (outcome.kind !== 'answered') return false;
  return (
    differencesOf(outcome, expectedOf({ ...question, rules: underReading(question.rules, row.reading) })).length === 0
  );
}

const UNDER = new WeakMap<RuleSet, Map<string, RuleSet>>();

/** The rules under another reading: the same object each time, so that it is compiled once. */
function underReading(rules: RuleSet, reading: Partial<Readings>): RuleSet {
  const known = UNDER.get(rules) ?? new Map<string, RuleSet>();
  UNDER.set(rules, known);
  const key = JSON.stringify(reading);
  const found = known.get(key) ?? { ...rules, readings: { ...rules.readings, ...reading } };
  known.set(key, found);
  return found;
}

function rowOf(given: unknown, where: string): AcceptedRow {
  const fail = (found: string): never => {
    throw new UsageError(`${where}: found ${found}, expected ${EXPECTED}`);
  };
  if (typeof given !== 'object' || given === null) return fail('no map');
  const { when, reason, expires } = given as Record<string, unknown>;
  if (typeof reason !== 'string' || reason === '') return fail('no reason');
  const date = expires instanceof Date ? expires.toISOString().slice(0, 10) : expires;
  if (typeof date !== 'string' || parseDate(date) === undefined) return fail('no date under expires');
  if (typeof when !== 'object' || when === null) return fail('no map under when');
  const { category, field, shape, reading } = when as Record<string, unknown>;
  const row = { reason, expires: date, uses: 0 };
  if (typeof reading === 'string') return { ...row, reading: readingsOf(reading, where), text: `reading ${reading}` };
  if (typeof shape === 'string') return { ...row, shape, text: shape };
  if (!CATEGORIES.some((one) => one === category)) return fail(`${JSON.stringify(category)} as the category`);
  const text = `${category as string}${typeof field === 'string' ? ` ${field}` : ''}`;
  return { ...row, shape: text, text };
}

/** `a=b and c=d`, or `a=b, c=d`. */
function readingsOf(text: string, where: string): Partial<Readings> {
  return Object.fromEntries(
    text.split(/ and |, */).map((part) => {
      const [name = '', value = ''] = part.split('=');
      const reading = READING_NAMES.find((one) => one === name);
      if (reading === undefined || !Object.hasOwn(READINGS[reading].values, value)) {
        throw new UsageError(`${where}: found ${part}, expected a reading and its value: ${READING_NAMES.join(', ')}`);
      }
      return [reading, value];
    }),
  );
}
