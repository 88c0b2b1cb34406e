import { COHORTS } from '../../installation/cohort.ts';
import type { Installation, PaymentMode } from '../../installation/installation.ts';
import { isTable510 } from '../../migration/errorCodes.ts';
import { CAUSES, DMC_EVENTS, EVENTS, OK, OK_ESME, type EventName } from '../../migration/history.ts';
import { cellChecker, NO_CHOICE, type CheckedBatch } from '../record/cells.ts';
import type { Input } from '../format/formats.ts';
import { readRaw } from '../format/readRaw.ts';
import { lineOf } from '../record/rawBatch.ts';
import { show, type Refuse } from '../record/refusal.ts';
import { recordOf, type RecordName } from '../record/records.ts';

/** The parts common to every batch of checked rows: the places of its rows, and the rows that were accepted (1). */
interface Rows {
  readonly rows: number;
  readonly lines: Float64Array | number;
  readonly accepted: Uint8Array;
}

export interface InstallationRows extends Rows {
  readonly id: readonly string[];
  /** Builds the installation of an accepted row. */
  installation(row: number): Installation;
}

export interface AttemptRows extends Rows {
  readonly id: readonly string[];
  readonly at: Int32Array;
  /** Positions in ATTEMPT_KINDS and CAUSES. Defaults are filled in. */
  readonly kind: Uint8Array;
  readonly cause: Uint8Array;
  readonly outcome: readonly string[];
  /** 1 if the row is in Table 5.10: as the row says, or, if the row is empty there, as the catalogue says. */
  readonly table510: Uint8Array;
}

export interface EventRows extends Rows {
  readonly subject: readonly string[];
  readonly at: Int32Array;
  /** Positions in EVENTS. */
  readonly event: Uint8Array;
  readonly value: readonly string[];
}

const YES = 0; // the position of `yes` among the records' yes and no

async function* checked(name: RecordName, input: Input, refuse: Refuse): AsyncGenerator<CheckedBatch> {
  const record = recordOf(name);
  const check = cellChecker(input.name, record, refuse, input.zoneless);
  for await (const batch of readRaw(input, record, refuse)) yield check(batch);
}

/** A rule on a whole row. It returns the columns that contradict each other, or undefined if they agree. */
interface RowProblem {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

function applyRule(batch: Rows, input: Input, refuse: Refuse, rule: (row: number) => RowProblem | undefined): void {
  for (let row = 0; row < batch.rows; row += 1) {
    if (batch.accepted[row] === 0) continue;
    const problem = rule(row);
    if (!problem) continue;
    batch.accepted[row] = 0;
    refuse({ file: input.name, line: lineOf(batch, row), ...problem });
  }
}

/** The rows of `installations`. Cells and gas columns are checked. */
export async function* readInstallations(input: Input, refuse: Refuse): AsyncGenerator<InstallationRows> {
  for await (const batch of checked('installations', input, refuse)) {
    const [id, cohort, groupId, mpan, mprn, esmeDormant, gsmeDormant, electricityMode, gasMode, dmc, eSupplier, gSupplier, operator, hubModel] =
      batch.columns as [
        string[], Uint8Array, string[], string[], string[], Uint8Array, Uint8Array, Uint8Array, Uint8Array,
        string[], string[], string[], string[], string[],
      ]; // prettier-ignore
    applyRule(batch, input, refuse, (row) => {
      const set = (mprn[row] as string) !== '';
      const dormantSet = gsmeDormant[row] !== NO_CHOICE;
      const modeSet = gasMode[row] !== NO_CHOICE;
      if (set && dormantSet && modeSet) return undefined;
      if (!set && !dormantSet && !modeSet && gSupplier[row] === '') return undefined;
      return {
        column: 'mprn+gsme_dormant+gas_payment_mode+gas_supplier',
        found: set ? 'an MPRN without all the gas columns' : 'gas columns without an MPRN',
        expected: 'all of them (the supplier may be empty) or none',
      };
    });
    const mode = (code: number | undefined): PaymentMode => (code === 0 ? 'credit' : 'prepayment');
    yield {
      rows: batch.rows,
      lines: batch.lines,
      accepted: batch.accepted,
      id,
      installation: (row) => ({
        installationId: id[row] as string,
        cohort: COHORTS[cohort[row] as number] as Installation['cohort'],
        groupId: groupId[row] as string,
        mpan: mpan[row] as string,
        esmeDormant: esmeDormant[row] === YES,
        electricityPaymentMode: mode(electricityMode[row]),
        electricitySupplier: eSupplier[row] as string,
        dmc: dmc[row] as string,
        ...(operator[row] !== '' && { operator: operator[row] as string }),
        ...(hubModel[row] !== '' && { hubModel: hubModel[row] as string }),
        gas:
          mprn[row] === ''
            ? null
            : {
                mprn: mprn[row] as string,
                dormant: gsmeDormant[row] === YES,
                paymentMode: mode(gasMode[row]),
                supplier: gSupplier[row] as string,
              },
      }),
    };
  }
}

const OUTCOME = /^[A-Za-z0-9_-]{1,32}$/;
const INSTRUCTION = 0; // the position in ATTEMPT_KINDS
const SYSTEM = CAUSES.indexOf('system');

/** The rows of `attempts`. Defaults are filled in: the cause is `device`, and Table 5.10 is as the catalogue says. */
export async function* readAttempts(input: Input, refuse: Refuse): AsyncGenerator<AttemptRows> {
  const outcomes = new Map<string, { valid: boolean; success: boolean; table510: boolean }>();
  function look(outcome: string): { valid: boolean; success: boolean; table510: boolean } {
    let known = outcomes.get(outcome);
    if (!known) {
      const success = outcome === OK || outcome === OK_ESME;
      known = { valid: OUTCOME.test(outcome), success, table510: !success && isTable510(outcome) };
      if (outcomes.size < 20_000) outcomes.set(outcome, known);
    }
    return known;
  }

  for await (const batch of checked('attempts', input, refuse)) {
    const [id, at, kind, outcome, cause, given] = batch.columns as [
      string[], Int32Array, Uint8Array, string[], Uint8Array, Uint8Array,
    ]; // prettier-ignore
    const table510 = new Uint8Array(batch.rows);
    applyRule(batch, input, refuse, (row) => {
      const text = outcome[row] as string;
      const { valid, success, table510: listed } = look(text);
      if (cause[row] === NO_CHOICE) cause[row] = 0;
      table510[row] = given[row] === NO_CHOICE ? (listed ? 1 : 0) : given[row] === YES ? 1 : 0;
      if (!valid) {
        const expected = 'ok, ok-esme or an error code [A-Za-z0-9_-]{1,32}';
        return { column: 'outcome', found: show(text), expected };
      }
      if (!success) return undefined;
      if (text === OK_ESME && kind[row] === INSTRUCTION) {
        return {
          column: 'kind+outcome',
          found: 'an instruction with ok-esme',
          expected: 'ok-esme of a migration alone',
        };
      }
      if (cause[row] === SYSTEM) {
        return { column: 'outcome+cause', found: `${text} with cause system`, expected: 'a cause for failures alone' };
      }
      if (table510[row] === 1) {
        const expected = 'Table 5.10 for failures alone';
        return { column: 'outcome+table_5_10', found: `${text} with table_5_10 yes`, expected };
      }
      return undefined;
    });
    const { rows, lines, accepted } = batch;
    yield { rows, lines, accepted, id, at, kind, cause, outcome, table510 };
  }
}

/** The values that an event may have. Events that are not listed have no value. */
const EVENT_VALUES: Readonly<Partial<Record<EventName, { readonly pattern: RegExp; readonly expected: string }>>> = {
  'electricity-supplier': { pattern: /^/, expected: 'a supplier, or nothing where it is not known' },
  'gas-supplier': { pattern: /^/, expected: 'a supplier, or nothing where it is not known' },
  'esme-dormant': { pattern: /^(yes|no)$/, expected: 'yes|no' },
  'gsme-dormant': { pattern: /^(yes|no)$/, expected: 'yes|no' },
  'electricity-payment-mode': { pattern: /^(credit|prepayment)$/, expected: 'credit|prepayment' },
  'gas-payment-mode': { pattern: /^(credit|prepayment)$/, expected: 'credit|prepayment' },
  // An instruction without a supplier counts as one by a stranger: the engine notes it.
  'supplier-gsme-exclusion': { pattern: /^/, expected: 'the instructing supplier' },
};
const NO_VALUE = { pattern: /^$/, expected: 'nothing' };

/** The values that an event may have, if a text is none of them; undefined if the text is valid. */
export function wrongEventValue(event: EventName, value: string): string | undefined {
  const rule = EVENT_VALUES[event] ?? NO_VALUE;
  return rule.pattern.test(value) ? undefined : `${rule.expected} (${event})`;
}

export const DMC_PREFIX = 'dmc:';

/** The rows of `events`. Subjects and values are checked against their events. */
export async function* readEvents(input: Input, refuse: Refuse): AsyncGenerator<EventRows> {
  const ofDmc = EVENTS.map((event) => (DMC_EVENTS as readonly EventName[]).includes(event));
  for await (const batch of checked('events', input, refuse)) {
    const [subject, at, event, value] = batch.columns as [string[], Int32Array, Uint8Array, string[]];
    applyRule(batch, input, refuse, (row) => {
      const code = event[row] as number;
      const name = EVENTS[code] as EventName;
      const dmc = (subject[row] as string).startsWith(DMC_PREFIX);
      if (dmc !== ofDmc[code]) {
        const found = `${name} of ${dmc ? 'a DMC' : 'an installation'}`;
        return { column: 'subject+event', found, expected: `${name} of ${dmc ? 'an installation' : 'dmc:<id>'}` };
      }
      const expected = wrongEventValue(name, value[row] as string);
      return expected === undefined ? undefined : { column: 'value', found: show(value[row] as string), expected };
    });
    const { rows, lines, accepted } = batch;
    yield { rows, lines, accepted, subject, at, event, value };
  }
}
