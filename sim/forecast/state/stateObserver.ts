import { EVENTS, type EventName } from '../../../src/migration/history.ts';
import { isoWeek, type Instant } from '../../../src/londonTime.ts';
import type { FailureKind } from './failureKind.ts';
import { stateCode, type Facts, type StateCode } from './stateFacts.ts';

/** What an installation is at the start of its history. */
export interface StartFacts {
  /** Position in COHORTS. */
  readonly cohort: number;
  readonly esmeDormant: boolean;
  readonly hasGas: boolean;
  readonly gasDormant: boolean;
  readonly electricityCredit: boolean;
  readonly gasCredit: boolean;
}

const WEEK = 7 * 86_400;
const ATTEMPT_WEEKS = [1, 2, 4, 8];
const INSTRUCTION_WEEKS = [4, 8];

/** Positions of the values of the fact `last`. */
const LAST: Readonly<Record<FailureKind | 'system' | 'ok', number>> = {
  wan: 1,
  han: 2,
  other: 3,
  table510: 4,
  system: 5,
  ok: 6,
};

/** The fact that counts the weeks of each kind of failure. */
const WEEKS_OF = { wan: 'wanWeeks', han: 'hanWeeks', other: 'otherWeeks', table510: 'table510' } as const;

/**
 * Gathers the facts of one history up to an as-of. It is the one way from rows to a state, for real records and for
 * simulated lives alike. Rows come in order of time; `begin` starts another history. The path allocates nothing.
 */
export class StateObserver {
  private readonly facts = {} as Facts;
  private readonly weekOf: Record<FailureKind, number> = { wan: -1, han: -1, other: -1, table510: -1 };
  private attemptedAt = 0;
  private instructedAt = 0;
  private hasGas = false;

  begin(start: StartFacts): void {
    const { facts } = this;
    this.hasGas = start.hasGas;
    facts.cohort = start.cohort;
    facts.esmeDormant = Number(start.esmeDormant);
    facts.gas = start.hasGas ? (start.gasDormant ? 1 : 2) : 0;
    facts.gasCredit = start.hasGas && start.gasCredit ? 1 : 0;
    facts.electricityCredit = Number(start.electricityCredit);
    facts.standing = facts.verdict = 0;
    this.restart();
  }

  /** What was shown so far counts no longer: the start, and a readmission. */
  private restart(): void {
    const { facts, weekOf } = this;
    facts.ended = facts.prepared = facts.noWan = facts.otherInstructions = 0;
    facts.wanWeeks = facts.hanWeeks = facts.otherWeeks = facts.table510 = 0;
    facts.last = facts.supplierInstructed = 0;
    weekOf.wan = weekOf.han = weekOf.other = weekOf.table510 = -1;
    this.attemptedAt = 0;
    this.instructedAt = 0;
  }

  /** @param value 1 for `yes` and `credit`, else 0 */
  event(event: EventName, value: number): void {
    const { facts } = this;
    switch (event) {
      case 'esme-dormant':
        facts.esmeDormant = value;
        break;
      case 'gsme-dormant':
        if (this.hasGas) facts.gas = value === 1 ? 1 : 2;
        break;
      case 'electricity-payment-mode':
        facts.electricityCredit = value;
        break;
      case 'gas-payment-mode':
        if (this.hasGas) facts.gasCredit = value;
        break;
      case 'master-key-unobtainable':
        facts.standing = 1;
        break;
      case 'master-key-obtained':
      case 'sos-direct-otherwise':
        facts.standing = 0;
        break;
      case 'dcc-recommends':
      case 'sos-uneconomic':
        facts.standing = 2;
        break;
      case 'supplier-gsme-exclusion':
        facts.supplierInstructed = 1;
        break;
      case 'readmit':
        this.restart();
        break;
      default:
    }
  }

  /** An instruction to the SMSO that has ended. */
  instruction(at: Instant, ended: 'ok' | 'noWan' | 'other'): void {
    this.instructedAt = at;
    if (ended === 'ok') this.facts.prepared = 1;
    else if (ended === 'noWan') this.facts.noWan += 1;
    else this.facts.otherInstructions += 1;
  }

  /** A migration that came about. */
  migrated(at: Instant, esmeOnly: boolean): void {
    this.attemptedAt = at;
    this.facts.ended = esmeOnly ? 2 : 1;
    this.facts.last = LAST.ok;
  }

  /** A migration attempt that failed, by its kind; a failure on the side of the systems shows nothing of a device. */
  failed(at: Instant, kind: FailureKind | 'system'): void {
    this.attemptedAt = at;
    this.facts.last = LAST[kind];
    if (kind === 'system') return;
    const week = isoWeek(at);
    if (this.weekOf[kind] === week) return;
    this.weekOf[kind] = week;
    this.facts[WEEKS_OF[kind]] += 1;
  }

  /** The state at an as-of that no row lies behind, without the verdict of the rules: see `withVerdict`. */
  at(asOf: Instant): StateCode {
    const { facts } = this;
    facts.attempted = sinceOf(asOf, this.attemptedAt, ATTEMPT_WEEKS);
    facts.instructed = sinceOf(asOf, this.instructedAt, INSTRUCTION_WEEKS);
    return stateCode(facts);
  }
}

/** 0 where nothing was done; else 1 plus the number of bounds, in weeks, that have passed since. */
function sinceOf(asOf: Instant, at: Instant, weeks: readonly number[]): number {
  if (at === 0) return 0;
  let passed = 1;
  for (const bound of weeks) if (asOf - at > bound * WEEK) passed += 1;
  return passed;
}

/** Names of events by position, for observers that have numbers. */
export function eventName(event: number): EventName {
  return EVENTS[event] as EventName;
}
