// Case tables in YAML that a lawyer could read (test/cases/README.md), as histories with expected answers.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Engine } from '../../kit/index.ts';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import { isTable510 } from '../../../src/migration/errorCodes.ts';
import {
  EVENTS,
  type Attempt,
  type EventName,
  type History,
  type HistoryEvent,
} from '../../../src/migration/history.ts';
import type { Readings } from '../../../src/regulation/readings.ts';
import { VARIOUS1, type RuleSet } from '../../../src/rules/ruleset.ts';
import { endOfLondonDate, formatInstant, HOUR, londonInstant, parseDate, parseInstant } from '../../../src/time.ts';
import { assert } from '../../../src/assert.ts';

const FOLDER = new URL('../../cases/', import.meta.url);

interface RawCase {
  readonly 'name': string;
  readonly 'clause'?: ExclusionCategory;
  readonly 'installation'?: string;
  readonly 'history': readonly (string | Record<string, string>)[];
  readonly 'as-of'?: string;
  readonly 'readings'?: Partial<Readings>;
  readonly 'rules'?: Record<string, unknown>;
  readonly 'verdict'?: 'none' | 'holds' | Record<string, unknown>;
  readonly 'reported'?: string;
  readonly 'notes'?: readonly string[];
}

export interface Case {
  readonly file: string;
  readonly name: string;
  readonly history: History;
  readonly rules: RuleSet;
  readonly asOf: number;
  readonly raw: RawCase;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon 2022-01-10`, `2022-01-10 18:30` or a whole instant: a date alone is 10:00 in London. */
export function readInstant(text: string): number {
  const whole = parseInstant(text);
  if (whole !== undefined) return whole;
  const match = /^(?:([A-Z][a-z]{2}) )?(\d{4}-\d\d-\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  const day = match?.[2] === undefined ? undefined : parseDate(match[2]);
  assert(match !== null && day !== undefined, `not an instant of a case: ${text}`);
  const [, weekday, , hours, minutes, seconds] = match;
  // A wrong weekday is how a case about weeks goes wrong unseen.
  if (weekday !== undefined) assert(WEEKDAYS[(day + 3) % 7] === weekday, `${text} is a ${WEEKDAYS[(day + 3) % 7]}`);
  const ofDay = hours === undefined ? 10 * HOUR : Number(hours) * HOUR + Number(minutes) * 60 + Number(seconds ?? 0);
  return londonInstant(day, ofDay);
}

const ROW =
  /^((?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?|T[\d:]+Z)?) (instruction )?(\S+)((?: (?!system|5\.10)\S+)?)( system)?( 5\.10)?$/;

function readRow(raw: string | Record<string, string>): Attempt | HistoryEvent {
  if (typeof raw !== 'string') return readMap(raw);
  const match = ROW.exec(raw);
  assert(match !== null, `not a row of a case: ${raw}`);
  const [, when = '', instruction, word = '', value = '', system, table510] = match;
  const at = readInstant(when);
  if ((EVENTS as readonly string[]).includes(word)) {
    return { at, event: word as EventName, value: value.trim() };
  }
  assert(value === '', `an attempt has no value: ${raw}`);
  return {
    at,
    kind: instruction !== undefined || word === 'NO-WAN' ? 'instruction' : 'migration',
    outcome: word,
    cause: system === undefined ? 'device' : 'system',
    table510: table510 !== undefined || isTable510(word),
  };
}

function readMap(raw: Record<string, string>): Attempt | HistoryEvent {
  const at = readInstant(raw['at'] ?? '');
  if (raw['event'] !== undefined) return { at, event: raw['event'] as EventName, value: raw['value'] ?? '' };
  const outcome = raw['outcome'] ?? '';
  return {
    at,
    kind: raw['kind'] === 'instruction' ? 'instruction' : 'migration',
    outcome,
    cause: raw['cause'] === 'system' ? 'system' : 'device',
    table510: raw['table_5_10'] === undefined ? isTable510(outcome) : raw['table_5_10'] === 'yes',
  };
}

/** `IOC, GSME Active, gas prepayment`: a cohort and what differs from all Dormant, all credit, suppliers E and G. */
function readInstallation(text: string): Installation {
  const [cohort = '', ...words] = text.split(', ');
  assert((COHORTS as readonly string[]).includes(cohort), `not a cohort: ${cohort}`);
  const unknown = words.filter((word) => !DIFFERENCES.includes(word));
  assert(unknown.length === 0, `not a difference of an installation: ${unknown.join(', ')}`);
  const says = (word: string) => words.includes(word);
  return {
    installationId: '1',
    cohort: cohort as Cohort,
    groupId: '',
    mpan: '2000000000015',
    esmeDormant: !says('ESME Active'),
    electricityPaymentMode: says('electricity prepayment') ? 'prepayment' : 'credit',
    electricitySupplier: says('electricity supplier unknown') ? '' : 'E',
    dmc: 'DMC-1',
    gas: says('no GSME')
      ? null
      : {
          mprn: '3938424403',
          dormant: !says('GSME Active'),
          paymentMode: says('gas prepayment') ? 'prepayment' : 'credit',
          supplier: says('gas supplier unknown') ? '' : 'G',
        },
  };
}

const DIFFERENCES = [
  'ESME Active',
  'GSME Active',
  'no GSME',
  'electricity prepayment',
  'gas prepayment',
  'electricity supplier unknown',
  'gas supplier unknown',
];

/** Changes to the proposed rules: `expires-on`, `precedence`, `lacks`, and fields of clauses by category. */
function readRules(raw: RawCase): RuleSet {
  const { 'expires-on': expiresOn, precedence, lacks, 'five-against-gt01': five, ...clauses } = raw.rules ?? {};
  const lacking = (lacks ?? []) as readonly string[];
  for (const name of Object.keys(clauses))
    assert(
      VARIOUS1.clauses.some((row) => row.category === name),
      name,
    );
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

/** Every case of a file of test/cases, or of all of them. */
export function readCases(): readonly Case[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const raws = parse(readFileSync(new URL(file, FOLDER), 'utf8')) as RawCase[];
      return raws.map((raw) => readCase(basename(file, '.yaml'), raw));
    });
}

function readCase(file: string, raw: RawCase): Case {
  const rows = raw.history.map(readRow);
  const asOf = raw['as-of'] ?? '2022-06-30';
  return {
    file,
    name: raw.name,
    history: {
      installation: readInstallation(raw.installation ?? 'IOC'),
      attempts: rows.filter((row) => 'kind' in row),
      events: rows.filter((row) => 'event' in row),
    },
    rules: readRules(raw),
    asOf: parseDate(asOf) === undefined ? readInstant(asOf) : endOfLondonDate(asOf),
    raw,
  };
}

/** How an engine's answer differs from what a case expects, in words; empty where it does not. */
export function differences({ history, rules, asOf, raw }: Case, engine: Engine): readonly string[] {
  const { verdicts, notes } = engine(history, rules, asOf);
  const found: string[] = [];
  const compare = (what: string, is: unknown, expected: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(expected)) {
      found.push(`${what}: found ${JSON.stringify(is)}, expected ${JSON.stringify(expected)}`);
    }
  };
  const when = (value: unknown) => (value === 'none' ? null : formatInstant(readInstant(String(value))));
  const shown = (at: number | null) => (at === null ? null : formatInstant(at));
  if (raw.verdict !== undefined) {
    const verdict = verdicts.find(({ category }) => category === raw.clause);
    compare(`${raw.clause} holds`, verdict !== undefined, raw.verdict !== 'none');
    if (verdict !== undefined && typeof raw.verdict === 'object') {
      for (const [field, expected] of Object.entries(raw.verdict)) {
        if (field === 'met') compare('met', shown(verdict.metAt), when(expected));
        else if (field === 'effective') compare('effective', shown(verdict.effectiveFrom), when(expected));
        else if (field === 'counted') compare('counted', verdict.counted, expected === 'none' ? null : expected);
        else if (field === 'excludes') compare('excludes', verdict.excludes, expected);
        else if (field === 'reported') compare('reported', verdict.reported ? 'yes' : 'no', expected);
        else if (field === 'evidence') {
          compare('evidence', verdict.evidence.map(shown), (expected as readonly unknown[]).map(when));
        } else assert(false, `not a field of a verdict: ${field}`);
      }
    }
  }
  if (raw.reported !== undefined) {
    compare('reported', verdicts.find(({ reported }) => reported)?.category ?? 'none', raw.reported);
  }
  if (raw.notes !== undefined) {
    compare(
      'notes',
      notes.map(({ at, note }) => `${formatInstant(at)} ${note}`),
      raw.notes.map((text) => {
        const cut = text.lastIndexOf(' ');
        return `${formatInstant(readInstant(text.slice(0, cut)))} ${text.slice(cut + 1)}`;
      }),
    );
  }
  return found;
}
