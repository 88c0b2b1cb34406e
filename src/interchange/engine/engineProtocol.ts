import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import type { Installation } from '../../installation/installation.ts';
import { DMC_EVENTS, type Attempt, type EventName, type History, type HistoryEvent } from '../../migration/history.ts';
import { formatInstant, parseInstant, type Instant } from '../../time.ts';
import { ENGINE_PROTOCOL } from './engineMessages.ts';

/** The first line to an engine. `rules` is the document form of the resolved rule set. */
export function helloLine(rules: unknown, asOfDefault: Instant): string {
  return JSON.stringify({ hello: ENGINE_PROTOCOL, rules, asOfDefault: formatInstant(asOfDefault) });
}

/** A message of the protocol to an engine: instants are text, rows have the columns of the records. */
export interface EngineMessage {
  readonly id: number;
  readonly asOf: string;
  readonly installation: Readonly<Record<string, string | null>>;
  readonly attempts: readonly Readonly<Record<string, string>>[];
  readonly events: readonly Readonly<Record<string, string | null>>[];
  /** Another rule set for this question, in its document form. */
  readonly rules?: unknown;
}

/** A question as a message. Give `rules` only to an engine that takes rules. */
export function questionMessage(id: number, history: History, asOf: Instant, rules?: unknown): EngineMessage {
  const { installation } = history;
  const question = {
    id,
    asOf: formatInstant(asOf),
    installation: installationColumns(installation),
    attempts: history.attempts.map(attemptColumns),
    events: history.events.map((row) => eventColumns(row, installation)),
  };
  return rules === undefined ? question : { ...question, rules };
}

/** A question as its line. */
export function questionLine(id: number, history: History, asOf: Instant, rules?: unknown): string {
  return JSON.stringify(questionMessage(id, history, asOf, rules));
}

const yesNo = (value: boolean): 'yes' | 'no' => (value ? 'yes' : 'no');
const filled = (text: string): string | null => (text === '' ? null : text);

/** The columns of a row of `installations` in the form of NDJSON: text, or null if empty. */
export function installationColumns(of: Installation): Readonly<Record<string, string | null>> {
  const { gas } = of;
  return {
    installation_id: of.installationId,
    cohort: of.cohort,
    group_id: filled(of.groupId),
    mpan: of.mpan,
    mprn: gas && gas.mprn,
    esme_dormant: yesNo(of.esmeDormant),
    gsme_dormant: gas && yesNo(gas.dormant),
    electricity_payment_mode: of.electricityPaymentMode,
    gas_payment_mode: gas && gas.paymentMode,
    dmc: filled(of.dmc),
    electricity_supplier: filled(of.electricitySupplier),
    gas_supplier: gas && filled(gas.supplier),
    operator: of.operator ?? null,
    hub_model: of.hubModel ?? null,
  };
}

/** The columns of a row of `attempts` without its installation_id. */
export function attemptColumns(row: Attempt): Readonly<Record<string, string>> {
  return {
    at: formatInstant(row.at),
    kind: row.kind,
    outcome: row.outcome,
    cause: row.cause,
    table_5_10: yesNo(row.table510),
  };
}

const isOfDmc = (event: EventName): boolean => (DMC_EVENTS as readonly EventName[]).includes(event);

/** The columns of a row of `events`. The subject is the installation or its DMC, as the event requires. */
export function eventColumns(row: HistoryEvent, of: Installation): Readonly<Record<string, string | null>> {
  const subject = isOfDmc(row.event) ? `dmc:${of.dmc}` : of.installationId;
  return { subject, at: formatInstant(row.at), event: row.event, value: filled(row.value) };
}

/** A verdict of an engine. Fields that it left out are absent. */
export interface AnsweredVerdict {
  readonly category: ExclusionCategory;
  readonly clause?: string;
  readonly excludes?: 'installation' | 'gsme';
  readonly metAt?: Instant;
  readonly effectiveFrom?: Instant | null;
  readonly counted?: number | null;
  readonly evidence?: readonly Instant[];
  readonly reported?: boolean;
}

/** A verdict in the form of the protocol. Absent fields are left out. */
export function verdictMessage(row: AnsweredVerdict): Readonly<Record<string, unknown>> {
  const text = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
  return {
    category: row.category,
    ...(row.clause !== undefined && { clause: row.clause }),
    ...(row.excludes !== undefined && { excludes: row.excludes }),
    ...(row.metAt !== undefined && { met_at: text(row.metAt) }),
    ...(row.effectiveFrom !== undefined && { effective_from: text(row.effectiveFrom) }),
    ...(row.counted !== undefined && { counted: row.counted }),
    ...(row.evidence !== undefined && { evidence: row.evidence.map(text) }),
    ...(row.reported !== undefined && { reported: row.reported }),
  };
}

/** The message in a line of an engine, or the fault of the line. */
export type Line<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export interface Greeting {
  readonly engine: string;
  readonly takesRules: boolean;
}

export type Answer = { readonly id: number } & (
  { readonly verdicts: readonly AnsweredVerdict[] } | { readonly error: string }
);

/** Reads the first line of an engine. */
export function readGreeting(line: string): Line<Greeting> {
  return read(line, (message) => {
    if (message['hello'] !== ENGINE_PROTOCOL) wrong('hello', message['hello'], `the version ${ENGINE_PROTOCOL}`);
    const { engine = 'an engine', takes = [] } = message;
    if (typeof engine !== 'string') wrong('engine', engine, 'a text');
    if (!Array.isArray(takes)) wrong('takes', takes, 'a list, such as ["rules"]');
    return { engine: engine.slice(0, 200), takesRules: takes.includes('rules') };
  });
}

/** Reads a line of an engine after its greeting. */
export function readAnswer(line: string): Line<Answer> {
  return read(line, takeAnswer);
}

/** Reads an answer that is already an object. */
export function answerOf(message: unknown): Line<Answer> {
  return readMessage(message, takeAnswer);
}

function takeAnswer({ id, verdicts, error }: Record<string, unknown>): Answer {
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) wrong('id', id, 'the number of a question');
  if (error !== undefined && error !== null) {
    if (typeof error !== 'string') wrong('error', error, 'a text');
    return { id, error };
  }
  return { id, verdicts: readVerdicts(verdicts) };
}

/**
 * Reads the verdicts of an answer from any JSON value.
 * @throws Wrong if the value is not a list of verdicts
 */
function readVerdicts(given: unknown): readonly AnsweredVerdict[] {
  if (!Array.isArray(given)) wrong('verdicts', given, 'a list of verdicts, or "error"');
  const seen = new Set<string>();
  return given.map((one: unknown, i) => {
    const verdict = readVerdict(one, `verdicts[${i}]`);
    if (seen.has(verdict.category)) wrong(`verdicts[${i}].category`, verdict.category, 'each category once');
    seen.add(verdict.category);
    return verdict;
  });
}

/** Reads a row of the `verdicts` record, given as text by column. An absent column is left out. */
export function readVerdictRow(row: Readonly<Record<string, unknown>>): Line<AnsweredVerdict> {
  try {
    return { ok: true, value: readVerdict(row, 'row') };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { ok: false, problem: error.message.replace(/^row\./, '') };
  }
}

const CATEGORY_SET: ReadonlySet<string> = new Set(CATEGORIES);

function readVerdict(given: unknown, where: string): AnsweredVerdict {
  if (typeof given !== 'object' || given === null) wrong(where, given, 'an object');
  const { category, clause, excludes, met_at, effective_from, counted, evidence, reported } = given as Record<
    string,
    unknown
  >;
  if (typeof category !== 'string' || !CATEGORY_SET.has(category)) {
    wrong(`${where}.category`, category, CATEGORIES.join('|'));
  }
  if (excludes !== undefined && excludes !== 'installation' && excludes !== 'gsme') {
    wrong(`${where}.excludes`, excludes, 'installation|gsme');
  }
  if (clause !== undefined && typeof clause !== 'string') wrong(`${where}.clause`, clause, 'a text');
  return {
    category: category as ExclusionCategory,
    ...(clause !== undefined && { clause }),
    ...(excludes !== undefined && { excludes }),
    ...(met_at !== undefined && { metAt: instantOf(met_at, `${where}.met_at`) }),
    ...(effective_from !== undefined && { effectiveFrom: instantOrNull(effective_from, `${where}.effective_from`) }),
    ...(counted !== undefined && { counted: countOf(counted, `${where}.counted`) }),
    ...(evidence !== undefined && { evidence: instantsOf(evidence, `${where}.evidence`) }),
    ...(reported !== undefined && { reported: yesNoOf(reported, `${where}.reported`) }),
  };
}

function instantOf(value: unknown, where: string): Instant {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  return at ?? wrong(where, value, 'YYYY-MM-DDThh:mm:ssZ from 2012 to 2037');
}

function instantOrNull(value: unknown, where: string): Instant | null {
  return value === null || value === '' ? null : instantOf(value, where);
}

function countOf(value: unknown, where: string): number | null {
  if (value === null || value === '') return null;
  const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(count) ? (count as number) : wrong(where, value, 'a whole number, or null');
}

/** A list, or the text of the `verdicts` record: instants joined by `;`. */
function instantsOf(value: unknown, where: string): readonly Instant[] {
  const list = typeof value === 'string' ? value.split(';').filter((text) => text !== '') : value;
  if (!Array.isArray(list)) return wrong(where, value, 'a list of instants');
  return list.map((one: unknown, i) => instantOf(one, `${where}[${i}]`));
}

function yesNoOf(value: unknown, where: string): boolean {
  if (value === 'yes' || value === 'no') return value === 'yes';
  return typeof value === 'boolean' ? value : wrong(where, value, 'true|false');
}

class Wrong extends Error {}

/** Thrown to stop the reading of a line. */
function wrong(where: string, found: unknown, expected: string): never {
  throw new Wrong(`${where}: found ${shown(found)}, expected ${expected}`);
}

/** A value as text, cut to the length of a line. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function read<T>(line: string, take: (message: Record<string, unknown>) => T): Line<T> {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return { ok: false, problem: `not JSON: ${shown(line)}` };
  }
  return readMessage(message, take);
}

function readMessage<T>(message: unknown, take: (message: Record<string, unknown>) => T): Line<T> {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return { ok: false, problem: `not a JSON object: ${shown(message)}` };
  }
  try {
    return { ok: true, value: take(message as Record<string, unknown>) };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { ok: false, problem: error.message };
  }
}
