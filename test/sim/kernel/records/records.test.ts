// Every record of a run against the rules of src/docs/records.md, on the scenario that does everything. That the numbers of
// records are plausible is for the scenarios' own tests; that files hold what was recorded, for test/cli.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { errorCode } from '../../../../src/migration/errorCodes.ts';
import { GAS_EVENTS, type Attempt } from '../../../../src/migration/history.ts';
import { recorded } from '../../records.ts';
import { EVERYTHING, modelAt } from '../../scenarios.ts';
import { seedText } from '../../../seed.ts';

const SEED = seedText(import.meta.filename, 'records');
const { model, lives } = recorded(modelAt(EVERYTHING), SEED);
const attempts = lives.flatMap(({ history }) => history.attempts);
const migrations = attempts.filter(({ kind }) => kind === 'migration');

test('the recorded run has installations, attempts and events', () => {
  expect(migrations.length).toBeGreaterThan(10_000);
  expect(attempts.length - migrations.length).toBeGreaterThan(1000);
  expect(lives.flatMap(({ history }) => history.events).length).toBeGreaterThan(1000);
});

describe('attempts', () => {
  test('migration attempts are made between 08:00 and 18:00 in London, in summer and in winter', () => {
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', hourCycle: 'h23' });
    const hours = new Set(migrations.map(({ at }) => Number(clock.format(at * 1000))));
    expect([...hours].toSorted((a, b) => a - b)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  });

  test('attempts lie within the simulation, in time order, one per key', () => {
    const wrong = lives.filter(({ history }) =>
      (['instruction', 'migration'] as const).some((kind) => {
        const rows = history.attempts.filter((row) => row.kind === kind);
        return rows.some(({ at }, i) => at <= (rows[i - 1]?.at ?? model.start - 1) || at > model.horizon);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('attempts have an outcome of the catalogue for their phase, with its Table 5.10 flag and its cause', () => {
    const isRight = ({ kind, outcome, cause, table510 }: Attempt): boolean => {
      if (outcome === 'ok') return cause === 'device' && !table510;
      if (outcome === 'ok-esme') return kind === 'migration' && cause === 'device' && !table510;
      if (outcome === 'NO-WAN') return kind === 'instruction' && cause === 'device' && !table510;
      const row = errorCode(outcome);
      if (row === undefined || row.table510 !== table510) return false;
      if ((cause === 'system') !== (row.family === 'system')) return false;
      return (kind === 'instruction') === (row.phase === 'preparation');
    };
    expect(attempts.filter((row) => !isRight(row))).toEqual([]);
  });

  test('attempts and events end with the migration, unless a GSME stays behind', () => {
    let ended = 0;
    let goOn = 0;
    for (const { entity, history } of lives) {
      const end = history.attempts.find((row) => row.kind === 'migration' && row.outcome.startsWith('ok'));
      if (!end) continue;
      ended += 1;
      expect(history.attempts.at(-1), String(entity)).toBe(end);
      // Those of a DMC are not the installation's own: they stand once, whatever became of it.
      const own = history.events.filter(({ event }) => !/^(dcc|sos)-/.test(event));
      const later = own.filter(({ at }) => at > end.at);
      if (end.outcome === 'ok') expect(later, String(entity)).toEqual([]);
      else goOn += later.length;
    }
    expect(ended).toBeGreaterThan(1000);
    // The excluded gas meter goes on changing supplier, and its row in the monthly files with it.
    expect(goOn).toBeGreaterThan(0);
  });

  test('attempts that migrate the ESME alone come while gt01 holds and is in effect', () => {
    let alone = 0;
    for (const { entity, history } of lives) {
      const end = history.attempts.at(-1);
      if (end?.outcome !== 'ok-esme') continue;
      alone += 1;
      const before = { ...history, attempts: history.attempts.slice(0, -1) };
      const verdict = evaluate(before, model.rules.rules, end.at).verdicts.find((row) => row.category === 'gt01');
      expect(verdict?.effectiveFrom, String(entity)).not.toBeNull();
      expect(verdict?.reported, String(entity)).toBe(true);
    }
    expect(alone).toBeGreaterThan(20);
  });

  test('attempts and instructions by the supplier give no notes', () => {
    const noted = lives.flatMap(({ entity, history }) =>
      evaluate(history, model.rules.rules, model.horizon).notes.map((note) => ({ entity, ...note })),
    );
    expect(noted).toEqual([]);
  });
});

describe('events', () => {
  const VALUES: Readonly<Record<string, RegExp>> = {
    'esme-dormant': /^(yes|no)$/,
    'gsme-dormant': /^(yes|no)$/,
    'electricity-payment-mode': /^(credit|prepayment)$/,
    'gas-payment-mode': /^(credit|prepayment)$/,
    'electricity-supplier': /^(supplier-[123])?$/,
    'gas-supplier': /^(supplier-[123])?$/,
    'supplier-gsme-exclusion': /^supplier-[123]$/,
  };

  test('events have a value of their kind, one per key, and a GSME if they concern gas', () => {
    const wrong = lives.flatMap(({ entity, history }) => {
      const keys = history.events.map(({ at, event }) => `${at} ${event.replace(/^(sos|master-key)-.*/, '$1')}`);
      return history.events
        .filter(
          ({ at, event, value }, i) =>
            keys.indexOf(keys[i] as string) !== i ||
            !(VALUES[event] ?? /^$/).test(value) ||
            (GAS_EVENTS.includes(event) && history.installation.gas === null) ||
            at < model.start ||
            at > model.horizon,
        )
        .map((row) => ({ entity, ...row }));
    });
    expect(wrong).toEqual([]);
  });

  test('events that toggle a state always change it', () => {
    for (const { entity, history } of lives) {
      let { esmeDormant } = history.installation;
      for (const { event, value } of history.events) {
        if (event !== 'esme-dormant') continue;
        expect(value === 'yes', String(entity)).toBe(!esmeDormant);
        esmeDormant = value === 'yes';
      }
    }
  });
});
