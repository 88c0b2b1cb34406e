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
  null: {
    words: 'the null model: perfect links, no change, and failures with a Beta chance that stays',
    set: (priors: Priors) => nullModel(priors),
  },
  independent: {
    words: 'each failure independent of the last',
    set: (priors: Priors) => persistentFaults(priors).map((name) => `faults.${name}.success={chance: 0.5}`),
  },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly set: (priors: Priors) => readonly string[] }>>; // prettier-ignore

export type World = keyof typeof WORLDS;

/** Never down for as long as a window: no check can fail for it. */
const PERFECT = '{upDaysMean: 100000, down: [{share: 1, duration: {kind: fixed, days: 0.01}}]}';
/** The steps at which the null model fails: one for each kind of failure that a clause counts. */
const NULL_STEPS = ['deviceState', 'hanRecent', 'wanRecent'];
/** The share that never succeeds, as in scenarios/null.yaml. */
const NULL_DEAD = 0.02;

function perfect(link: string, classes: readonly string[]): readonly string[] {
  return [...classes.map((name) => `${link}.classes.${name}=null`), `${link}.classes.perfect=${PERFECT}`];
}

/** Settings that leave of a scenario its populations, its entry and the Beta chances of its persistent faults. */
function nullModel(priors: Priors): readonly string[] {
  const { links, sharedOutages, changes, faults } = priors.base.scenario;
  const persistent = persistentFaults(priors);
  return [
    // What is fitted names links that are gone.
    'fit=[]',
    ...Object.entries(links.wan).flatMap(([name, { classes }]) => [
      ...perfect(`links.wan.${name}`, Object.keys(classes)),
      `links.wan.${name}.deathPerYear=0`,
    ]),
    ...Object.entries(links.han).flatMap(([name, { classes, budget }]) => [
      ...perfect(`links.han.${name}`, Object.keys(classes)),
      `links.han.${name}.batteryDeathPerYear=0`,
      `links.han.${name}.lostJoinPerYear=0`,
      ...(budget ? [`links.han.${name}.budget=null`] : []),
    ]),
    ...Object.keys(sharedOutages).map((name) => `sharedOutages.${name}.perYear=0`),
    ...Object.keys(changes).map((name) => `changes.${name}=0`),
    ...Object.entries(faults).flatMap(([name, { kind }]) => (kind === 'dataError' || !persistent.includes(name) ? [`faults.${name}.share=0`] : [])), // prettier-ignore
    ...persistent.flatMap((name, i) => [
      `faults.${name}.step=${NULL_STEPS[i % NULL_STEPS.length] as string}`,
      `faults.${name}.effect=silence`,
      `faults.${name}.deadShare=${NULL_DEAD}`,
    ]),
  ];
}

function persistentFaults({ base }: Priors): readonly string[] {
  return Object.entries(base.scenario.faults).flatMap(([name, fault]) => (fault.kind === 'persistent' && 'betaA' in fault.success ? [name] : [])); // prettier-ignore
}

/** Truths: one run of each draw from the priors, under a seed that no library shares. */
export function* truthCells(
  priors: Priors,
  options: LibraryOptions & { readonly asOf: string; readonly truths: number; readonly seed: string; readonly world: World }, // prettier-ignore
): Generator<LibraryCell> {
  const { truths, seed, world, asOf, set: given = [] } = options;
  const own: Priors = { ...priors, seed };
  const set = [...given, ...WORLDS[world].set(own)];
  for (const draw of drawsOf(own, truths))
    yield* drawCells(own, draw, { ...options, draws: truths, replications: 1, set, asOf });
}
