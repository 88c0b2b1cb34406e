import { uneconomicToTest } from '../../clauses/uneconomicToTest.ts';
import { DATES } from '../../regulation/parameters.ts';
import { isEpclChecked } from '../../rules/limits.ts';
import type { Evaluation } from '../../exclusion/verdict.ts';
import { knownAt, recordsUpTo } from '../../exclusion/reference/state.ts';
import type { History, HistoryEvent } from '../../migration/history.ts';
import { endOfLondonDate, formatDay, londonDay, type Instant } from '../../time.ts';
import { compareText } from './excluded.ts';
import { textTable, thousands } from '../../text/table.ts';

/** A DMC of the input: from a scenario's models, or from a CSV of `dmc, epcl_entry, dmct_cost_pounds`. */
export interface DmcRow {
  readonly dmc: string;
  /** The London date of the entry on the EPCL; null if none is planned. */
  readonly epclEntry: string | null;
  readonly dmctCostPounds: number;
}

/** The part of one installation in the counts of its DMC. It survives JSON. */
export interface DmcMember {
  readonly dmc: string;
  /**
   * `migrated`: there is nothing to unblock. `otherwise`: another exclusion of the installation holds. `open`: the EPCL
   * check does not apply yet. `blocked`: the missing entry blocks it.
   */
  readonly is: 'migrated' | 'otherwise' | 'open' | 'blocked';
  /** True if the reported exclusion, in effect, is uneconomic-to-test. */
  readonly excluded: boolean;
}

/** The part of the installation in the counts of its DMC as of an instant. Undefined if its DMC is not on the list. */
export function dmcMember(
  history: History,
  evaluation: Evaluation,
  listed: ReadonlySet<string>,
  asOf: Instant,
): DmcMember | undefined {
  const { dmc, cohort } = history.installation;
  if (!listed.has(dmc)) return undefined;
  const excluded = evaluation.verdicts.some(
    (row) => row.category === uneconomicToTest.category && row.reported && row.effectiveFrom !== null,
  );
  const otherwise = evaluation.verdicts.some(
    (row) => row.category !== uneconomicToTest.category && row.excludes === 'installation',
  );
  const { migration } = knownAt(recordsUpTo(history, asOf), asOf);
  // If the EPCL is not checked yet, a missing entry blocks nothing.
  const open = !isEpclChecked(cohort, asOf);
  const is = migration ? 'migrated' : otherwise ? 'otherwise' : open ? 'open' : 'blocked';
  return { dmc, is, excluded };
}

type Decision = 'none' | 'dcc-recommends' | 'sos-uneconomic' | 'sos-direct-otherwise';

/** The economics of one DMC without an EPCL entry. Money is in whole pence. */
export interface UneconomicRow {
  readonly dmc: string;
  readonly plannedEntry: string | null;
  /** True if the planned entry is no later than the day of the final EPCL entries; null if none is planned. */
  readonly entryInTime: boolean | null;
  readonly installations: number;
  readonly migrated: number;
  readonly otherwiseExcluded: number;
  /** Installations that are not held up yet: MOC (Secure) before its EPCL check. */
  readonly notYetChecked: number;
  /** Installations that testing the DMC would unblock. */
  readonly unblocked: number;
  readonly costPence: number;
  readonly cumulativeCostPence: number;
  readonly cumulativeUnblocked: number;
  readonly decision: Decision;
  readonly decidedOn: string | null;
  /** Installations whose reported exclusion, in effect, is uneconomic-to-test. */
  readonly excluded: number;
}

type Tally = { [C in DmcMember['is'] | 'excluded']: number };

/**
 * The DMCs without an EPCL entry as of an instant, cheapest first by cost per installation unblocked. Those that would
 * unblock none come last. Cost and installations are added up in that order.
 */
export class Uneconomic {
  readonly #counts = new Map<string, Tally>();

  add({ dmc, is, excluded }: DmcMember): void {
    let counts = this.#counts.get(dmc);
    if (!counts) this.#counts.set(dmc, (counts = { migrated: 0, otherwise: 0, open: 0, blocked: 0, excluded: 0 }));
    counts[is] += 1;
    if (excluded) counts.excluded += 1;
  }

  /** `eventsOf` returns the events of a DMC up to the as-of. */
  rows(dmcs: readonly DmcRow[], eventsOf: (dmc: string) => readonly HistoryEvent[]): UneconomicRow[] {
    const none: Tally = { migrated: 0, otherwise: 0, open: 0, blocked: 0, excluded: 0 };
    const rows = dmcs.map(({ dmc, epclEntry, dmctCostPounds }) => {
      const counts = this.#counts.get(dmc) ?? none;
      return {
        dmc,
        plannedEntry: epclEntry,
        entryInTime: epclEntry === null ? null : epclEntry <= DATES.finalEpclEntries.date,
        installations: counts.migrated + counts.otherwise + counts.open + counts.blocked,
        migrated: counts.migrated,
        otherwiseExcluded: counts.otherwise,
        notYetChecked: counts.open,
        unblocked: counts.blocked,
        costPence: Math.round(dmctCostPounds * 100),
        ...decisionOf(eventsOf(dmc)),
        excluded: counts.excluded,
      };
    });
    // The comparison multiplies crosswise: no quotient is rounded, so ties are real ties.
    rows.sort((a, b) => {
      if ((a.unblocked === 0) !== (b.unblocked === 0)) return a.unblocked === 0 ? 1 : -1;
      return a.costPence * b.unblocked - b.costPence * a.unblocked || compareText(a.dmc, b.dmc);
    });
    let cumulativeCostPence = 0;
    let cumulativeUnblocked = 0;
    return rows.map((row) => {
      cumulativeCostPence += row.costPence;
      cumulativeUnblocked += row.unblocked;
      return { ...row, cumulativeCostPence, cumulativeUnblocked };
    });
  }
}

/** The DMCs of the list that have no EPCL entry by the as-of. */
export function withoutEntry(dmcs: readonly DmcRow[], asOf: Instant): DmcRow[] {
  return dmcs.filter(({ epclEntry }) => epclEntry === null || endOfLondonDate(epclEntry) > asOf);
}

/** The latest decision (18.5: the Secretary of State may direct otherwise). Without one, DCC's recommendation. */
function decisionOf(events: readonly HistoryEvent[]): { decision: Decision; decidedOn: string | null } {
  const latest = (names: readonly string[]): HistoryEvent | undefined =>
    events.filter((row) => names.includes(row.event)).reduce<HistoryEvent | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined); // prettier-ignore
  const event = latest(['sos-uneconomic', 'sos-direct-otherwise']) ?? latest(['dcc-recommends']);
  if (!event) return { decision: 'none', decidedOn: null };
  return { decision: event.event as Decision, decidedOn: formatDay(londonDay(event.at)) };
}

export const UNECONOMIC_COLUMNS = [
  'dmc',
  'planned_epcl_entry',
  'entry_by_final_date',
  'installations',
  'migrated',
  'otherwise_excluded',
  'not_yet_checked',
  'unblocked',
  'cost_pounds',
  'cost_per_installation_pounds',
  'cumulative_cost_pounds',
  'cumulative_unblocked',
  'decision',
  'decided_on',
  'excluded_installations',
] as const;

export function uneconomicCells(row: UneconomicRow): string[] {
  return [
    row.dmc,
    row.plannedEntry ?? '',
    row.entryInTime === null ? '' : row.entryInTime ? 'yes' : 'no',
    String(row.installations),
    String(row.migrated),
    String(row.otherwiseExcluded),
    String(row.notYetChecked),
    String(row.unblocked),
    pounds(row.costPence),
    row.unblocked === 0 ? '' : pounds(Math.round(row.costPence / row.unblocked)),
    pounds(row.cumulativeCostPence),
    String(row.cumulativeUnblocked),
    row.decision,
    row.decidedOn ?? '',
    String(row.excluded),
  ];
}

/** Writes pence as pounds, such as `111666.67`. */
function pounds(pence: number): string {
  return `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`;
}

const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  'none': 'none',
  'dcc-recommends': 'DCC recommends to exclude',
  'sos-uneconomic': 'Secretary of State: uneconomic',
  'sos-direct-otherwise': 'Secretary of State directs otherwise',
};

export function uneconomicText(rows: readonly UneconomicRow[]): string {
  const money = (pence: number): string => thousands(pence / 100);
  const table = [
    [
      'DMC',
      'installations',
      'unblocked',
      'cost GBP',
      'GBP each',
      'cum. GBP',
      'cum. unblocked',
      'EPCL entry',
      'decision',
      '',
    ],
    ...rows.map((row) => [
      row.dmc,
      thousands(row.installations),
      thousands(row.unblocked),
      money(row.costPence),
      row.unblocked === 0 ? '' : money(row.costPence / row.unblocked),
      money(row.cumulativeCostPence),
      thousands(row.cumulativeUnblocked),
      row.plannedEntry === null ? 'none' : `${row.plannedEntry}${row.entryInTime ? '' : ', too late'}`,
      DECISION_WORDS[row.decision],
      row.decidedOn ?? '',
    ]),
  ];
  const avoided = rows.filter((row) => row.decision === 'sos-uneconomic');
  const sum = (of: readonly UneconomicRow[], column: 'costPence' | 'excluded' | 'unblocked'): number =>
    of.reduce((total, row) => total + row[column], 0);
  return [
    textTable(table, { right: [1, 2, 3, 4, 5, 6] }),
    `Decided uneconomic: ${avoided.length} DMCs, GBP ${money(sum(avoided, 'costPence'))} not spent, ${thousands(sum(avoided, 'excluded'))} installations excluded in effect.`,
    `Final EPCL entries are due by ${DATES.finalEpclEntries.date} (ours: ${DATES.finalEpclEntries.ours}).`,
    '"Unblocked" leaves out installations that have migrated, that another exclusion of the installation holds, or (MOC Secure before February 2022) that the EPCL does not hold up yet.',
  ].join('\n');
}
