import type { Priors } from '../../calibrate/priors/loadPriors.ts';
import { drawsOf } from '../../calibrate/priors/priorDraws.ts';
import { drawCells, type LibraryCell, type LibraryOptions } from '../library/libraryPlan.ts';

/** Where truths come from. All but the first break something that the library assumes. */
export const WORLDS = {
  priors: { words: 'draws from the same priors', set: () => [] },
  shocks: {
    words: 'long outages of whole hub fleets, four a year',
    set: () => ['sharedOutages.hub-model.perYear=4', 'sharedOutages.hub-model.duration.daysScale=15'],
  },
  independent: {
    words: 'each failure independent of the last',
    set: (priors: Priors) => persistentFaults(priors).map((name) => `faults.${name}.success={chance: 0.5}`),
  },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly set: (priors: Priors) => readonly string[] }>>; // prettier-ignore

export type World = keyof typeof WORLDS;

function persistentFaults({ base }: Priors): readonly string[] {
  return Object.entries(base.scenario.faults).flatMap(([name, fault]) => (fault.kind === 'persistent' && 'betaA' in fault.success ? [name] : [])); // prettier-ignore
}

/** Truths: one run of each draw from the priors, under a seed that no library shares. */
export function* truthCells(
  priors: Priors,
  options: LibraryOptions & { readonly asOf: string; readonly truths: number; readonly seed: string; readonly world: World }, // prettier-ignore
): Generator<LibraryCell> {
  const { truths, seed, world, asOf } = options;
  const own: Priors = { ...priors, seed };
  const set = WORLDS[world].set(own);
  for (const draw of drawsOf(own, truths))
    yield* drawCells(own, draw, { ...options, draws: truths, replications: 1, set, asOf });
}
