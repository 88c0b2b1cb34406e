import { spokenDate } from '../text/dates.ts';
import { signedNumber, wholeNumber } from '../text/numberWords.ts';
import { wrapped } from '../text/wrap.ts';
import { rangeOfRow, type KnownRanges } from './ranges/knownRanges.ts';
import { RELATION_WORDS, type HeadlineRow } from './headline.ts';
import type { RunReport } from './runReport.ts';
import { RANGE_REPLICATIONS_MIN } from './statistics.ts';

/** The characters of a line of the first screen. */
export const SCREEN_WIDTH = 80;

/** What a column of that name says. */
export const RUNS_NOTE = '"90 % of runs" holds nine of ten runs: chance alone, with every assumption as it is.';

/**
 * The answer that a person reads first: what was simulated, the volume of each clause, and its uncertainty.
 *
 * @param known ranges over the priors, where they are known of this very scenario; by default chance alone is shown
 */
export function firstScreen(report: RunReport, known?: KnownRanges): string {
  const sections = [headText(report), ...(report.changes.length > 0 ? [changesText(report)] : []), volumesText(report, known), surenessText(report, known)]; // prettier-ignore
  return sections.join('\n\n');
}

function headText({
  scenario,
  changes,
  installations,
  notSimulated,
  replications,
  seed,
  rules,
  ...report
}: RunReport): string {
  const title = changes.length === 0 ? scenario.title : `A change of ${scenario.name} (${scenario.title})`;
  const times = replications === 1 ? 'once' : `${wholeNumber(replications)} times`;
  const others = notSimulated > 0 ? ` ${wholeNumber(notSimulated)} more can meet no clause and are only counted.` : '';
  return [
    ...wrapped(title, SCREEN_WIDTH),
    ...wrapped(`${wholeNumber(installations)} homes with SMETS1 meters (installations), simulated ${times} from ${spokenDate(scenario.from)} to ${spokenDate(scenario.horizon)}.${others}`, SCREEN_WIDTH), // prettier-ignore
    ...wrapped(`scenario ${scenario.name}#${scenario.hash}, seed ${seed}, version ${report.version}, rules ${rules.name}`, SCREEN_WIDTH), // prettier-ignore
  ].join('\n');
}

function changesText({ changes }: RunReport): string {
  const lines = changes.flatMap(({ path, before, after }) =>
    wrapped(`${path}: ${before === '' ? 'not set' : before} -> ${after}`, SCREEN_WIDTH - 2).map((line) => `  ${line}`),
  );
  return ['Changed:', ...lines].join('\n');
}

function volumesText(report: RunReport, known: KnownRanges | undefined): string {
  const { headline, operator, asOf, scenario } = report;
  const until = operator === 'envisaged' ? `by ${spokenDate(scenario.horizon)} if the proposals are adopted` : `that had qualified on ${spokenDate(asOf)}`; // prettier-ignore
  const { installations, installationTotal, gasMeters } = headline;
  const rows = [...installations, installationTotal, ...gasMeters];
  if (rows.every(({ volume }) => volume === 0)) {
    return [`Homes excluded ${until}`, 'No category was met by any installation: every volume is 0.'].join('\n');
  }
  const columns = report.baseline ? changeColumns(report) : volumeColumns(report, known);
  const table = layOut([columns.head, ...rows.map(columns.cells)], columns);
  const [head = '', ...lines] = table;
  const homes = lines.slice(0, installations.length + 1);
  const gas = lines.slice(installations.length + 1);
  return [
    `Homes excluded ${until}`,
    head,
    ...homes,
    ...(gas.length === 0 ? [] : ['Gas meters left out, while the electricity meter of the home migrates', ...gas]),
  ].join('\n');
}

interface Columns {
  readonly head: readonly string[];
  readonly cells: (row: HeadlineRow) => readonly string[];
  readonly right: readonly number[];
  /** Columns that stand one space before the next, and not two: a label, and a figure with its word. */
  readonly close: readonly number[];
}

function volumeColumns({ headline, replications }: RunReport, known: KnownRanges | undefined): Columns {
  const published = [...headline.installations, ...headline.gasMeters].some((row) => row.published !== null);
  const [erred, ranged] = [replications > 1, known !== undefined || replications >= RANGE_REPLICATIONS_MIN];
  return {
    head: [
      '',
      'reason',
      'mean',
      ...(erred ? ['+-'] : []),
      ...(ranged ? [known === undefined ? '90 % of runs' : 'over priors'] : []),
      ...(published ? ['published', ''] : []),
    ],
    cells: (row) => [
      row.clause,
      row.words,
      wholeNumber(row.volume),
      ...(erred ? [wholeNumber(row.error ?? 0)] : []),
      ...(ranged ? [known === undefined ? rangeText(row) : priorText(row, known)] : []),
      ...(published ? [row.published === null ? '' : wholeNumber(row.published), row.relation === null ? '' : RELATION_WORDS[row.relation]] : []), // prettier-ignore
    ],
    right: [2, ...(erred ? [3] : []), ...(published ? [3 + Number(erred) + Number(ranged)] : [])],
    close: [0, ...(published ? [3 + Number(erred) + Number(ranged)] : [])],
  };
}

/** The range of a category, or of the total, over the priors in words; empty if it is not known. */
function priorText({ category }: HeadlineRow, known: KnownRanges): string {
  const range = rangeOfRow(known, category);
  return range === undefined ? '' : rangeText({ low: range.p05, high: range.p95 }).replace(' - ', '-');
}

/** The range of the replications in words. */
export function rangeText({ low, high }: Pick<HeadlineRow, 'low' | 'high'>): string {
  if (low === null || high === null) return '';
  return Math.round(low) === Math.round(high) ? 'always' : `${wholeNumber(low)} - ${wholeNumber(high)}`;
}

function changeColumns({ baseline, replications, changes }: RunReport): Columns {
  const [earlier, change] = changes.length > 0 ? ['before', 'change'] : ['other', 'difference'];
  return {
    head: ['', 'reason', 'mean', earlier, change, ...(replications > 1 ? ['+-'] : [])],
    cells: (row) => {
      const found = baseline?.rows.find(({ category, words }) => category === row.category && (category !== null || words === row.words)); // prettier-ignore
      return [
        row.clause,
        row.words,
        wholeNumber(row.volume),
        wholeNumber(found?.before ?? 0),
        signedNumber(found?.difference ?? 0),
        ...(replications > 1 ? [wholeNumber(found?.error ?? 0)] : []),
      ];
    },
    right: [2, 3, 4, 5],
    close: [0],
  };
}

/** Lays out rows of cells as lines, with numbers aligned to the right. */
function layOut(rows: readonly (readonly string[])[], { right, close }: Pick<Columns, 'right' | 'close'>): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
  const gapOf = (c: number): string => (close.includes(c) ? ' ' : '  ');
  return rows.map((row) =>
    row
      .map((cell, c) => `${right.includes(c) ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)}${gapOf(c)}`)
      .join('')
      .trimEnd(),
  );
}

/** Tells how far off the numbers may be, and which of them were chosen. */
function surenessText(
  { headline, replications, baseline, changes }: RunReport,
  known: KnownRanges | undefined,
): string {
  const lines: string[] = [];
  if (replications === 1) {
    lines.push('One run shows no range: --replications 20 adds it.');
  } else if (baseline && changes.length === 0) {
    lines.push(
      `How sure: "other" is ${baseline.name}#${baseline.hash} on the same dice, and "difference" is how much more this scenario has; +- is twice the standard error of its mean.`, // prettier-ignore
    );
  } else if (baseline) {
    lines.push(
      `How sure: "before" is ${baseline.name}#${baseline.hash} on the same dice, so that "change" is what the change did; +- is twice the standard error of its mean.`, // prettier-ignore
    );
  } else if (known !== undefined) {
    lines.push(
      `How sure: the mean is over ${wholeNumber(replications)} runs, and +- is chance alone (twice its standard error). "over priors" holds nine of ten draws in which every assumption moves; how wide each may be is our assumption too.`, // prettier-ignore
    );
  } else if (replications < RANGE_REPLICATIONS_MIN) {
    lines.push(
      `How sure: +- is twice the standard error of the mean. ${replications} runs show no range: --replications 20 adds it. The assumptions may be further off than chance.`, // prettier-ignore
    );
  } else {
    lines.push(
      `How sure: the mean is over ${wholeNumber(replications)} runs, and +- is twice its standard error. ${RUNS_NOTE} The assumptions may be further off than that.`, // prettier-ignore
    );
  }
  const relations = new Set([...headline.installations, ...headline.gasMeters].map(({ relation }) => relation));
  if (!baseline && relations.has('fitted')) {
    lines.push(
      '"given" enters as published; "fitted": an assumption was chosen to meet the figure; "not fitted": none was chosen for it, but some were changed after it had been seen, so it is no prediction.', // prettier-ignore
    );
  }
  if (changes.length > 0 && relations.has('fitted-before-change')) {
    lines.push('Assumptions were fitted to published figures before the change, not after it.');
  }
  return lines.flatMap((line) => wrapped(line, SCREEN_WIDTH)).join('\n');
}
