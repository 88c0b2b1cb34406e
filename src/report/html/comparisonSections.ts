import { signedNumber, wholeNumber } from '../../text/numberWords.ts';
import type { HeadlineRow } from '../headline.ts';
import type { TableData } from './htmlTable.ts';
import type { Section } from './section.ts';

/** One line that two runs have in common, and how far they are apart. */
export interface ComparedLine {
  /** A cohort, or `all`. */
  readonly cohort: string;
  /** A category; empty for all that exclude installations. */
  readonly category: string;
  readonly words: string;
  readonly unit: HeadlineRow['unit'];
  /** The means over the replications. */
  readonly a: number;
  readonly b: number;
  /** B less A, with the interval that holds 90 %; null if too few replications tell it. */
  readonly difference: { readonly value: number; readonly low: number | null; readonly high: number | null };
  /** The replications that independent dice would have needed for an interval as narrow; null if it is not known. */
  readonly independentReplications: number | null;
}

/** Two runs that were compared. */
export interface ComparisonReport {
  readonly a: string;
  readonly b: string;
  readonly replications: number;
  /** True if both drew the same dice. */
  readonly isPaired: boolean;
  readonly lines: readonly ComparedLine[];
}

/** The differences over all cohorts as a chart, and those of each cohort as a table. */
export function comparisonSections(report: ComparisonReport): readonly Section[] {
  const all = report.lines.filter(({ cohort }) => cohort === 'all');
  const cohorts = report.lines.filter((line) => line.cohort !== 'all' && isMoved(line));
  const sections: Section[] = [
    {
      id: 'compare',
      title: 'What differs',
      lead: `A is ${report.a}. B is ${report.b}. ${diceWords(report)}`,
      figures: [
        {
          title: 'B less A, by clause',
          sentence: differenceSentence(all),
          chart: {
            kind: 'ranges',
            data: {
              unit: 'B less A',
              mark: 'dot',
              format: 'signed',
              words: { value: 'difference (mean)', range: '90 % interval', reference: 'no difference' },
              rows: all.map(({ words, difference: { value, low, high } }) => ({ label: words, value, low, high, reference: 0 })), // prettier-ignore
            },
          },
          table: differenceTable(all, 'Means, and their difference, over all cohorts'),
        },
      ],
    },
  ];
  if (cohorts.length > 0)
    sections.push({
      id: 'compare-cohorts',
      title: 'By cohort',
      figures: [
        {
          title: 'B less A, by cohort and clause',
          sentence: 'Only the lines that differ are listed.',
          table: differenceTable(cohorts, 'Means, and their difference, by cohort'),
        },
      ],
    });
  return sections;
}

function isMoved({ a, b }: ComparedLine): boolean {
  return a !== b;
}

function diceWords({ isPaired, replications }: ComparisonReport): string {
  return isPaired
    ? `Both drew the same dice in each of ${replications} replications, so the difference is what the change did.`
    : 'Seeds or numbers of replications differ, so the dice are not the same and the difference holds their chance too.';
}

function differenceSentence(lines: readonly ComparedLine[]): string {
  const parts = lines.filter(isMoved).map(({ words, difference: { value, low, high } }) => {
    const range = low === null || high === null ? '' : ` (${signedNumber(low)} to ${signedNumber(high)})`;
    return `${words} ${signedNumber(value)}${range}`;
  });
  return parts.length === 0 ? "No volume differs in any replication's mean." : `B less A: ${parts.join('; ')}.`;
}

function differenceTable(lines: readonly ComparedLine[], caption: string): TableData {
  return {
    caption,
    head: ['reason', 'cohort', 'A', 'B', 'B − A', 'low (5 %)', 'high (95 %)', 'runs that independent dice would need'],
    right: [2, 3, 4, 5, 6, 7],
    totals: lines.flatMap(({ category }, r) => (category === '' ? [r] : [])),
    rows: lines.map(({ words, cohort, unit, a, b, difference, independentReplications }) => [
      unit === 'gas_meters' ? `${words} (gas meters)` : words,
      cohort,
      wholeNumber(a),
      wholeNumber(b),
      signedNumber(difference.value),
      difference.low === null ? '' : signedNumber(difference.low),
      difference.high === null ? '' : signedNumber(difference.high),
      independentReplications === null ? '' : wholeNumber(independentReplications),
    ]),
  };
}
