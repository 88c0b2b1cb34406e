import { COHORT_LABELS, COHORTS } from '../installation/cohort.ts';
import { sparkline } from '../text/plots.ts';
import { wholeNumber } from '../text/numberWords.ts';
import { textTable } from '../text/table.ts';
import { wrapped } from '../text/wrap.ts';
import { endWords } from './endWords.ts';
import { rangeText, RUNS_NOTE, SCREEN_WIDTH } from './firstScreen.ts';
import { RELATION_WORDS } from './headline.ts';
import { headlineRows, type CountRow, type RunReport } from './runReport.ts';
import { RANGE_REPLICATIONS_MIN } from './statistics.ts';

/** The headline's rows for each cohort. */
export function cohortText({ cohorts, replications }: RunReport): string {
  const [erred, ranged] = [replications > 1, replications >= RANGE_REPLICATIONS_MIN];
  const head = ['', 'reason', 'cohort', 'mean', ...(erred ? ['+-'] : []), ...(ranged ? ['90 % of runs'] : [])];
  const rows = cohorts.flatMap(({ cohort, rows: of }) =>
    of.map((row) => [
      row.clause,
      row.words,
      COHORT_LABELS[cohort],
      wholeNumber(row.volume),
      ...(erred ? [wholeNumber(row.error ?? 0)] : []),
      ...(ranged ? [rangeText(row)] : []),
    ]),
  );
  if (rows.length === 0) return 'By cohort: no category was met.';
  const table = textTable([head, ...rows], { right: erred ? [3, 4] : [3] });
  return ['By cohort', table, ...(ranged ? wrapped(RUNS_NOTE, SCREEN_WIDTH) : [])].join('\n');
}

/** Every published line beside our figure, with the relation between the two. */
export function publishedText({ lines, replications }: RunReport): string | undefined {
  if (lines.length === 0) return undefined;
  const ranged = replications > 1;
  const head = ['', 'published for', 'published', 'ours', ...(ranged ? ['+-'] : []), 'which is'];
  const rows = lines.map((line) => [
    line.clause,
    line.cohorts.map((cohort) => COHORT_LABELS[cohort]).join(' + '),
    wholeNumber(line.published),
    wholeNumber(line.volume),
    ...(ranged ? [wholeNumber(line.error ?? 0)] : []),
    RELATION_WORDS[line.relation],
  ]);
  return ['Each published figure, and ours', textTable([head, ...rows], { right: ranged ? [2, 3, 4] : [2, 3] })].join(
    '\n',
  );
}

/** Qualifying volumes at the end of each month, with the shape of each clause's curve below. */
export function monthText(report: RunReport, plain: boolean): string {
  const table = countTable(report, report.months, ['qualifying']);
  if (table === undefined) return 'By month: no category was met.';
  const shapes = table.clauses.map(({ category }) =>
    sparkline(
      report.months.filter((row) => row.category === category).map(({ qualifying }) => qualifying),
      plain,
    ),
  );
  const title = 'Qualifying at the end of each month, by clause; 18.6 counts gas meters';
  const legend = table.clauses.map(({ clause }, i) => `  ${clause}  ${shapes[i] ?? ''}`);
  return [title, table.text, 'The same as curves, each from 0 to its highest:', ...legend].join('\n');
}

/** Volumes at the as-ofs: those that had qualified, and those in effect. */
export function asOfText(report: RunReport): string | undefined {
  const table = countTable(report, report.asOfs, ['qualifying', 'effective']);
  if (table === undefined) return undefined;
  return ['On the days asked for, by clause: what qualifies, and what is in effect', table.text].join('\n');
}

function countTable(
  report: RunReport,
  counts: readonly CountRow[],
  measures: readonly ('qualifying' | 'effective')[],
): { readonly text: string; readonly clauses: readonly { category: string; clause: string }[] } | undefined {
  const clauses = headlineRows(report.headline).flatMap(({ category, clause }) =>
    category !== null && counts.some((row) => row.category === category && row.qualifying > 0)
      ? [{ category: category, clause }]
      : [],
  );
  if (clauses.length === 0) return undefined;
  const dates = [...new Set(counts.map(({ date }) => date))];
  const named = measures.length > 1;
  const rows = dates.flatMap((date) =>
    measures.map((measure) => [
      date,
      ...(named ? [measure === 'qualifying' ? 'qualifies' : 'in effect'] : []),
      ...clauses.map(({ category }) => wholeNumber(counts.find((row) => row.date === date && row.category === category)?.[measure] ?? 0)), // prettier-ignore
    ]),
  );
  const head = ['day', ...(named ? [''] : []), ...clauses.map(({ clause }) => clause)];
  const first = named ? 2 : 1;
  return { text: textTable([head, ...rows], { right: clauses.map((_, i) => first + i) }), clauses };
}

/** The states of the installations at the horizon. */
export function endText({ ends, replications }: RunReport): string {
  const row = (name: string, counts: RunReport['ends'][number]['counts']): string[] => [
    name,
    ...COHORTS.map((cohort) => wholeNumber(counts[cohort])),
    wholeNumber(COHORTS.reduce((sum, cohort) => sum + counts[cohort], 0)),
  ];
  const all = Object.fromEntries(COHORTS.map((cohort) => [cohort, ends.reduce((sum, { counts }) => sum + counts[cohort], 0)])) as RunReport['ends'][number]['counts']; // prettier-ignore
  const table = [
    ['homes', ...COHORTS.map((cohort) => COHORT_LABELS[cohort]), 'all'],
    ...ends.map(({ end, counts }) => row(endWords(end), counts)),
    row('all', all),
  ];
  const over = replications === 1 ? '' : ` (means over ${replications} replications)`;
  return `Where the homes stand at the horizon${over}\n${textTable(table, { right: [1, 2, 3, 4, 5] })}`;
}

/** The migrated meters and installations beside the public series. */
export function migratedText({ migrated, publicSeries }: RunReport): string | undefined {
  const rows = publicSeries.flatMap(({ date, unit, count, kind }) => {
    const point = migrated.find((row) => row.date >= date);
    if (point === undefined) return [];
    return [[date, unit, wholeNumber(count), point.date, wholeNumber(point[unit]), kind.slice(0, 18).trim()]];
  });
  if (rows.length === 0) return undefined;
  return [
    'Migrated so far: the public series, and ours at the end of that month',
    textTable([['public on', 'unit', 'public', 'ours on', 'ours', 'stated as'], ...rows], { right: [2, 4] }),
    ...wrapped(
      'Our curves of what is not simulated were drawn by eye to the meters, and the meters of an installation (1.73) were derived from both series, so neither column tests the other.', // prettier-ignore
      SCREEN_WIDTH,
    ),
  ].join('\n');
}
