import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import { isTable510 } from '../../../src/migration/errorCodes.ts';
import { EVENTS, type Attempt, type EventName, type HistoryEvent } from '../../../src/migration/history.ts';
import {
  formatDay,
  formatInstant,
  HOUR,
  londonDay,
  londonInstant,
  londonOffset,
  parseDate,
  parseInstant,
  type Instant,
} from '../../../src/time.ts';
import { PLAIN_DMC, PLAIN_ELECTRICITY_SUPPLIER, PLAIN_GAS_SUPPLIER, PLAIN_IDENTITY } from '../shrink/weight.ts';

/** Thrown for a part of a case file that cannot be read. It states the place, what was found, and what was expected. */
export class CaseProblem extends Error {
  override name = 'CaseProblem';
}

/** Stops the reading of a case by throwing a CaseProblem. */
export function refuse(found: unknown, expected: string): never {
  const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? 'nothing');
  throw new CaseProblem(`found ${text}, expected ${expected}`);
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const INSTANT = /^(?:([A-Z][a-z]{2}) )?(\d{4}-\d\d-\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?$/;

/** Reads `Mon 2022-01-10`, `2022-01-10 18:30` or a whole instant. A date alone means 10:00 in London. */
export function readInstant(text: string): Instant {
  const whole = parseInstant(text);
  if (whole !== undefined) return whole;
  const match = INSTANT.exec(text);
  const day = match?.[2] === undefined ? undefined : parseDate(match[2]);
  if (match === null || day === undefined) {
    return refuse(text, 'an instant such as Mon 2022-01-10, 2022-01-10 18:30 or 2022-01-10T18:30:00Z');
  }
  const [, weekday, , hours, minutes, seconds] = match;
  // A wrong weekday would make a case about weeks wrong without anyone noticing.
  const real = WEEKDAYS[(day + 3) % 7];
  if (weekday !== undefined && weekday !== real) refuse(text, `${real}: that is the weekday of the date`);
  const ofDay = hours === undefined ? 10 * HOUR : Number(hours) * HOUR + Number(minutes) * 60 + Number(seconds ?? 0);
  return londonInstant(day, ofDay);
}

/** Writes an instant in the form of a case: the weekday and the date, and the London time unless it is 10:00. */
export function writeInstant(at: Instant): string {
  const day = londonDay(at);
  const ofDay = (at + londonOffset(at)) % (24 * HOUR);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(ofDay / HOUR), Math.floor(ofDay / 60) % 60, ofDay % 60];
  const time = `${two(hours)}:${two(minutes)}${seconds === 0 ? '' : `:${two(seconds)}`}`;
  const text = `${WEEKDAYS[(day + 3) % 7]} ${formatDay(day)}${ofDay === 10 * HOUR ? '' : ` ${time}`}`;
  // In the hour that the clocks repeat, two instants have the same name.
  return readInstant(text) === at ? text : formatInstant(at);
}

const ROW =
  /^((?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?|T[\d:]+Z)?) (instruction )?(\S+)((?: (?!system|5\.10)\S+)?)( system)?( 5\.10)?$/;

export type RawRow = string | Readonly<Record<string, string>>;

/** Reads a row: `Mon 2022-01-10 MA112 system`, `Tue 2022-01-11 gas-supplier H`, or a map of columns. */
export function readRow(raw: RawRow): Attempt | HistoryEvent {
  if (typeof raw !== 'string') return readMap(raw);
  const match = ROW.exec(raw);
  if (match === null) return refuse(raw, 'a row such as Mon 2022-01-10 MA112, or Tue 2022-01-11 gas-supplier H');
  const [, when = '', instruction, word = '', value = '', system, table510] = match;
  const at = readInstant(when);
  if ((EVENTS as readonly string[]).includes(word)) return { at, event: word as EventName, value: value.trim() };
  if (value !== '') refuse(raw, `an attempt without "${value.trim()}": only events have a value`);
  return {
    at,
    kind: instruction !== undefined || word === 'NO-WAN' ? 'instruction' : 'migration',
    outcome: word,
    cause: system === undefined ? 'device' : 'system',
    table510: table510 !== undefined || isTable510(word),
  };
}

function readMap(raw: Readonly<Record<string, string>>): Attempt | HistoryEvent {
  if (typeof raw !== 'object' || raw === null) return refuse(raw, 'a row, as text or as a map of columns');
  const at = readInstant(String(raw['at'] ?? ''));
  if (raw['event'] !== undefined) {
    if (!(EVENTS as readonly string[]).includes(raw['event'])) refuse(raw['event'], EVENTS.join('|'));
    return { at, event: raw['event'] as EventName, value: String(raw['value'] ?? '') };
  }
  const outcome = String(raw['outcome'] ?? '');
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(outcome)) refuse(outcome, 'an outcome: ok, ok-esme or an error code');
  return {
    at,
    kind: raw['kind'] === 'instruction' ? 'instruction' : 'migration',
    outcome,
    cause: raw['cause'] === 'system' ? 'system' : 'device',
    table510: raw['table_5_10'] === undefined ? isTable510(outcome) : raw['table_5_10'] === 'yes',
  };
}

/** Writes a row in the form of a case: as text if the text can express all of it, otherwise as a map of columns. */
export function writeRow(row: Attempt | HistoryEvent): RawRow {
  const text = rowText(row);
  try {
    if (isSameRow(readRow(text), row)) return text;
  } catch (error) {
    if (!(error instanceof CaseProblem)) throw error;
  }
  const at = formatInstant(row.at);
  if ('event' in row) return { at, event: row.event, value: row.value };
  const { kind, outcome, cause, table510 } = row;
  return { at, kind, outcome, cause, table_5_10: table510 ? 'yes' : 'no' };
}

function rowText(row: Attempt | HistoryEvent): string {
  const when = writeInstant(row.at);
  if ('event' in row) return row.value === '' ? `${when} ${row.event}` : `${when} ${row.event} ${row.value}`;
  const { kind, outcome, cause, table510 } = row;
  const instruction = kind === 'instruction' && outcome !== 'NO-WAN' ? 'instruction ' : '';
  const listed = table510 && !isTable510(outcome) ? ' 5.10' : '';
  return `${when} ${instruction}${outcome}${cause === 'system' ? ' system' : ''}${listed}`;
}

function isSameRow(one: Attempt | HistoryEvent, other: Attempt | HistoryEvent): boolean {
  if ('event' in one) return 'event' in other && one.at === other.at && one.event === other.event && one.value === other.value; // prettier-ignore
  if ('event' in other) return false;
  const { at, kind, outcome, cause, table510 } = other;
  const isSame = one.at === at && one.kind === kind && one.outcome === outcome;
  return isSame && one.cause === cause && one.table510 === table510;
}

/** The words for differences of an installation from the default. A word that ends in `...` takes a name. */
const WORDS = [
  'ESME Active',
  'GSME Active',
  'no GSME',
  'electricity prepayment',
  'gas prepayment',
  'electricity supplier unknown',
  'gas supplier unknown',
  'no DMC',
] as const;
const NAMED = ['electricity supplier', 'gas supplier', 'DMC', 'group'] as const;

/**
 * Reads `IOC, GSME Active, gas prepayment`: a cohort, and the differences from the default. The default is all Dormant,
 * all in credit, with suppliers E and G.
 */
export function readInstallation(text: string): Installation {
  const [cohort = '', ...words] = text.split(', ');
  if (!(COHORTS as readonly string[]).includes(cohort)) refuse(cohort, `a cohort first: ${COHORTS.join('|')}`);
  const names = new Map<string, string>();
  for (const word of words) {
    if ((WORDS as readonly string[]).includes(word)) continue;
    const name = NAMED.find((one) => word.startsWith(`${one} `) && word.length > one.length + 1);
    if (name === undefined) refuse(word, [...WORDS, ...NAMED.map((one) => `${one} NAME`)].join('|'));
    names.set(name, word.slice((name as string).length + 1));
  }
  const says = (word: (typeof WORDS)[number]) => words.includes(word);
  const named = (name: (typeof NAMED)[number], fallback: string) => names.get(name) ?? fallback;
  return {
    installationId: PLAIN_IDENTITY.installationId,
    cohort: cohort as Cohort,
    groupId: named('group', ''),
    mpan: PLAIN_IDENTITY.mpan,
    esmeDormant: !says('ESME Active'),
    electricityPaymentMode: says('electricity prepayment') ? 'prepayment' : 'credit',
    electricitySupplier: says('electricity supplier unknown')
      ? ''
      : named('electricity supplier', PLAIN_ELECTRICITY_SUPPLIER),
    dmc: says('no DMC') ? '' : named('DMC', PLAIN_DMC),
    gas: says('no GSME')
      ? null
      : {
          mprn: PLAIN_IDENTITY.mprn,
          dormant: !says('GSME Active'),
          paymentMode: says('gas prepayment') ? 'prepayment' : 'credit',
          supplier: says('gas supplier unknown') ? '' : named('gas supplier', PLAIN_GAS_SUPPLIER),
        },
  };
}

/** Writes an installation in the form of a case. Its own identifiers are left out, because no clause looks at them. */
export function writeInstallation(of: Installation): string {
  const { gas } = of;
  const supplier = (fuel: string, name: string, plain: string): string[] => {
    if (name === plain) return [];
    return [name === '' ? `${fuel} supplier unknown` : `${fuel} supplier ${name}`];
  };
  const words: readonly string[] = [
    of.cohort,
    ...(of.groupId === '' ? [] : [`group ${of.groupId}`]),
    ...(of.esmeDormant ? [] : ['ESME Active']),
    ...(of.electricityPaymentMode === 'credit' ? [] : ['electricity prepayment']),
    ...supplier('electricity', of.electricitySupplier, PLAIN_ELECTRICITY_SUPPLIER),
    ...(of.dmc === PLAIN_DMC ? [] : [of.dmc === '' ? 'no DMC' : `DMC ${of.dmc}`]),
    ...(gas === null ? ['no GSME'] : []),
    ...(gas === null || gas.dormant ? [] : ['GSME Active']),
    ...(gas === null || gas.paymentMode === 'credit' ? [] : ['gas prepayment']),
    ...(gas === null ? [] : supplier('gas', gas.supplier, PLAIN_GAS_SUPPLIER)),
  ];
  return words.join(', ');
}
