/**
 * The what-if of a page: volumes of a scenario and of a change of it, on common dice, on a sample of its homes. The work is
 * cut by population, as that of a sweep is, so that a change redoes only the populations that it can touch. Nothing here
 * needs a browser: Node computes the same counts.
 */
import { CATEGORIES, type Clause } from '../../src/clauses/clause.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { plainWords } from '../../src/report/headline.ts';
import { meanError, meanOf } from '../../src/report/statistics.ts';
import { endOfLondonDate } from '../../src/time.ts';
import { MEASURE_QUALIFYING, volumeIndex, type Counts } from '../kernel/life/counts.ts';
import { compileModel, type Model } from '../kernel/model/model.ts';
import { scenarioHash } from '../scenario/hash.ts';
import type { Scenario } from '../scenario/schema.ts';
import { unitOf, type RuleSet } from '../../src/rules/ruleset.ts';
import { asOfsOf, cellsOf, type Cell } from '../sweep/cell/cell.ts';
import { scaledScenario } from '../sweep/cell/scaled.ts';
import type { SeedWords } from '../world/dice/draws.ts';
import type { Changed } from './applyChanges.ts';
import type { WhatIfAnswer, WhatIfChange, WhatIfRow, WhatIfTask } from './protocol.ts';

/** A population of at most so many homes is simulated whole. */
export const STRATA_MIN = 2000;

export interface WhatIfQuestion {
  readonly changes: readonly WhatIfChange[];
  readonly share: number;
  readonly replications: number;
  readonly onProgress?: (share: number) => void;
}

/** Lives every installation of a model once, on this thread. */
export type CountLives = (model: Model, seed: SeedWords, replication: number) => Counts;

type Answered = { readonly ok: true; readonly answer: WhatIfAnswer } | { readonly ok: false; readonly problems: readonly string[] }; // prettier-ignore

/** Counts of one population in each replication, and how many homes each simulated one stands for. */
interface Part {
  readonly counts: readonly Counts[];
  readonly weight: number;
}

/** Answers questions about one scenario. It keeps the counts of populations that it has computed. */
export class WhatIf {
  readonly #task: WhatIfTask;
  readonly #change: (changes: readonly WhatIfChange[]) => Changed;
  readonly #count: CountLives;
  readonly #computed = new Map<string, readonly Counts[]>();

  /** @param change returns the scenario and its rules with changes in place, or what is wrong with them */
  constructor(task: WhatIfTask, change: (changes: readonly WhatIfChange[]) => Changed, count: CountLives) {
    this.#task = task;
    this.#change = change;
    this.#count = count;
  }

  ask({ changes, share, replications, onProgress }: WhatIfQuestion): Answered {
    const base = this.#change([]);
    const changed = this.#change(changes);
    if (!base.ok) return base;
    if (!changed.ok) return changed;
    const plans = [base, changed].map(({ scenario, rules }) => this.#plan(scenario, rules, { share, replications }));
    const missing = plans.flatMap(({ cells }) => cells).filter(({ key }) => !this.#computed.has(key));
    const lives = missing.reduce((sum, cell) => sum + cell.lives, 0);
    let done = 0;
    for (const cell of missing) {
      if (!this.#computed.has(cell.key)) this.#computed.set(cell.key, this.#counts(cell));
      done += cell.lives;
      onProgress?.(done / lives);
    }
    const [before, after] = plans.map(({ cells, weights }) =>
      cells.map((cell): Part => ({
        counts: this.#computed.get(cell.key) ?? [],
        weight: weights.get(cell.population) ?? 1,
      })),
    ) as [Part[], Part[]];
    const rows = changed.rules.clauses.map((clause) => whatIfRow(clause, changed.rules, { before, after, asOf: requiredAsOf(base.scenario), replications })); // prettier-ignore
    return {
      ok: true,
      answer: {
        name: changed.scenario.name,
        hash: scenarioHash(changed.scenario, changed.rules),
        rows,
        installations: (plans[1]?.cells ?? []).reduce((sum, { lives: of }) => sum + of / replications, 0),
        replications,
      },
    };
  }

  /** The counts of a cell, one for each of its replications. */
  #counts({ scenario, rules, block }: Cell): readonly Counts[] {
    const model = compileModel(scenario, rules);
    return Array.from({ length: block.count }, (_, i) => this.#count(model, this.#task.seedWords, block.from + i));
  }

  #plan(
    scenario: Scenario,
    rules: RuleSet,
    { share, replications }: { readonly share: number; readonly replications: number },
  ): { readonly cells: readonly Cell[]; readonly weights: ReadonlyMap<string, number> } {
    const { comparison } = scenario;
    const counted = { ...scenario, asOf: comparison.operator === 'qualifying' ? [comparison.dataCut] : [] };
    const scaled = scaledScenario(counted, { share, strataMin: STRATA_MIN });
    const cells = cellsOf(scaled.scenario, rules, {
      seed: this.#task.seed,
      blocks: [{ from: 0, count: replications }],
    });
    return { cells, weights: scaled.weights };
  }
}

/** Position of the instant that volumes are counted at. */
function requiredAsOf(scenario: Scenario): number {
  const { comparison, horizon } = scenario;
  const qualifying = comparison.operator === 'qualifying';
  const counted = { ...scenario, asOf: qualifying ? [comparison.dataCut] : [] };
  return asOfsOf(counted).indexOf(endOfLondonDate(qualifying ? comparison.dataCut : horizon));
}

function whatIfRow(
  clause: Clause,
  rules: RuleSet,
  { before, after, asOf, replications }: { before: Part[]; after: Part[]; asOf: number; replications: number },
): WhatIfRow {
  const { category } = clause;
  const countsIn = (parts: readonly Part[], isScaled: boolean): readonly number[] =>
    Array.from(
      { length: replications },
      (_, replication) =>
      parts.reduce((sum, { counts, weight }) => sum + reported(counts[replication], category, asOf) * (isScaled ? weight : 1), 0), // prettier-ignore
    );
  const [earlier, later] = [countsIn(before, true), countsIn(after, true)];
  const differences = later.map((count, i) => count - (earlier[i] ?? 0));
  return {
    category,
    words: plainWords(clause),
    unit: unitOf(category, rules),
    before: meanOf(earlier),
    after: meanOf(later),
    difference: meanOf(differences),
    error: replications < 2 ? null : 2 * meanError(differences),
    sampled: { before: countsIn(before, false), after: countsIn(after, false) },
  };
}

/** Reported installations or gas meters of a category over all cohorts. */
function reported(counts: Counts | undefined, category: Clause['category'], asOf: number): number {
  if (counts === undefined) return 0;
  return COHORTS.reduce(
    (sum, _, cohort) => sum + (counts.volumes[volumeIndex(asOf, MEASURE_QUALIFYING, cohort, CATEGORIES.indexOf(category))] ?? 0), // prettier-ignore
    0,
  );
}
