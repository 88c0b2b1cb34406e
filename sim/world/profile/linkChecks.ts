/** Checks across the fields of a link profile, for every file that holds some. */
import type { FieldFault } from '../../../src/document/fieldFault.ts';
import type { Path } from '../../../src/document/path.ts';
import { twelveDecimals } from '../../../src/text/twelveDecimals.ts';
import { OUTAGES_EXPECTED_MAX } from './linkLimits.ts';
import type { LinkClass } from './linkSchema.ts';

type Classes = Readonly<Record<string, LinkClass>>;

const SUM_TOLERANCE = 1e-9;
/** Shares of parts that make up a whole. */
export function* sumsToOne(parts: readonly number[], path: Path): Iterable<FieldFault> {
  const sum = parts.reduce((total, part) => total + part, 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return;
  yield { path, found: sumText(parts, sum), expected: 'shares that sum to 1' };
}

function sumText(parts: readonly number[], sum: number): string {
  const shown = parts.length > 8 ? `${parts.slice(0, 8).join(' + ')} + ...` : parts.join(' + ');
  const rounded = twelveDecimals(sum);
  return parts.length < 2 ? `${rounded}` : `${shown} = ${rounded}`;
}

/** Shares of the classes of a link profile; one class may leave its share out. */
export function* classShares(classes: Classes, path: Path): Iterable<FieldFault> {
  const rows = Object.values(classes);
  const given = rows.flatMap((row) => (row.share === undefined ? [] : [row.share]));
  const open = rows.length - given.length;
  const sum = given.reduce((total, part) => total + part, 0);
  if (rows.length === 0) yield { path, found: 'no class', expected: 'at least one class' };
  else if (open > 1)
    yield { path, found: `${open} classes without a share`, expected: 'at most one: it takes the remainder' };
  else if (open === 0 && Math.abs(sum - 1) > SUM_TOLERANCE)
    yield {
      path,
      found: sumText(given, sum),
      expected: 'shares that sum to 1',
      mend: 'Lower one of them, or leave one out and it takes the remainder.',
    };
  else if (open === 1 && sum > 1 + SUM_TOLERANCE)
    yield { path, found: sumText(given, sum), expected: 'shares of at most 1 together, one class takes the remainder' };
}

/** A class has times, or is dead. */
export function* classTimes(classes: Classes, path: Path): Iterable<FieldFault> {
  for (const [name, row] of Object.entries(classes)) {
    const timed = [row.upDaysMean, row.down].filter((part) => part !== undefined).length;
    if (row.dead ? timed > 0 : timed < 2)
      yield {
        path: [...path, name],
        found: row.dead ? 'a dead class with times' : 'a class that lacks upDaysMean or down',
        expected: 'either dead: true, or upDaysMean and down',
        ...(row.dead ? { mend: 'Take upDaysMean and down away (null, where they come from an extended file).' } : {}),
      };
  }
}

/**
 * Finds up times that are so short that a link would have more outages than it keeps.
 *
 * @param over the length of the simulation in days, and its words: `from 2021-02-01 to 2022-12-31`
 */
export function* classUpTimes(
  classes: Classes,
  path: Path,
  over: { readonly days: number; readonly words: string },
): Iterable<FieldFault> {
  const least = Math.ceil((1e4 * over.days) / OUTAGES_EXPECTED_MAX) / 1e4;
  for (const [name, { upDaysMean }] of Object.entries(classes))
    if (upDaysMean !== undefined && upDaysMean < least)
      yield {
        path: [...path, name, 'upDaysMean'],
        expected: `at least ${least}: a link has at most ${OUTAGES_EXPECTED_MAX} outages ${over.words} (our assumption)`,
        mend: 'Let it have fewer and longer outages (upDaysMean and down times the same factor), or say dead: true.',
      };
}
