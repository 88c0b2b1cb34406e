// A library that is small enough for a test, and truths that are no part of it.
import { assert } from '../../src/assert.ts';
import { diskFiles } from '../../src/cli/shell/readText.ts';
import { loadPriors, type Priors } from '../../sim/calibrate/priors/loadPriors.ts';
import { drawsOf, type ParameterDraw } from '../../sim/calibrate/priors/priorDraws.ts';
import { FORECAST_WATCHERS } from '../../sim/forecast/forecastWatchers.ts';
import { computeMember } from '../../sim/forecast/library/computeMember.ts';
import { drawCells, type LibraryOptions } from '../../sim/forecast/library/libraryPlan.ts';
import type { Member } from '../../sim/forecast/predict/lookAlikes.ts';
import { truthCells, type World } from '../../sim/forecast/score/truths.ts';
import { openPool } from '../../sim/kernel/run/pool.ts';

const OPTIONS: LibraryOptions = { draws: 64, replications: 2, scale: 0.012, strataMin: 60 };
const AS_OF = '2021-11-03';
const TRUTHS = 32;

/** The shipped priors. */
export function shippedPriors(): Priors {
  const loaded = loadPriors({ path: 'scenarios/priors/various1.yaml', scenario: 'scenarios/various1.yaml', files: diskFiles }); // prettier-ignore
  assert(loaded.ok, 'the shipped priors are right');
  return loaded.priors;
}

/** The cells of truths of a world, each a draw of its own. */
export function smallTruths(
  priors: Priors,
  seed: string,
  { truths = TRUTHS, world = 'priors' }: { readonly truths?: number; readonly world?: World } = {},
) {
  return truthCells(priors, { ...OPTIONS, asOf: AS_OF, truths, seed, world });
}

interface SmallLibrary {
  readonly priors: Priors;
  readonly draws: readonly ParameterDraw[];
  readonly members: readonly Member[];
  /** Truths as members, beside the draws that they come from. */
  readonly truths: readonly Member[];
  readonly truthDraws: readonly ParameterDraw[];
}

/** Lives a library of the shipped priors under a seed, and its truths under another one. */
export async function smallLibrary(seed: string): Promise<SmallLibrary> {
  const priors = { ...shippedPriors(), seed };
  const pool = await openPool(1, FORECAST_WATCHERS);
  const draws = drawsOf(priors, OPTIONS.draws);
  const members: Member[] = [];
  for (const draw of draws)
    for (const cell of drawCells(priors, draw, { ...OPTIONS, asOf: AS_OF }))
      members.push({ draw: draw.number, table: await computeMember(cell, pool) });
  const truthSeed = `${seed}-truths`;
  const truths: Member[] = [];
  for (const cell of smallTruths(priors, truthSeed)) truths.push({ draw: cell.draw, table: await computeMember(cell, pool) }); // prettier-ignore
  await pool.close();
  return { priors, draws, members, truths, truthDraws: drawsOf({ ...priors, seed: truthSeed }, TRUTHS) };
}
