import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { EVENT_ORDER, type HistoryColumns, type VerdictColumns } from '../../../src/exclusion/engine/engineColumns.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import type { Verdict } from '../../../src/exclusion/verdict.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { ATTEMPT_KINDS, type History } from '../../../src/migration/history.ts';

/** Puts histories into columns, their rows in order; what a reader of typed files would do. */
export function packHistories(histories: readonly History[]): HistoryColumns {
  const outcomes = numbering<string>([]);
  const suppliers = numbering(['']);
  const flag = (value: boolean): number => (value ? 1 : 0);
  const installations = histories.map(({ installation }) => installation);
  const attempts = histories.map((history) =>
    history.attempts.toSorted((a, b) => a.at - b.at || kindOf(a.kind) - kindOf(b.kind)),
  );
  const events = histories.map((history) =>
    history.events.toSorted((a, b) => a.at - b.at || orderOf(EVENT[a.event]) - orderOf(EVENT[b.event])),
  );
  const attempted = attempts.flat();
  const happened = events.flat();
  return {
    installations: histories.length,
    outcomes: outcomes.names,
    cohort: Uint8Array.from(installations, ({ cohort }) => COHORTS.indexOf(cohort)),
    esmeDormant: Uint8Array.from(installations, ({ esmeDormant }) => flag(esmeDormant)),
    hasGsme: Uint8Array.from(installations, ({ gas }) => flag(gas !== null)),
    gsmeDormant: Uint8Array.from(installations, ({ gas }) => flag(gas?.dormant === true)),
    electricityCredit: Uint8Array.from(installations, (row) => flag(row.electricityPaymentMode === 'credit')),
    gasCredit: Uint8Array.from(installations, ({ gas }) => flag(gas?.paymentMode === 'credit')),
    electricitySupplier: Int32Array.from(installations, (row) => suppliers.of(row.electricitySupplier)),
    gasSupplier: Int32Array.from(installations, ({ gas }) => suppliers.of(gas?.supplier ?? '')),
    attemptsFrom: offsets(attempts),
    attemptAt: Int32Array.from(attempted, ({ at }) => at),
    attemptKind: Uint8Array.from(attempted, ({ kind }) => kindOf(kind)),
    attemptOutcome: Uint16Array.from(attempted, ({ outcome }) => outcomes.of(outcome)),
    attemptSystem: Uint8Array.from(attempted, ({ cause }) => flag(cause === 'system')),
    attemptTable510: Uint8Array.from(attempted, ({ table510 }) => flag(table510)),
    eventsFrom: offsets(events),
    eventAt: Int32Array.from(happened, ({ at }) => at),
    eventName: Uint8Array.from(happened, ({ event }) => EVENT[event]),
    eventValue: Int32Array.from(happened, ({ event, value }) =>
      event.endsWith('supplier') || event === 'supplier-gsme-exclusion'
        ? suppliers.of(value)
        : flag(value === 'yes' || value === 'credit'),
    ),
  };
}

function kindOf(kind: (typeof ATTEMPT_KINDS)[number]): number {
  return ATTEMPT_KINDS.indexOf(kind);
}

function orderOf(event: number): number {
  return EVENT_ORDER[event] as number;
}

function offsets(rows: readonly (readonly unknown[])[]): Int32Array {
  const from = new Int32Array(rows.length + 1);
  for (const [i, of] of rows.entries()) from[i + 1] = (from[i] as number) + of.length;
  return from;
}

/** Numbers names in the order in which they come. */
function numbering<T>(names: T[]): { readonly names: readonly T[]; of(name: T): number } {
  const numbers = new Map(names.map((name, i) => [name, i]));
  return {
    names,
    of(name) {
      let number = numbers.get(name);
      if (number === undefined) {
        number = names.push(name) - 1;
        numbers.set(name, number);
      }
      return number;
    },
  };
}

/** A verdict as far as columns hold it. */
export type ColumnVerdict = Pick<Verdict, 'category' | 'metAt' | 'effectiveFrom' | 'counted' | 'reported'>;

/** The verdicts of the history at a position of the columns. */
export function verdictsAt(answers: VerdictColumns, i: number): ColumnVerdict[] {
  return categoriesOf(answers.mask[i] as number).map((category) => {
    const c = CATEGORIES.indexOf(category);
    const at = i * CATEGORIES.length + c;
    const counted = answers.counted[at] as number;
    return {
      category,
      metAt: answers.metAt[at] as number,
      effectiveFrom: answers.effectiveFrom[at] || null,
      counted: counted < 0 ? null : counted,
      reported: answers.reported[i] === c,
    };
  });
}

/** Verdicts less what columns do not hold. */
export function withoutEvidence(verdicts: readonly Verdict[]): ColumnVerdict[] {
  return verdicts.map(({ category, metAt, effectiveFrom, counted, reported }) => {
    return { category, metAt, effectiveFrom, counted, reported };
  });
}

export function categoriesOf(mask: number): ExclusionCategory[] {
  return CATEGORIES.filter((_, c) => ((mask >> c) & 1) === 1);
}
