import { CATEGORIES } from '../../clauses/clause.ts';
import { COHORT_LABELS, COHORTS } from '../../installation/cohort.ts';
import type { DatedRow } from '../../regulation/dated.ts';
import { DATES, EPCL_CHECK, PARAMETERS, type DatedFact } from '../../regulation/parameters.ts';
import { unitOf, type RuleSet } from '../../rules/ruleset.ts';
import type { SourceId } from '../../regulation/sources.ts';
import { spanWords } from '../../time.ts';
import { compareText } from './excluded.ts';
import type { ReportedCounts } from '../reportedCounts.ts';
import { textTable, thousands } from '../../text/table.ts';

/** A change on a London date. */
export interface CalendarRow {
  readonly date: string;
  readonly what: string;
  /** `assumed` means that the date or its effect is ours. */
  readonly standing: 'stated' | 'assumed';
  readonly source: SourceId;
}

const DATE_WORDS: Readonly<Record<keyof typeof DATES, string>> = {
  regimeBegins: 'the TMAD regime of unblocking and exclusion begins; exclusions are accepted one by one',
  mehrsRevision: 'MEHRS revision: a couple of checks removed',
  gt01WindowChanges: 'the GT01 window changes',
  briefing: 'the Various 1 briefing; no category is in force',
  consultationCloses: 'the consultation closes',
  redesignationProposed: 'proposed re-designation: Clause 18 (Q11) and, separately, the expiry (Q12)',
  finalEpclEntries: 'final EPCL entries are due before Christmas',
  smets2Deadline: 'excluded installations have been replaced with SMETS2+',
};

/** The changes of the law in order: the dates of the regulation and of a rule set. */
export function calendarRows(rules: RuleSet): CalendarRow[] {
  const rows: CalendarRow[] = Object.entries<DatedFact>(DATES).map(([name, { date, source, ours }]) => ({
    date,
    what: DATE_WORDS[name as keyof typeof DATES],
    standing: ours !== undefined || source === 'various1.q11' ? 'assumed' : 'stated',
    source,
  }));
  for (const clause of rules.clauses) {
    if (clause.inForceFrom === null) continue;
    const what = `${clause.clause} ${clause.title} in force (rule set ${rules.name})`;
    rows.push({ date: clause.inForceFrom, what, standing: 'assumed', source: clause.sources[0] ?? 'ourAssumption' });
  }
  for (const [i, row] of PARAMETERS.tmadExpiry.rows.entries()) {
    const what = i === 0 ? 'the TMAD expires, as it stood' : `the TMAD expires, as proposed from ${row.from}`;
    rows.push({ date: row.value, what, standing: 'stated', source: row.source });
  }
  for (const row of rules.windows.wanWindowSeconds.rows.slice(1)) {
    rows.push({ date: row.from, what: `MA112 asks for WAN contact within ${spanWords(row.value)}`, standing: standingOf(row), source: row.source }); // prettier-ignore
  }
  for (const row of rules.windows.gt01WindowSeconds.rows.slice(1)) {
    rows.push({ date: row.from, what: `GT01 asks for HAN contact within ${spanWords(row.value)}`, standing: standingOf(row), source: row.source }); // prettier-ignore
  }
  for (const cohort of COHORTS) {
    for (const row of EPCL_CHECK[cohort].rows.slice(1)) {
      const what = `MA110 is checked in ${COHORT_LABELS[cohort]} too`;
      rows.push({ date: row.from, what, standing: 'assumed', source: row.source });
    }
  }
  rows.push({ date: rules.expiresOn, what: `last day on which an exclusion takes effect (rule set ${rules.name})`, standing: 'assumed', source: rules.sources[0] ?? 'ourAssumption' }); // prettier-ignore
  // The sort is stable, so rows of one day keep the order above.
  return rows.sort((a, b) => compareText(a.date, b.date));
}

/** A row of which no source says a part is assumed. */
function standingOf({ ours }: DatedRow<unknown>): CalendarRow['standing'] {
  return ours === undefined ? 'stated' : 'assumed';
}

export const CALENDAR_COLUMNS = ['date', 'what', 'standing', 'source'] as const;

export function calendarText(rows: readonly CalendarRow[]): string {
  const table = rows.map((row) => [row.date, row.what, row.standing === 'assumed' ? 'assumed' : '', `[${row.source}]`]);
  return textTable(table, { right: [] });
}

const ADOPTIONS = ['adopted', 'late', 'not-adopted'] as const;
export type Adoption = (typeof ADOPTIONS)[number];

/** One possible outcome of the two re-designations. The exclusions (Q11) and the expiry (Q12) are separate. */
export interface Future {
  readonly adoption: Adoption;
  /** The date from which Clause 18 is in force; null if it never is. */
  readonly inForceFrom: string | null;
  readonly expiresOn: string;
  readonly rules: RuleSet;
}

/**
 * The rule set under each adoption and each expiry. All clauses get the same date, whatever theirs was, because one
 * re-designation brings all of them.
 */
export function futures(rules: RuleSet, late: string): Future[] {
  const dates: Readonly<Record<Adoption, string | null>> = {
    'adopted': DATES.redesignationProposed.date,
    late,
    'not-adopted': null,
  };
  const expiries = PARAMETERS.tmadExpiry.rows.map((row) => row.value);
  return ADOPTIONS.flatMap((adoption) =>
    expiries.map((expiresOn) => {
      const inForceFrom = dates[adoption];
      const clauses = rules.clauses.map((clause) => ({ ...clause, inForceFrom }));
      return { adoption, inForceFrom, expiresOn, rules: { ...rules, clauses, expiresOn } };
    }),
  );
}

export const FUTURE_COLUMNS = [
  'adoption',
  'in_force_from',
  'expires_on',
  'measure',
  'cohort',
  'category',
  'unit',
  'volume',
] as const;

/** The rows of one future: every cohort x category, zeros included, first qualifying and then effective. */
export function futureCells({ adoption, inForceFrom, expiresOn, rules }: Future, counts: ReportedCounts): string[][] {
  return (['qualifying', 'effective'] as const).flatMap((measure) =>
    COHORTS.flatMap((cohort) =>
      CATEGORIES.map((category) => [
        adoption,
        inForceFrom ?? '',
        expiresOn,
        measure,
        cohort,
        category,
        unitOf(category, rules),
        String(counts.of(measure, cohort, category)),
      ]),
    ),
  );
}

/**
 * A table of the exclusions in effect under each future, cohorts together. Below it are the qualifying ones (of the
 * first future).
 */
export function futuresText(rows: readonly { readonly future: Future; readonly counts: ReportedCounts }[]): string {
  const table = [
    ['exclusions', 'in force from', 'TMAD expires', ...CATEGORIES],
    ...rows.map(({ future, counts }) => [
      future.adoption,
      future.inForceFrom ?? 'never',
      future.expiresOn,
      ...CATEGORIES.map((category) => thousands(counts.sum('effective', category))),
    ]),
  ];
  const [first] = rows;
  if (first) {
    table.push([
      'qualifying',
      '',
      '',
      ...CATEGORIES.map((category) => thousands(first.counts.sum('qualifying', category))),
    ]);
  }
  return textTable(table, { right: CATEGORIES.map((_, i) => 3 + i) });
}
