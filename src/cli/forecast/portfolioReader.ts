import { CATEGORIES } from '../../clauses/clause.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { engine } from '../../exclusion/engine/engine.ts';
import { joinHistories, type JoinSink } from '../../interchange/history/joinHistories.ts';
import type { JoinCounts } from '../../interchange/history/judge.ts';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import { RefusedRows } from '../../interchange/history/refusedRows.ts';
import type { Attempt, History } from '../../migration/history.ts';
import { OK, OK_ESME } from '../../migration/history.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import type { Instant } from '../../time.ts';
import { namesOf } from '../shell/recordInputs.ts';
import { stateOfHistory, verdictAt } from '../../../sim/forecast/state/historyState.ts';
import { WeeklyRecords } from '../../../sim/forecast/state/weeklyRecords.ts';
import { categoryOf, VERDICT_NONE, type StateCode } from '../../../sim/forecast/state/stateFacts.ts';

/** Parts of a portfolio that volumes can be asked of besides cohort and category. */
export const PARTS = ['supplier', 'area'] as const;
export type Part = (typeof PARTS)[number];

/** What is read of a portfolio: how many stand in which state, in all and by part; no history is kept. */
export interface Portfolio {
  readonly states: Map<StateCode, number>;
  readonly parts: Readonly<Record<Part, Map<string, Map<StateCode, number>>>>;
  /** Reported today under each category, by cohort x categories: decided by the rules, not matched. */
  readonly today: Float64Array;
  /** The attempts by week. */
  readonly weekly: WeeklyRecords;
  /** The last row of all. */
  lastAt: Instant;
}

/** What is said of one installation, as it is read. It survives a temporary file. */
export interface ReadInstallation {
  readonly state: StateCode;
  readonly cohort: number;
  readonly supplier: string;
  readonly area: string;
  /** Position of the category that is reported today; -1: none. */
  readonly reported: number;
  /** The category that one more failure like the last would bring; empty: none. */
  readonly tips: string;
  readonly lastAt: Instant;
}

/** Gathers a portfolio row by row; `write` gets each installation for the tables. */
export class PortfolioSink implements JoinSink<ReadInstallation> {
  readonly portfolio: Portfolio;
  readonly refusedRows: RefusedRows;
  private readonly parts: readonly Part[];
  private readonly write: (id: string, read: ReadInstallation) => void;

  constructor(
    files: readonly string[],
    weekly: WeeklyRecords,
    { errorsMax, parts, open }: Pick<ReadOptions, 'errorsMax' | 'parts' | 'open'>,
  ) {
    this.portfolio = emptyPortfolio(weekly);
    this.refusedRows = new RefusedRows({ errorsMax, stopAtMax: true, path: undefined, files });
    this.parts = parts;
    this.write = open().write;
  }

  get refuse(): RefusedRows['refuse'] {
    return this.refusedRows.refuse;
  }

  emit(id: string, read: ReadInstallation): void {
    const { states, parts, today } = this.portfolio;
    add(states, read.state);
    for (const part of this.parts) {
      const own = parts[part].get(read[part]) ?? new Map<StateCode, number>();
      parts[part].set(read[part], own);
      add(own, read.state);
    }
    if (read.reported >= 0) {
      const at = read.cohort * CATEGORIES.length + read.reported;
      today[at] = (today[at] as number) + 1;
    }
    this.portfolio.lastAt = Math.max(this.portfolio.lastAt, read.lastAt);
    this.write(id, read);
  }

  discard(): void {
    this.refusedRows.discard();
    Object.assign(this, { portfolio: emptyPortfolio(new WeeklyRecords()) });
  }
}

function emptyPortfolio(weekly: WeeklyRecords): Portfolio {
  return {
    weekly,
    states: new Map(),
    parts: { supplier: new Map(), area: new Map() },
    today: new Float64Array(COHORTS.length * CATEGORIES.length),
    lastAt: 0,
  };
}

function add(states: Map<StateCode, number>, state: StateCode): void {
  states.set(state, (states.get(state) ?? 0) + 1);
}

export interface ReadOptions {
  readonly asOf: Instant;
  readonly rules: RuleSet;
  /** The parts that are gathered apart. The others stay empty. */
  readonly parts: readonly Part[];
  /** Also ask what one more failure would bring: it costs a second decision. */
  readonly tips: boolean;
  readonly temporary: string;
  readonly errorsMax: number;
  readonly progress: (rows: number) => void;
  readonly open: () => { readonly write: (id: string, read: ReadInstallation) => void };
}

/**
 * Reads histories into a portfolio.
 * @throws TooManyRefused, FileRefused
 */
export async function readPortfolio(
  inputs: JoinInputs,
  { asOf, rules, tips, temporary, progress, ...sinkOptions }: ReadOptions,
  opened: (sink: PortfolioSink) => void,
): Promise<{ readonly sink: PortfolioSink; readonly counts: JoinCounts }> {
  const decider = engine(rules);
  const files = namesOf(inputs);
  const reportedOf = (history: History, at: Instant): number => categoryOf(verdictAt(decider, history, at));
  let weekly = new WeeklyRecords();
  const decide = (history: History): ReadInstallation => {
    weekly.add(history);
    const { installation, attempts, events } = history;
    const isPlain = events.length === 0 && attempts.every(({ outcome }) => outcome === OK || outcome === OK_ESME);
    const verdict = isPlain ? VERDICT_NONE : verdictAt(decider, history, asOf);
    const reported = categoryOf(verdict);
    return {
      state: stateOfHistory(history, asOf, verdict),
      cohort: COHORTS.indexOf(installation.cohort),
      supplier: installation.electricitySupplier,
      area: installation.mpan.slice(0, 2),
      reported,
      tips: tips && reported < 0 && !isPlain ? tippedBy(history, asOf, reportedOf) : '',
      lastAt: attempts.reduce((last, { at }) => Math.max(last, at), 0),
    };
  };
  const { sink, counts } = await joinHistories<ReadInstallation, PortfolioSink>(inputs, {
    asOf,
    decide,
    temporary,
    progress,
    open: () => {
      // Files in another order are read again from the start.
      weekly = new WeeklyRecords();
      const sink = new PortfolioSink(files, weekly, sinkOptions);
      opened(sink);
      return sink;
    },
  });
  return { sink, counts };
}

const WEEK = 7 * 86_400;

/** The category that would be reported if the last attempt failed once more, in the next week that is separate from it. */
function tippedBy(history: History, asOf: Instant, reportedOf: (history: History, at: Instant) => number): string {
  const last = history.attempts.reduce<Attempt | undefined>((found, row) => (found === undefined || row.at >= found.at ? row : found), undefined); // prettier-ignore
  if (last === undefined || last.outcome === OK || last.outcome === OK_ESME || last.cause === 'system') return '';
  const at = Math.max(asOf + 1, last.at + WEEK);
  const after = reportedOf({ ...history, attempts: [...history.attempts, { ...last, at }] }, at);
  return after < 0 ? '' : (CATEGORIES[after] as string);
}
