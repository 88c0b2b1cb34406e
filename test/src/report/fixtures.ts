import fc from 'fast-check';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import { syntheticMpan, syntheticMprn } from '../../../src/installation/identifiers.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import type { Attempt, EventName, History, HistoryEvent } from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { excludedAt, type Excluded } from '../../../src/report/records/excluded.ts';
import { endOfLondonDate, instant, type Instant } from '../../../src/time.ts';
import { historyArbitrary } from '../exclusion/chainedHistories.ts';

/** An IOC installation with two Dormant meters of one supplier; `serial` makes its meter points. */
export function house(serial: number, more: Partial<Installation> = {}): Installation {
  return {
    installationId: String(serial),
    cohort: 'IOC',
    groupId: '',
    mpan: String(syntheticMpan(10, serial)),
    esmeDormant: true,
    electricityPaymentMode: 'credit',
    electricitySupplier: 'Acme',
    dmc: '',
    gas: { mprn: String(syntheticMprn(serial)), dormant: true, paymentMode: 'credit', supplier: 'Acme' },
    ...more,
  };
}

/** Three weeks of failures with one code, the last on 17 January 2022. */
export function threeWeeks(outcome: string): Attempt[] {
  return ['03', '10', '17'].map((day) => ({
    at: instant(`2022-01-${day}T10:00:00Z`),
    kind: 'migration',
    outcome,
    cause: 'device',
    table510: false,
  }));
}

export function event(at: string, name: EventName, value = ''): HistoryEvent {
  return { at: instant(`${at}T12:00:00Z`), event: name, value };
}

/** No WAN while attempting: excluded from 17 January 2022. */
export function noWan(serial: number, more: Partial<Installation> = {}, events: readonly HistoryEvent[] = []): History {
  return { installation: house(serial, more), attempts: threeWeeks('MA112'), events };
}

/** A Dormant gas meter that fails GT01: its GSME is excluded from 17 January 2022. */
export function gt01(serial: number, more: Partial<Installation> = {}, events: readonly HistoryEvent[] = []): History {
  return { installation: house(serial, more), attempts: threeWeeks('GT01'), events };
}

export const decider = engine(VARIOUS1);

export const decideAt = (history: History, at: Instant) => decider.decide(history, at);

/** The reported exclusion at the end of a London day. */
export function excludedOn(history: History, date: string): Excluded | undefined {
  const at = endOfLondonDate(date);
  return excludedAt(history, decideAt(history, at).verdicts, at);
}

/** Some histories with ids and meter points of their own. */
export const estateArbitrary: fc.Arbitrary<readonly History[]> = fc
  .array(historyArbitrary(), { minLength: 1, maxLength: 12 })
  .map((histories) =>
    histories.map((history, i) => {
      const { gas } = history.installation;
      const points = { installationId: `i${i}`, mpan: String(syntheticMpan(10, i)) };
      const installation = {
        ...history.installation,
        ...points,
        gas: gas && { ...gas, mprn: String(syntheticMprn(i)) },
      };
      return { ...history, installation };
    }),
  );
