import fc from 'fast-check';
import type { Attempt, History, HistoryEvent } from '../../../src/migration/history.ts';
import type { Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import type { Verdict } from '../../../src/exclusion/verdict.ts';
import { questionArbitrary } from '../arbitraries/questions.ts';
import { law, must, mustBeWithin, mustEqual, type Law, type Rules } from './law.ts';

const ANY = (rules: Rules) => questionArbitrary(rules);

function keeping(history: History, attempt: (row: Attempt) => boolean, event: (row: HistoryEvent) => boolean): History {
  return { ...history, attempts: history.attempts.filter(attempt), events: history.events.filter(event) };
}

/** The rows up to the as-of. The others do not exist. */
function pastOf({ history, asOf }: Question): History {
  return keeping(
    history,
    ({ at }) => at <= asOf,
    ({ at }) => at <= asOf,
  );
}

/** A question, and the same rows in another order. */
const SHUFFLED = (rules: Rules) =>
  ANY(rules).chain((question) =>
    fc
      .tuple(
        fc.shuffledSubarray([...question.history.attempts], { minLength: question.history.attempts.length }),
        fc.shuffledSubarray([...question.history.events], { minLength: question.history.events.length }),
      )
      .map(([attempts, events]) => ({ ...question, shuffled: { ...question.history, attempts, events } })),
  );

/** A question, and the same rows with some repeated anywhere. */
const REPEATED = (rules: Rules) =>
  ANY(rules).chain((question) =>
    fc
      .tuple(fc.subarray([...question.history.attempts]), fc.subarray([...question.history.events]))
      .map(([attempts, events]) => ({
        ...question,
        repeated: {
          ...question.history,
          attempts: [...attempts, ...question.history.attempts].map((row) => ({ ...row })),
          events: [...question.history.events, ...events].map((row) => ({ ...row })),
        },
      })),
  );

/** A question with a readmit at the instant of one of its attempts, or one second earlier. */
const READMITTED = (rules: Rules) =>
  ANY(rules).chain((question) => {
    const instants = question.history.attempts.map(({ at }) => at);
    return fc
      .tuple(fc.constantFrom(...instants, question.asOf), fc.constantFrom(0, 0, -1))
      .map(([at, by]): Question => {
        const readmit: HistoryEvent = { at: at + by, event: 'readmit', value: '' };
        return { ...question, history: { ...question.history, events: [...question.history.events, readmit] } };
      });
  });

/** The past of a question, and the same with one migration attempt more, a second after its last row. */
interface Migrated {
  readonly past: History;
  readonly after: History;
  /** The instant of that attempt. */
  readonly at: Instant;
}

/** Undefined if the second after the last row is later than the as-of. */
function migratedAtLast(question: Question, outcome: 'ok' | 'ok-esme'): Migrated | undefined {
  const past = pastOf(question);
  const at = Math.max(...[...past.attempts, ...past.events].map((row) => row.at), 0) + 1;
  if (at > question.asOf) return undefined;
  const attempt: Attempt = { at, kind: 'migration', outcome, cause: 'device', table510: false };
  return { past, after: { ...past, attempts: [...past.attempts, attempt] }, at };
}

/** The same with an `ok-esme`, for a question in which no attempt ended well before; otherwise undefined. */
function firstEsmeAtLast(question: Question): Migrated | undefined {
  const found = migratedAtLast(question, 'ok-esme');
  return found?.past.attempts.some(({ outcome }) => outcome.startsWith('ok')) === true ? undefined : found;
}

/** Laws about the rows on which an answer may depend, and how. */
export const RECORD_LAWS: readonly Law[] = [
  law('the order of rows changes nothing', SHUFFLED, (engine, { history, shuffled, rules, asOf }) => {
    mustEqual(engine(shuffled, rules, asOf), engine(history, rules, asOf), 'rows in another order');
  }),
  law('an exact duplicate of a row changes nothing', REPEATED, (engine, { history, repeated, rules, asOf }) => {
    mustEqual(engine(repeated, rules, asOf), engine(history, rules, asOf), 'rows repeated');
  }),
  law('rows after the as-of do not exist', ANY, (engine, question) => {
    const { history, rules, asOf } = question;
    mustEqual(engine(history, rules, asOf), engine(pastOf(question), rules, asOf), 'rows after the as-of taken out');
  }),
  law('what a readmit closes no longer bears on a verdict', READMITTED, (engine, { history, rules, asOf }) => {
    const readmits = history.events.filter(({ event, at }) => event === 'readmit' && at <= asOf).map(({ at }) => at);
    const since = Math.max(...readmits);
    const open = keeping(
      history,
      ({ at }) => at > since,
      ({ at, event }) => at > since || !/^(master-key|sos|supplier-gsme|readmit)/.test(event),
    );
    mustEqual(engine(history, rules, asOf).verdicts, engine(open, rules, asOf).verdicts, 'closed rows taken out');
  }),
  law('a failure caused on the system side bears on nothing while such are ignored', ANY, (engine, question) => {
    const rules = { ...question.rules, readings: { ...question.rules.readings, systemAttempts: 'ignored' as const } };
    const device = keeping(
      question.history,
      ({ cause }) => cause === 'device',
      () => true,
    );
    const { verdicts } = engine(question.history, rules, question.asOf);
    mustEqual(verdicts, engine(device, rules, question.asOf).verdicts, 'system failures taken out');
  }),
  law(
    "DCC's recommendation alone decides nothing",
    ANY,
    (engine, { history, rules, asOf }) => {
      const without = keeping(
        history,
        () => true,
        ({ event }) => event !== 'dcc-recommends',
      );
      mustEqual(engine(history, rules, asOf), engine(without, rules, asOf), 'recommendations taken out');
    },
    { clauses: ['uneconomic-to-test'] },
  ),
  law(
    'an instruction noted as a stranger’s bears on no verdict',
    ANY,
    (engine, { history, rules, asOf }) => {
      const { verdicts, notes } = engine(history, rules, asOf);
      const strange = new Set(notes.filter(({ note }) => note === 'stranger').map(({ at }) => at));
      const without = keeping(
        history,
        () => true,
        ({ at, event }) => event !== 'supplier-gsme-exclusion' || !strange.has(at),
      );
      mustEqual(verdicts, engine(without, rules, asOf).verdicts, "strangers' instructions taken out");
    },
    { clauses: ['gt01'] },
  ),
  law(
    'failures in Table 5.10 bear on no five-retries',
    ANY,
    (engine, { history, rules, asOf }) => {
      // Under `weekCode: last` such a failure could be the last of its week.
      const readings = { ...rules.readings, weekCode: 'any' as const };
      const chosen = { ...rules, readings };
      const five = rules.clauses.find(({ category }) => category === 'five-retries')?.shows;
      if (five?.type !== 'count' || !five.exceptTable510) return;
      const without = keeping(
        history,
        ({ table510 }) => !table510,
        () => true,
      );
      const row = (of: History) => {
        const verdict = engine(of, chosen, asOf).verdicts.find(({ category }) => category === 'five-retries');
        return verdict && { ...verdict, reported: null };
      };
      mustEqual(row(history), row(without), 'failures in Table 5.10 taken out');
    },
    { clauses: ['five-retries'] },
  ),
  law('an ok after every other row adds no category', ANY, (engine, question) => {
    const { history, rules, asOf } = question;
    const migrated = migratedAtLast(question, 'ok');
    if (migrated === undefined) return;
    const after = engine(migrated.after, rules, asOf);
    mustBeWithin(after, engine(history, rules, asOf), 'an ok added a category');
    const kept = migrated.past.attempts.some(({ outcome }) => outcome === 'ok-esme') ? 1 : 0;
    must(after.verdicts.length <= kept, 'after an ok nothing holds, save the gt01 of an earlier ok-esme');
  }),
  law(
    'an ok-esme after every other row keeps gt01 as it stood, and nothing else',
    ANY,
    (engine, question) => {
      const { rules, asOf } = question;
      const migrated = firstEsmeAtLast(question);
      if (migrated === undefined) return;
      const gt01 = engine(migrated.past, rules, asOf).verdicts.filter(({ category }) => category === 'gt01');
      const after = engine(migrated.after, rules, asOf);
      const plain = (row: Verdict) => ({ ...row, reported: null });
      mustEqual(after.verdicts.map(plain), gt01.map(plain), 'verdicts after an ok-esme');
      must(
        after.verdicts.every(({ reported }) => reported),
        'the gt01 that an ok-esme keeps is reported',
      );
    },
    { clauses: ['gt01'], needsAll: true },
  ),
  law(
    'an ok-esme after every other row is noted as contradictory where gt01 did not hold',
    ANY,
    (engine, question) => {
      const { rules, asOf } = question;
      const migrated = firstEsmeAtLast(question);
      if (migrated === undefined) return;
      const held = engine(migrated.past, rules, asOf).verdicts.some(({ category }) => category === 'gt01');
      const { notes } = engine(migrated.after, rules, asOf);
      const contradictory = notes.filter(({ note }) => note === 'contradictoryEsmeOnly').map(({ at }) => at);
      mustEqual(contradictory, held ? [] : [migrated.at], 'noted as contradictory');
    },
    { clauses: ['gt01'] },
  ),
  law(
    'what is noted as a stranger’s is by anyone but the gas supplier at that instant',
    ANY,
    (engine, question) => {
      const { history, rules, asOf } = question;
      const { gas } = history.installation;
      const strange = history.events
        .filter(({ at, event, value }) => {
          if (event !== 'supplier-gsme-exclusion' || at > asOf) return false;
          const changes = history.events.filter((row) => row.event === 'gas-supplier' && row.at <= at);
          const supplier = changes.sort((a, b) => b.at - a.at)[0]?.value ?? gas?.supplier ?? '';
          return supplier === '' || supplier !== value;
        })
        .map(({ at }) => at);
      const { notes } = engine(history, rules, asOf);
      const noted = notes.filter(({ note }) => note === 'stranger').map(({ at }) => at);
      // A row that is repeated is noted once.
      mustEqual(
        noted,
        [...new Set(strange)].sort((a, b) => a - b),
        'strangers',
      );
    },
    { clauses: ['gt01'] },
  ),
  law('no attempt after a migration bears on a verdict', ANY, (engine, { history, rules, asOf }) => {
    const { verdicts, notes } = engine(history, rules, asOf);
    const late = new Set(notes.filter(({ note }) => note === 'afterMigration').map(({ at }) => at));
    const without = keeping(
      history,
      ({ at }) => !late.has(at),
      () => true,
    );
    mustEqual(verdicts, engine(without, rules, asOf).verdicts, 'noted attempts taken out');
  }),
];
