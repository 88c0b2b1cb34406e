import { CATEGORIES } from '../../clauses/clause.ts';
import { decimalNumber, percentage, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { wrapped } from '../../text/wrap.ts';
import { paragraph } from '../html/figure.ts';
import { htmlTable, type TableData } from '../html/htmlTable.ts';
import type { PageSection } from '../html/pageParts.ts';
import type { PublishedRow } from '../headline.ts';
import { lineName } from '../volumes.ts';
import type { KnownRanges } from '../ranges/knownRanges.ts';

const WIDTH = 80;

/** The published lines of a report with their ranges over the priors. */
function rangesTable({ ranges, priors }: KnownRanges, lines: readonly PublishedRow[]): TableData {
  const rows = lines.flatMap((line) => {
    const range = ranges.find((row) => row.line === lineName(line));
    if (range === undefined) return [];
    return [[lineName(line), wholeNumber(line.published), wholeNumber(line.volume), ...[range.p05, range.p50, range.p95].map(wholeNumber)]]; // prettier-ignore
  });
  return {
    caption: `Published lines over ${wholeNumber(priors.draws)} draws of ${priors.parameters} assumptions (5, 50, 95 %)`,
    head: ['line', 'published', 'ours', '5 %', '50 %', '95 %'],
    right: [1, 2, 3, 4, 5],
    rows,
  };
}

/** The weight of each reading: the factor on each line; readings that move nothing are left out. */
export function readingsTable({ readings }: KnownRanges): TableData {
  const categories = CATEGORIES.filter((category) => readings.some(({ line }) => line === `${category}/all`));
  const names = [...new Set(readings.map(({ reading, value }) => `${reading}=${value}`))];
  const rows = names.flatMap((name) => {
    const cells = categories.map((category) => {
      const row = readings.find(({ reading, value, line }) => `${reading}=${value}` === name && line === `${category}/all`); // prettier-ignore
      return row === undefined || isNothing(row.factor, row.error) ? '.' : `x${decimalNumber(row.factor, 2)}`;
    });
    return cells.every((cell) => cell === '.') ? [] : [[name, ...cells]];
  });
  return {
    caption: 'One other reading of the rules at a time: what it makes of each volume (. nothing)',
    head: ['reading', ...categories],
    right: categories.map((_, i) => i + 1),
    rows,
  };
}

/** Below this the ratio is what was there before. Ours. */
const NOTHING = 0.005;

function isNothing(factor: number, error: number | null): boolean {
  return Math.abs(factor - 1) < Math.max(NOTHING, error ?? 0);
}

/** Of those whom each clause excludes, who would have migrated. */
export function migratedAnywayTable({ thresholds }: KnownRanges): TableData {
  const rows = thresholds
    .filter(({ clock }) => clock === 'effect')
    .map((point) => [
      point.failure === null ? point.category : `  mostly ${point.failure}`,
      wholeNumber(point.excluded.mean),
      point.migrated13 === null ? '' : percentage(point.migrated13.mean),
      point.migrated26 === null ? '' : percentage(point.migrated26.mean),
    ]);
  return {
    caption: 'Had they been tried again: who would have migrated after the exclusion took effect',
    head: ['excluded by', 'homes, meters', 'in 13 weeks', 'in 26 weeks'],
    right: [1, 2, 3],
    rows,
  };
}

/** The tables as text, for `run --detail`. */
export function knownText(known: KnownRanges, lines: readonly PublishedRow[]): string {
  const tables = [rangesTable(known, lines), readingsTable(known), migratedAnywayTable(known)];
  return [
    ...tables.map(({ caption, head, rows, right }) => [caption, textTable([head, ...rows], { right })].join('\n')),
    // The command has a line of its own: whoever writes it breaks it so that it can be copied.
    [...wrapped(sourceWords(known), WIDTH), `The same again: ${known.command}`].join('\n'),
  ].join('\n\n');
}

/** The tables as a section of a page. */
export function knownSection(known: KnownRanges, lines: readonly PublishedRow[]): PageSection {
  const tables = [rangesTable(known, lines), readingsTable(known), migratedAnywayTable(known)];
  const body = [...tables.map(htmlTable), paragraph(`${sourceWords(known)} The same again: ${known.command}`)].join(
    '\n',
  );
  return { id: 'known', title: 'How far off may this be?', body };
}

function sourceWords({ kernel, priors, replications }: KnownRanges): string {
  return `Computed once, kept as data (kernel ${kernel}): priors ${priors.name}, whose widths are our assumption, ${percentage(priors.scale)} of the homes a draw; readings and exclusions at full size, ${replications} runs.`; // prettier-ignore
}
