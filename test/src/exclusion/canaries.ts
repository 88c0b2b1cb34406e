// Engines that are wrong on purpose, each in one way that an implementation of src/docs/meaning.md could be. They are made by
// changing what goes into the reference or what comes out of it, so that nothing wrong stands in src.
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import type { Clause } from '../../../src/clauses/clause.ts';
import type { Evaluation, Verdict } from '../../../src/exclusion/verdict.ts';
import type { Attempt, History, HistoryEvent } from '../../../src/migration/history.ts';
import { DEFAULT_READINGS, type Readings } from '../../../src/regulation/readings.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { DAY, londonDay, londonOffset, type Instant } from '../../../src/time.ts';
import type { Engine } from '../../kit/index.ts';

function onHistory(change: (history: History, asOf: Instant) => History): Engine {
  return (history, rules, asOf) => evaluate(change(history, asOf), rules, asOf);
}

function onAttempts(change: (attempts: readonly Attempt[]) => readonly Attempt[]): Engine {
  return onHistory((history) => ({ ...history, attempts: change(history.attempts) }));
}

function onEvents(change: (events: readonly HistoryEvent[]) => readonly HistoryEvent[]): Engine {
  return onHistory((history) => ({ ...history, events: change(history.events) }));
}

function onClauses(change: (clause: Clause) => Clause): Engine {
  return (history, rules, asOf) => evaluate(history, { ...rules, clauses: rules.clauses.map(change) }, asOf);
}

function onVerdicts(
  change: (verdicts: readonly Verdict[], rules: RuleSet, asOf: Instant) => readonly Verdict[],
): Engine {
  return (history, rules, asOf) => {
    const answer = evaluate(history, rules, asOf);
    return { ...answer, verdicts: change(answer.verdicts, rules, asOf) };
  };
}

function threshold(by: number): Engine {
  return onClauses((clause) =>
    clause.shows.type === 'count'
      ? { ...clause, shows: { ...clause.shows, atLeast: Math.max(1, clause.shows.atLeast + by) } }
      : clause,
  );
}

/** The first attempt of each key, for engines that thin attempts out. */
function firstOfEach(attempts: readonly Attempt[], key: (attempt: Attempt) => string): readonly Attempt[] {
  const seen = new Set<string>();
  return [...attempts]
    .sort((a, b) => a.at - b.at)
    .filter((attempt) => !seen.has(key(attempt)) && Boolean(seen.add(key(attempt))));
}

const daysNotWeeks: Engine = (history, rules, asOf) => {
  const attempts = firstOfEach(history.attempts, ({ at, kind, outcome }) => `${londonDay(at)} ${kind} ${outcome}`);
  const clauses = rules.clauses.map((clause) =>
    clause.shows.type === 'count' ? { ...clause, shows: { ...clause.shows, separation: 'none' as const } } : clause,
  );
  return evaluate({ ...history, attempts }, { ...rules, clauses }, asOf);
};

/** Weeks of UTC: an hour is taken from summer's instants before they are judged, and put back into the answer. */
const dstBlindWeeks: Engine = (history, rules, asOf) => {
  const shifted = (at: Instant) => at - londonOffset(at);
  const back = new Map<Instant, Instant>();
  for (const { at } of [...history.attempts, ...history.events]) back.set(shifted(at), at);
  const move = <R extends { readonly at: Instant }>(row: R): R => ({ ...row, at: shifted(row.at) });
  const moved = { ...history, attempts: history.attempts.map(move), events: history.events.map(move) };
  let answer: Evaluation;
  try {
    answer = evaluate(moved, rules, shifted(asOf));
  } catch {
    return evaluate(history, rules, asOf); // two rows met in the hour that the clocks repeat
  }
  const own = (at: Instant) => back.get(at) ?? at;
  return {
    verdicts: answer.verdicts.map((row) => ({ ...row, metAt: own(row.metAt), evidence: row.evidence.map(own) })),
    notes: answer.notes.map((note) => ({ ...note, at: own(note.at) })),
  };
};

function withReading(reading: Partial<Readings>): Engine {
  return (history, rules, asOf) => evaluate(history, { ...rules, readings: { ...rules.readings, ...reading } }, asOf);
}

const ok = ({ outcome }: Attempt) => outcome === 'ok';
const okEsme = ({ outcome }: Attempt) => outcome === 'ok-esme';

export const CANARIES: Readonly<Record<string, Engine>> = {
  'counts days, not weeks': daysNotWeeks,
  'has weeks of UTC': dstBlindWeeks,
  'asks for one more': threshold(1),
  'asks for one fewer': threshold(-1),
  'ignores readmissions': onEvents((events) => events.filter(({ event }) => event !== 'readmit')),
  'lets a readmission forget the state as well': onHistory((history, asOf) => {
    const readmits = history.events.filter(({ event, at }) => event === 'readmit' && at <= asOf).map(({ at }) => at);
    const since = Math.max(...readmits);
    return { ...history, events: history.events.filter(({ at, event }) => at >= since || event === 'readmit') };
  }),
  'keeps the rows of the readmission itself': onEvents((events) =>
    events.map((row) => (row.event === 'readmit' ? { ...row, at: row.at - 1 } : row)),
  ),
  'counts system failures': onAttempts((attempts) => attempts.map((row) => ({ ...row, cause: 'device' }))),
  'counts Table 5.10': onAttempts((attempts) => attempts.map((row) => ({ ...row, table510: false }))),
  'counts Table 5.10 nowhere': onAttempts((attempts) => attempts.filter((row) => !row.table510)),
  'goes on after an ok': onAttempts((attempts) => attempts.filter((row) => !ok(row))),
  'takes ok-esme for ok': onAttempts((attempts) =>
    attempts.map((row) => (okEsme(row) ? { ...row, outcome: 'ok' } : row)),
  ),
  'goes on after an ok-esme': onAttempts((attempts) => attempts.filter((row) => !okEsme(row))),
  'takes a preparation for a migration': onAttempts((attempts) =>
    firstOfEach(
      attempts.map((row) => (ok(row) ? { ...row, kind: 'migration' as const } : row)),
      ({ at, kind }) => `${at} ${kind}`,
    ),
  ),
  'sees the future': (history, rules, asOf) => evaluate(history, rules, asOf + 60 * DAY),
  'does not see the second of the as-of': (history, rules, asOf) => evaluate(history, rules, asOf - 1),
  'reads only the first rows of a file': onHistory((history) => ({
    ...history,
    attempts: history.attempts.slice(0, 3),
  })),
  'counts a duplicate': onHistory((history) => {
    const seen = new Set<string>();
    return {
      ...history,
      attempts: history.attempts.map((row) => {
        const key = `${row.at} ${row.kind}`;
        if (!seen.has(key)) return seen.add(key) && row;
        return { ...row, at: row.at + 7 * DAY + seen.size };
      }),
    };
  }),
  'takes anyone for the gas supplier': onEvents((events) => events.filter(({ event }) => event !== 'gas-supplier')),
  'forgets who instructed': onHistory((history) => ({
    ...history,
    events: history.events.map((row) =>
      row.event === 'supplier-gsme-exclusion' ? { ...row, value: history.installation.gas?.supplier ?? '' } : row,
    ),
  })),
  'has no cohorts': onClauses((clause) => ({ ...clause, cohorts: ['IOC', 'MOC_MDS', 'MOC_Secure', 'FOC'] })),
  'has no dormancy': onClauses((clause) => ({
    ...clause,
    dormancy: clause.dormancy === 'gsmeRoutes' ? 'gsmeRoutes' : 'any',
  })),
  'asks for no credit': onClauses((clause) => ({ ...clause, creditCohorts: [] })),
  'takes effect when met': onVerdicts((verdicts) => verdicts.map((row) => ({ ...row, effectiveFrom: row.metAt }))),
  'never expires': (history, rules, asOf) => evaluate(history, { ...rules, expiresOn: '2035-12-31' }, asOf),
  'takes effect after the as-of': onVerdicts((verdicts) =>
    verdicts.map((row) => ({ ...row, effectiveFrom: row.effectiveFrom ?? row.metAt })),
  ),
  'reports none': onVerdicts((verdicts) => verdicts.map((row) => ({ ...row, reported: false }))),
  'reports all': onVerdicts((verdicts) => verdicts.map((row) => ({ ...row, reported: true }))),
  'reports the first of the ids': onVerdicts((verdicts) => verdicts.map((row, i) => ({ ...row, reported: i === 0 }))),
  'never puts gt01 before five-retries': (history, rules, asOf) =>
    evaluate(history, { ...rules, fiveRetriesAgainstGt01: 'byOrder' }, asOf),
  'dates met by the as-of': onVerdicts((verdicts, _rules, asOf) => verdicts.map((row) => ({ ...row, metAt: asOf }))),
  'names the last evidence for met': onVerdicts((verdicts) =>
    verdicts.map((row) => ({ ...row, metAt: row.evidence.at(-1) ?? row.metAt })),
  ),
  'leaves the evidence unsorted': onVerdicts((verdicts) =>
    verdicts.map((row) => ({ ...row, evidence: [...row.evidence].reverse() })),
  ),
  'notes nothing': (history, rules, asOf) => ({ ...evaluate(history, rules, asOf), notes: [] }),
  'knows one reading each': (history, rules, asOf) => evaluate(history, { ...rules, readings: DEFAULT_READINGS }, asOf),
  ...Object.fromEntries(
    (
      [
        { mixed: 'anyDormant' },
        { weekCode: 'last' },
        { reset: 'otherOutcome' },
        { separateWeeks: 'sevenDays' },
        { fiveCounts: 'otherThanMA112AndGT01' },
        { cosRestarts: 'yes' },
        { membership: 'sticky' },
        { preparationClears: 'no' },
        { instructionSpacing: 'week' },
        { attemptCloses187: 'yes' },
        { paymentMode: 'electricity' },
        { activeGt01Evidence: 'none' },
        { beforeInForce: 'ignore' },
        { uneconomicCohorts: 'all' },
      ] satisfies Partial<Readings>[]
    ).map((reading) => [`knows only ${JSON.stringify(reading)}`, withReading(reading)]),
  ),
};
