import { grid } from '../design/grid.ts';
import type { DesignMatrix } from '../design/designMatrix.ts';
import { latinHypercube } from '../design/latinHypercube.ts';
import { morrisDesign } from '../design/morrisDesign.ts';
import { oneAtATime } from '../design/oneAtATime.ts';
import { SALTELLI_FACTORS_MAX, saltelliDesign } from '../design/saltelliDesign.ts';
import { shiftedSobol, SOBOL_DIMENSIONS_MAX } from '../design/sobolSequence.ts';
import { levelsOf, type Factor } from '../factor/factors.ts';
import type { DesignSpec } from '../factor/sweepSchema.ts';
import { designDice } from '../sweepDice.ts';

/** The most points of a design. Our choice: a grid grows fast, and a mistyped one should be an error, not a month of work. */
const POINTS_MAX = 200_000;

/** The most factors of a design that is cut from a Sobol sequence. */
const FACTORS_MAX: Partial<Record<DesignSpec['kind'], number>> = {
  sobol: SOBOL_DIMENSIONS_MAX,
  saltelli: SALTELLI_FACTORS_MAX,
};

/** A limit that a design exceeds, at the field of the sweep file that mends it. */
interface DesignFault {
  readonly field: 'design' | 'factors';
  readonly found: string;
  readonly expected: string;
}

/** The limits that a design exceeds with these factors; empty if it can be laid out. */
export function designFaults(design: DesignSpec, factors: readonly Factor[]): readonly DesignFault[] {
  const faults: DesignFault[] = [];
  const count = pointsOf(design, factors);
  if (count > POINTS_MAX) faults.push({ field: 'design', found: `${count} points`, expected: `at most ${POINTS_MAX} points` }); // prettier-ignore
  const most = FACTORS_MAX[design.kind];
  if (most !== undefined && factors.length > most)
    faults.push({ field: 'factors', found: `${factors.length} factors`, expected: `at most ${most} in this design` });
  return faults;
}

/** The number of points of a design, without laying it out. */
function pointsOf(design: DesignSpec, factors: readonly Factor[]): number {
  const levels = (count: number): readonly number[] => factors.map((factor) => levelsOf(factor, count).length);
  switch (design.kind) {
    case 'oneAtATime':
      return levels(design.levels).reduce((sum, count) => sum + count, 0);
    case 'grid':
      return levels(design.levels).reduce((product, count) => product * count, 1);
    case 'lhs':
    case 'sobol':
      return design.points;
    case 'morris':
      return design.trajectories * (factors.length + 1);
    case 'saltelli':
      return design.samples * (factors.length + 2);
  }
}

/**
 * Lays out a design.
 * @param seed of the sweep; the same seed gives the same points
 */
export function designOf(design: DesignSpec, factors: readonly Factor[], seed: string): DesignMatrix {
  const dice = designDice(seed);
  switch (design.kind) {
    case 'oneAtATime':
      return oneAtATime(factors.map((factor) => levelsOf(factor, design.levels)));
    case 'grid':
      return grid(factors.map((factor) => levelsOf(factor, design.levels)));
    case 'lhs':
      return latinHypercube(design.points, factors.length, dice);
    case 'sobol':
      return shiftedSobol(design.points, factors.length, dice);
    case 'morris':
      return morrisDesign(factors.length, design, dice);
    case 'saltelli':
      return saltelliDesign(design.samples, factors.length, dice);
  }
}
