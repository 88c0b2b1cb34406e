import { assert } from '../../assert.ts';
import { EVENTS, type EventName } from '../../migration/history.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import type { Instant } from '../../time.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { compileRules, FIXED_OUTCOMES, type CompiledRules } from './compile.ts';
import { OUTCOME_CODES_FROM, OUTCOME_OK_ESME } from './engineCodes.ts';
import { EVENT, EVENT_RANK } from './eventNumbers.ts';
import { Tally } from './tally.ts';

/**
 * Histories as typed columns. Codes are positions: cohorts in COHORTS, kinds in ATTEMPT_KINDS, events in EVENTS,
 * outcomes in `outcomes`. Flags are 0 or 1. A supplier is any positive number, and 0 means "not known to DCC".
 */
export interface HistoryColumns {
  readonly installations: number;
  readonly outcomes: readonly string[];

  readonly cohort: Uint8Array;
  readonly esmeDormant: Uint8Array;
  /** 1 if the installation has a GSME. Where it is 0, the other gas columns are not read. */
  readonly hasGsme: Uint8Array;
  readonly gsmeDormant: Uint8Array;
  readonly electricityCredit: Uint8Array;
  readonly gasCredit: Uint8Array;
  readonly electricitySupplier: Int32Array;
  readonly gasSupplier: Int32Array;

  /**
   * Row offsets: the attempts of installation `i` are the rows from `attemptsFrom[i]` to before `attemptsFrom[i + 1]`.
   */
  readonly attemptsFrom: Int32Array;
  /**
   * Instants, sorted by time and then by kind. Neighbours with the same instant and kind must be exact duplicates; they
   * count once.
   */
  readonly attemptAt: Int32Array;
  readonly attemptKind: Uint8Array;
  readonly attemptOutcome: Uint16Array;
  readonly attemptSystem: Uint8Array;
  readonly attemptTable510: Uint8Array;

  /**
   * Row offsets of the events, those of the installation's DMC included: the rows of installation `i` run from
   * `eventsFrom[i]` to before `eventsFrom[i + 1]`.
   */
  readonly eventsFrom: Int32Array;
  /**
   * Instants, sorted by time and then by EVENT_ORDER. Neighbours with the same instant and name must be exact
   * duplicates; they count once.
   */
  readonly eventAt: Int32Array;
  readonly eventName: Uint8Array;
  /** The value of the event: 1 for `yes` and `credit`, 0 for `no` and `prepayment`, or the number of a supplier. */
  readonly eventValue: Int32Array;
}

/**
 * The answers, as columns. A column has one cell per installation, or one per installation and category at `i *
 * CATEGORIES.length + c`.
 */
export interface VerdictColumns {
  /** Bit `c` is set if CATEGORIES[c] holds. The columns below are defined only where it is set. */
  readonly mask: Uint8Array;
  /** The category that is reported, or -1 if none holds. */
  readonly reported: Int8Array;
  readonly metAt: Int32Array;
  /** The instant from which the category is in effect; 0 if it is not in effect by the as-of. */
  readonly effectiveFrom: Int32Array;
  /** The weeks or instructions that were counted; -1 for a standing clause. */
  readonly counted: Int32Array;
}

/** Decides columns of histories. It gives the verdicts of `evaluate` without their evidence and notes. */
export interface ColumnEngine {
  /** Overwrites `into` and returns it. `into` must have rows for at least as many installations as `columns`. */
  decide(columns: HistoryColumns, asOf: Instant, into: VerdictColumns): VerdictColumns;
}

/**
 * The order of events at one instant: first states, then findings and instructions, then readmits. Within each group
 * they are ordered by name.
 */
export const EVENT_ORDER: Uint8Array = eventOrder();

function eventOrder(): Uint8Array {
  const byName = (a: EventName, b: EventName): number => (a < b ? -1 : a > b ? 1 : 0);
  const rank = (name: EventName): number => EVENT_RANK[EVENT[name]] as number;
  const sorted = [...EVENTS].sort((a, b) => rank(a) - rank(b) || byName(a, b));
  return Uint8Array.from(EVENTS, (name) => sorted.indexOf(name));
}

/**
 * Makes empty columns for the verdicts of a number of installations.
 *
 * @param installations the number of installations, at least 0
 */
export function verdictColumns(installations: number): VerdictColumns {
  const perCategory = installations * CATEGORIES.length;
  return {
    mask: new Uint8Array(installations),
    reported: new Int8Array(installations),
    metAt: new Int32Array(perCategory),
    effectiveFrom: new Int32Array(perCategory),
    counted: new Int32Array(perCategory),
  };
}

const ALL = CATEGORIES.length;
const READMIT = EVENT['readmit'];
/** An instant later than all others. */
const NO_ROW = 2 ** 31 - 1;

/**
 * Makes an engine. It can be reused for one batch after another, but not for two at once. Per history it allocates
 * nothing but the tally's evidence.
 */
export function columnEngine(rules: RuleSet): ColumnEngine {
  const compiled = compileRules(rules);
  const tally = new Tally(compiled);
  const fewest = fewestAttempts(compiled);
  const raises = raisingEvents(compiled);

  /**
   * Feeds the rows of one installation to the tally, instant by instant, in the order in which the tally takes them.
   */
  function count(columns: HistoryColumns, tables: OutcomeTables, i: number, asOf: number): void {
    const { attemptAt, attemptKind, attemptOutcome, attemptSystem, attemptTable510 } = columns;
    const { eventAt, eventName, eventValue } = columns;
    const attemptsTo = columns.attemptsFrom[i + 1] as number;
    const eventsTo = columns.eventsFrom[i + 1] as number;
    let a = columns.attemptsFrom[i] as number;
    let e = columns.eventsFrom[i] as number;
    // Nothing can hold while no raising event has come and there are too few attempts, so `settle` is not needed yet.
    // In a cohort that counts nothing, failures change nothing.
    const enough = fewest[columns.cohort[i] as number] as number;
    const mayHold = a + enough;
    const failuresCount = enough < NO_ROW;
    let raised = false;
    let before = -1;
    for (;;) {
      const attempted = a < attemptsTo ? (attemptAt[a] as number) : NO_ROW;
      const happened = e < eventsTo ? (eventAt[e] as number) : NO_ROW;
      const at = attempted < happened ? attempted : happened;
      if (at > asOf || at === NO_ROW) return;
      assert(at > before, 'the rows of an installation stand in the order of time');
      before = at;
      let last = -1;
      for (; e < eventsTo && eventAt[e] === at; e += 1) {
        const name = eventName[e] as number;
        if (name === READMIT) break; // a readmit follows the attempts of its instant: none of them counts
        if (name === last) continue;
        if (last >= 0) assertOrdered(EVENT_ORDER[last] as number, EVENT_ORDER[name] as number);
        last = name;
        tally.event(at, name, eventValue[e] as number);
        if (raises[name] === 1) raised = true;
      }
      last = -1;
      for (; a < attemptsTo && attemptAt[a] === at; a += 1) {
        const kind = attemptKind[a] as number;
        if (kind === last) continue;
        assertOrdered(last, kind);
        last = kind;
        const outcome = attemptOutcome[a] as number;
        const number = tables.number[outcome] as number;
        if (number > OUTCOME_OK_ESME && !failuresCount) continue;
        tally.attempt(
          at,
          kind,
          number,
          tables.mask[outcome] as number,
          attemptSystem[a] === 1,
          attemptTable510[a] === 1,
        );
      }
      for (; e < eventsTo && eventAt[e] === at; e += 1) {
        assert(eventName[e] === READMIT, NOT_IN_ORDER);
        tally.event(at, READMIT, 0);
      }
      if (a >= mayHold || raised) tally.settle(at);
    }
  }

  function answer(i: number, asOf: number, into: VerdictColumns): void {
    const { mask } = tally;
    into.mask[i] = mask;
    into.reported[i] = tally.reported();
    if (mask === 0) return;
    for (let c = 0; c < ALL; c += 1) {
      if (((mask >> c) & 1) === 0) continue;
      const at = i * ALL + c;
      into.metAt[at] = tally.metAt[c] as number;
      into.effectiveFrom[at] = tally.effectiveFrom(c, asOf);
      into.counted[at] = tally.counted(c);
    }
  }

  return {
    decide(columns, asOf, into) {
      assert(into.mask.length >= columns.installations, 'there is a row for every answer');
      const tables = outcomeTables(columns.outcomes, compiled);
      for (let i = 0; i < columns.installations; i += 1) {
        const hasGsme = columns.hasGsme[i] === 1;
        tally.begin(
          columns.cohort[i] as number,
          columns.esmeDormant[i] === 1,
          hasGsme,
          hasGsme && columns.gsmeDormant[i] === 1,
          columns.electricityCredit[i] === 1,
          hasGsme && columns.gasCredit[i] === 1,
          columns.electricitySupplier[i] as number,
          hasGsme ? (columns.gasSupplier[i] as number) : 0,
        );
        count(columns, tables, i, asOf);
        answer(i, asOf, into);
      }
      return into;
    },
  };
}

const NOT_IN_ORDER = 'the rows of one instant stand in their order';

function assertOrdered(before: number, after: number): void {
  assert(before < after, NOT_IN_ORDER);
}

/** Tables for a dictionary of outcomes: the number of each outcome, and the counters that it feeds. */
interface OutcomeTables {
  readonly number: Uint8Array;
  readonly mask: Int32Array;
}

function outcomeTables(outcomes: readonly string[], compiled: CompiledRules): OutcomeTables {
  const fixed = (outcome: string): number => FIXED_OUTCOMES.indexOf(outcome);
  return {
    number: Uint8Array.from(outcomes, (text) => (fixed(text) >= 0 ? fixed(text) : OUTCOME_CODES_FROM)),
    mask: Int32Array.from(outcomes, (text) => compiled.maskOf(text)),
  };
}

/**
 * The fewest attempts, per cohort, with which any category can hold without a raising event. NO_ROW means that the
 * cohort counts no attempts.
 */
function fewestAttempts({ cohortMask, standing, atLeast }: CompiledRules): Int32Array {
  return cohortMask.map((mask) => {
    const counting = CATEGORIES.map((_, c) => c).filter((c) => (((mask & ~standing) >> c) & 1) === 1);
    return Math.min(NO_ROW, ...counting.map((c) => atLeast[c] as number));
  });
}

/**
 * 1 for each event that can make a category hold when there are too few attempts: an event of a standing clause, or the
 * supplier's instruction.
 */
function raisingEvents({ standingHolds }: CompiledRules): Uint8Array {
  const instruction = EVENT['supplier-gsme-exclusion'];
  return Uint8Array.from(EVENTS, (_, event) =>
    (standingHolds[event] as number) !== 0 || event === instruction ? 1 : 0,
  );
}
