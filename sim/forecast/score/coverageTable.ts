import type { Score } from './lineScores.ts';
import { rankHistogram, type RankHistogram } from './rankHistogram.ts';

/** How often the intervals of some lines held, and how good their forecasts were. */
export interface CoverageRow {
  readonly by: string;
  readonly of: string;
  readonly lines: number;
  readonly covered50: number;
  readonly covered90: number;
  /** Standard error of `covered90`: lines of one truth hang together, so that it is that of the means of truths. */
  readonly error90: number;
  /** Mean scores as shares of what came, of 10 installations where less came. */
  readonly crps: number;
  readonly crpsPrior: number;
  readonly crpsToday: number;
  readonly width90: number;
  /** 0.5 for a forecast without bias. */
  readonly meanRank: number;
  readonly ranks: RankHistogram;
}

/** What came counts as so many at least, where a score is a share of it. Ours. */
const CAME_MIN = 10;

/**
 * Coverage over all lines, and by each of some dimensions.
 * @param truths the scores of each truth
 * @param by names of groups by dimension
 */
export function coverageRows(
  truths: readonly (readonly Score[])[],
  by: Readonly<Record<string, (score: Score) => string>>,
): readonly CoverageRow[] {
  const rows = [rowOf('all', '', truths)];
  for (const [name, of] of Object.entries(by)) {
    const groups = [...new Set(truths.flatMap((scores) => scores.map(of)))].sort();
    for (const group of groups) rows.push(rowOf(name, group, truths.map((scores) => scores.filter((score) => of(score) === group)))); // prettier-ignore
  }
  return rows;
}

function rowOf(by: string, of: string, truths: readonly (readonly Score[])[]): CoverageRow {
  const all = truths.flat();
  const mean = (value: (score: Score) => number): number => all.reduce((sum, score) => sum + value(score), 0) / Math.max(1, all.length); // prettier-ignore
  const share = (value: (score: Score) => number): number => mean((score) => value(score) / Math.max(CAME_MIN, score.truth)); // prettier-ignore
  const covered90 = mean(({ covered90: held }) => Number(held));
  // A ratio of sums over truths: its error by linearisation.
  const offs = truths.map((scores) => scores.reduce((sum, score) => sum + Number(score.covered90) - covered90, 0));
  const square = offs.reduce((sum, off) => sum + off * off, 0);
  return {
    by,
    of,
    lines: all.length,
    covered50: mean(({ covered50 }) => Number(covered50)),
    covered90,
    error90: Math.sqrt(square) / Math.max(1, all.length),
    crps: share((score) => score.crps),
    crpsPrior: share((score) => score.crpsPrior),
    crpsToday: share((score) => score.crpsToday),
    width90: share((score) => score.width90),
    meanRank: mean(({ rank }) => rank),
    ranks: rankHistogram(truths.map((scores) => scores.map(({ rank }) => rank))),
  };
}
