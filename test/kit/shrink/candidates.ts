import type { Installation } from '../../../src/installation/installation.ts';
import { GAS_EVENTS, NO_WAN, type Attempt, type HistoryEvent } from '../../../src/migration/history.ts';
import { DAY, HOUR, isoWeek, londonDay, londonInstant, londonMidnight, type Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import { mondayOf } from '../generate/instants.ts';
import { hasContradictions } from '../generate/keys.ts';
import {
  isLighter,
  PLAIN_AS_OF,
  PLAIN_CODE,
  PLAIN_DMC,
  PLAIN_ELECTRICITY_SUPPLIER,
  PLAIN_GAS_SUPPLIER,
  PLAIN_IDENTITY,
  PLAIN_START,
  plainValue,
  weightOf,
} from './weight.ts';

type Row = Attempt | HistoryEvent;

/**
 * Smaller questions that could fail in place of a failing one, best first: fewer rows, then plainer values, then
 * plainer instants. Each is lighter than the question by `weightOf`, and its rows do not contradict each other. They
 * are made as they are asked for, because the first ones often suffice.
 */
export function* candidatesOf(question: Question): Generator<Question> {
  const weight = weightOf(question);
  const seen = new Set<string>();
  for (const make of [withFewerRows, withPlainerValues, withPlainerInstants]) {
    for (const one of make(question)) {
      if (!isLighter(weightOf(one), weight) || !isWhole(one)) continue;
      const key = JSON.stringify([one.history, one.asOf]);
      if (seen.has(key)) continue;
      seen.add(key);
      yield one;
    }
  }
}

/** True if a reader would accept the rows: none contradicts another, and gas events belong to a gas meter. */
function isWhole({ history: { installation, attempts, events } }: Question): boolean {
  if (hasContradictions(attempts) || hasContradictions(events)) return false;
  return installation.gas !== null || !events.some(({ event }) => GAS_EVENTS.includes(event));
}

function rowsOf({ history: { attempts, events } }: Question): readonly Row[] {
  return [...attempts, ...events].sort((a, b) => a.at - b.at);
}

function withRows(question: Question, rows: readonly Row[], asOf = question.asOf): Question {
  const attempts = rows.filter((row): row is Attempt => 'kind' in row);
  const events = rows.filter((row): row is HistoryEvent => 'event' in row);
  return { ...question, asOf, history: { ...question.history, attempts, events } };
}

/** Rows that often have nothing to do with a failure, all of a sort together. */
const SORTS: readonly ((row: Row, question: Question) => boolean)[] = [
  (row, { asOf }) => row.at > asOf,
  (row) => 'event' in row,
  (row) => 'kind' in row && row.kind === 'instruction',
  (row) => 'kind' in row && row.kind === 'migration',
  (row) => 'kind' in row && row.outcome !== PLAIN_CODE,
];

/** Leaves out whole sorts of rows; then half of the rows, a quarter, an eighth, and so on down to each row alone. */
function withFewerRows(question: Question): Question[] {
  const rows = rowsOf(question);
  const found: Question[] = rows.length > 1 ? [withRows(question, [])] : [];
  for (const isOfSort of SORTS) {
    const others = rows.filter((row) => !isOfSort(row, question));
    if (others.length > 0 && others.length < rows.length - 1) found.push(withRows(question, others));
  }
  for (let size = Math.ceil(rows.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < rows.length; from += size) {
      found.push(withRows(question, [...rows.slice(0, from), ...rows.slice(from + size)]));
    }
  }
  return found;
}

/** Replaces parts of the installation, one by one, by the default of a case table; then does the same for each row. */
function withPlainerValues(question: Question): Question[] {
  const { installation } = question.history;
  const has = (change: Partial<Installation>): Question => ({
    ...question,
    history: { ...question.history, installation: { ...installation, ...change } },
  });
  const { gas } = installation;
  const plainGas = {
    mprn: PLAIN_IDENTITY.mprn,
    dormant: true,
    paymentMode: 'credit' as const,
    supplier: PLAIN_GAS_SUPPLIER,
  };
  const identity = { installationId: PLAIN_IDENTITY.installationId, mpan: PLAIN_IDENTITY.mpan, groupId: '' };
  const ofGas: readonly Partial<Installation>[] =
    gas === null
      ? [{ gas: plainGas }]
      : [
          { gas: plainGas },
          { gas: { ...gas, mprn: PLAIN_IDENTITY.mprn } },
          { gas: { ...gas, dormant: true } },
          { gas: { ...gas, paymentMode: 'credit' } },
          { gas: { ...gas, supplier: PLAIN_GAS_SUPPLIER } },
          { gas: null },
        ];
  const changes: readonly Partial<Installation>[] = [
    identity,
    { ...identity, gas: plainGas },
    { cohort: 'IOC' },
    { cohort: 'MOC_MDS' },
    { cohort: 'MOC_Secure' },
    { esmeDormant: true },
    { electricityPaymentMode: 'credit' },
    { electricitySupplier: PLAIN_ELECTRICITY_SUPPLIER },
    { dmc: PLAIN_DMC },
    ...ofGas,
  ];
  return [...changes.map(has), ...withRenamedSupplier(question), ...withPlainerRows(question)];
}

/** Replaces the gas supplier by the plain one, in the installation and in every row that names it. */
function withRenamedSupplier(question: Question): Question[] {
  const { installation, events } = question.history;
  const { gas } = installation;
  if (gas === null || gas.supplier === PLAIN_GAS_SUPPLIER) return [];
  const swap = (name: string): string => {
    if (name === gas.supplier) return PLAIN_GAS_SUPPLIER;
    return name === PLAIN_GAS_SUPPLIER ? gas.supplier : name;
  };
  const renamed = events.map((row) => (row.event.includes('supplier') ? { ...row, value: swap(row.value) } : row));
  return [
    {
      ...question,
      history: {
        ...question.history,
        installation: { ...installation, gas: { ...gas, supplier: PLAIN_GAS_SUPPLIER } },
        events: renamed,
      },
    },
  ];
}

function withPlainerRows(question: Question): Question[] {
  const rows = rowsOf(question);
  const all = rows.map((row) => ('kind' in row ? { ...row, cause: 'device' as const } : row));
  // One change of all rows saves a round trip for each row.
  const codes = [...new Set(rows.flatMap((row) => ('kind' in row && row.kind === 'migration' ? [row.outcome] : [])))];
  const plainCoded = (code: string): readonly Row[] =>
    rows.map((row) => ('kind' in row && row.outcome === code ? { ...row, outcome: PLAIN_CODE } : row));
  return [
    withRows(question, all),
    withRows(
      question,
      rows.map((row) => ('kind' in row ? { ...row, table510: false } : row)),
    ),
    ...codes.map((code) => withRows(question, plainCoded(code))),
    ...rows.flatMap((row, i) => plainer(row).map((other) => withRows(question, rows.with(i, other)))),
  ];
}

function plainer(row: Row): Row[] {
  if ('event' in row) return [{ ...row, value: plainValue(row) }];
  const code = row.kind === 'instruction' ? NO_WAN : PLAIN_CODE;
  return [
    { ...row, cause: 'device', table510: false, outcome: code },
    { ...row, outcome: code },
    { ...row, cause: 'device' },
    { ...row, table510: false },
  ];
}

const PLAIN_WEEK = isoWeek(PLAIN_START);

/** Puts everything on plain Mondays; then moves everything by whole weeks; then moves single instants. */
function withPlainerInstants(question: Question): Question[] {
  const rows = rowsOf(question);
  const { asOf } = question;
  const found: Question[] = [withRows(question, rows, PLAIN_AS_OF)];
  if (rows.length === 0) return found;
  const distinct = [...new Set(rows.map(({ at }) => at))];
  const onMonday = (at: Instant): Instant => mondayTen(PLAIN_WEEK + distinct.indexOf(at));
  const last = distinct.at(-1) as Instant;
  found.push(withRows(question, moved(rows, onMonday), asOf >= last ? PLAIN_AS_OF : onMonday(asOf)));
  for (const one of shiftsOf(rows))
    found.push(withRows(question, moved(rows, one), asOf >= last ? PLAIN_AS_OF : one(asOf)));
  for (const one of shiftsOf(rows)) found.push(withRows(question, moved(rows, one), one(asOf)));
  const atTen = (at: Instant): Instant => londonInstant(londonDay(at), 10 * HOUR);
  found.push(withRows(question, moved(rows, atTen), asOf >= last ? asOf : atTen(asOf)));
  for (const at of distinct) {
    for (const tidy of tidier(at)) {
      const change = (other: Instant): Instant => (other === at ? tidy : other);
      found.push(withRows(question, moved(rows, change), change(asOf)), withRows(question, moved(rows, change)));
    }
  }
  found.push(withRows(question, rows, last));
  for (const tidy of tidier(asOf)) found.push(withRows(question, rows, tidy));
  return found;
}

function moved(rows: readonly Row[], to: (at: Instant) => Instant): readonly Row[] {
  return rows.map((row) => ({ ...row, at: to(row.at) }));
}

/** Moves of a whole history by weeks, in London time: the hour of the day stays the same across a clock change. */
function shiftsOf(rows: readonly Row[]): readonly ((at: Instant) => Instant)[] {
  const first = rows[0] as Row;
  const weeks = PLAIN_WEEK - isoWeek(first.at);
  if (weeks === 0) return [];
  const local = (at: Instant): Instant => londonInstant(londonDay(at) + 7 * weeks, at - londonMidnight(londonDay(at)));
  return [local, (at) => at + weeks * 7 * DAY];
}

function mondayTen(week: number): Instant {
  return londonInstant(Math.round(week * 7 - 3), 10 * HOUR);
}

/** Plainer instants: Monday 10:00 of the week, 10:00 of the day, Monday 00:00, midnight of the day, the hour. */
function tidier(at: Instant): readonly Instant[] {
  const day = londonDay(at);
  const week = isoWeek(at);
  return [mondayTen(week), londonInstant(day, 10 * HOUR), mondayOf(week), londonMidnight(day), at - (at % HOUR)];
}
