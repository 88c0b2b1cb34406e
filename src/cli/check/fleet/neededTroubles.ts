import type { RuleSet } from '../../../rules/ruleset.ts';
import type { Instant } from '../../../time.ts';
import { compileModel } from '../../../../sim/kernel/model/model.ts';
import type { Scenario } from '../../../../sim/scenario/schema.ts';
import { Fleet, type Lived } from '../../../../sim/story/fleet.ts';
import { troublesOf, type Trouble } from '../../../../sim/story/troubles.ts';
import { sliceOf } from '../../../../sim/sweep/cell/slice.ts';
import type { SeedWords } from '../../../../sim/world/dice/draws.ts';
import type { ExclusionCategory } from '../../../clauses/clause.ts';
import type { EngineOutcome } from '../../../interchange/engine/engineOutcome.ts';
import { shrink } from '../../../../test/kit/shrink/rounds.ts';
import type { Asker } from '../../../../test/kit/trial/asker.ts';
import type { Find } from '../../../../test/kit/trial/failures.ts';
import { isLike } from '../../../../test/kit/trial/finding.ts';

/** Which troubles of a scenario a difference needs. */
export interface Needed {
  /** Leaving out any of these makes the difference go away. */
  readonly needed: readonly Trouble[];
  /** The difference stays although all of these are left out. */
  readonly spared: readonly Trouble[];
  /** The life under the needed troubles alone. */
  readonly life: Lived;
}

export interface NeededOptions {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly seed: SeedWords;
  readonly replication: number;
  readonly lived: Lived;
  /** The shape of the difference. */
  readonly shape: string;
  readonly asOf: Instant;
  readonly asker: Asker;
  readonly find: Find;
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  readonly isOver?: () => boolean;
}

/** Lives again that are asked together: each is a model to compile. */
const TOGETHER = 16;

/**
 * Lives an installation again without some of its troubles, with the same dice, until no further trouble can be left out
 * without the difference going away.
 */
export async function neededTroubles(options: NeededOptions): Promise<Needed> {
  const { rules, lived, shape, asOf, asker, find, clauses, isOver } = options;
  const { scenario } = sliceOf(options.scenario, rules, lived.population);
  const all = troublesOf(scenario, lived.population);
  const lifeUnder = (kept: readonly Trouble[]): Lived => {
    const without = all.filter((one) => !kept.includes(one)).reduce((one, { without: drop }) => drop(one), scenario);
    const fleet = new Fleet(compileModel(without, rules), options);
    return fleet.live(lived.position);
  };
  const { question: needed } = await shrink<readonly Trouble[]>(all, {
    ...(isOver && { isOver }),
    round: TOGETHER,
    candidates: withFewer,
    failing: async (sets) => {
      const questions = sets.map((kept) => ({ history: lifeUnder(kept).history, rules, asOf }));
      const outcomes = await asker.ask(questions);
      return questions.map((question, i) => isLike(shape, find(outcomes[i] as EngineOutcome, question, { clauses })));
    },
  });
  return { needed, spared: all.filter((one) => !needed.includes(one)), life: lifeUnder(needed) };
}

/** Leaves out all, then halves, quarters and so on, down to each trouble alone. */
function withFewer(of: readonly Trouble[]): readonly (readonly Trouble[])[] {
  const found: (readonly Trouble[])[] = of.length > 1 ? [[]] : [];
  for (let size = Math.ceil(of.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < of.length; from += size) found.push([...of.slice(0, from), ...of.slice(from + size)]);
  }
  return found;
}
