import { CATEGORIES, type Clause, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { engine, type CompiledEngine } from '../../../src/exclusion/engine/engine.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import type { Dormancy, Installation } from '../../../src/installation/installation.ts';
import type { History } from '../../../src/migration/history.ts';
import { READINGS, readingsOn } from '../../../src/regulation/readings.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';

/**
 * The distance of a history from a counting clause, without regard to scope; `stands` is for a clause that stands on an
 * event.
 */
const NEARNESS = ['one short', 'exactly enough', 'one more', 'stands'] as const;
type Nearness = (typeof NEARNESS)[number];

/** Events in a history other than the attempts that a clause counts. */
const DISTURBANCES: Readonly<Record<string, (history: History, asOf: Instant) => boolean>> = {
  'a change of dormancy': hasEvent('esme-dormant', 'gsme-dormant'),
  'a change of supplier': hasEvent('electricity-supplier', 'gas-supplier'),
  'a change of payment mode': hasEvent('electricity-payment-mode', 'gas-payment-mode'),
  'a readmit': hasEvent('readmit'),
  'an instruction of a supplier': hasEvent('supplier-gsme-exclusion'),
  'an ok': hasAttempt(({ kind, outcome }) => kind === 'migration' && outcome === 'ok'),
  'an ok-esme': hasAttempt(({ outcome }) => outcome === 'ok-esme'),
  'a failure of the system': hasAttempt(({ cause }) => cause === 'system'),
  'a failure in Table 5.10': hasAttempt(({ table510 }) => table510),
  'a row after the as-of': ({ attempts, events }, asOf) => [...attempts, ...events].some(({ at }) => at > asOf),
};

function hasEvent(...names: readonly string[]): (history: History, asOf: Instant) => boolean {
  return ({ events }, asOf) => events.some(({ at, event }) => at <= asOf && names.includes(event));
}

function hasAttempt(is: (row: History['attempts'][number]) => boolean): (history: History, asOf: Instant) => boolean {
  return ({ attempts }, asOf) => attempts.some((row) => row.at <= asOf && is(row));
}

/** Every question whose number is a multiple of this is also tried under every other reading. */
const READINGS_EVERY = 8;

/**
 * The behaviours that a set of questions has reached: category x cohort x dormancy x nearness, category x disturbance,
 * and the readings that change an answer. It is filled from the bench's own answers, never from the engine under test.
 */
export class BehaviourMatrix {
  private readonly cells = new Map<string, number>();
  private readonly clauses: readonly Clause[];
  private readonly rules: RuleSet;
  private readonly open: readonly CompiledEngine[];
  private readonly decider: CompiledEngine;
  private readonly alternatives: readonly { readonly cell: string; readonly decider: CompiledEngine }[];

  constructor(rules: RuleSet, categories: readonly ExclusionCategory[] = CATEGORIES) {
    this.rules = rules;
    this.clauses = rules.clauses.filter(({ category }) => categories.includes(category));
    this.open = [-1, 0, 1].map((by) => engine(withoutScope(rules, by)));
    this.decider = engine(rules);
    this.alternatives = alternativesOf(rules).map(({ cell, rules: other }) => ({ cell, decider: engine(other) }));
    for (const clause of this.clauses) for (const cell of cellsOf(clause)) this.cells.set(cell, 0);
    for (const { cell } of this.alternatives) this.cells.set(cell, 0);
  }

  /** Counts a question. `run` decides whether the readings are tried as well. */
  add({ history, asOf }: Question, run: number): void {
    const masks = this.open.map((one) => new Set(one.decide(history, asOf).verdicts.map(({ category }) => category)));
    const [fewer, enough, more] = masks as [Set<string>, Set<string>, Set<string>];
    if (fewer.size > 0) {
      const { installation } = history;
      const dormancy = dormancyOf(installation);
      const disturbances = Object.keys(DISTURBANCES).filter((name) => DISTURBANCES[name]?.(history, asOf));
      for (const { category, shows } of this.clauses) {
        if (!fewer.has(category)) continue;
        const near = shows.type === 'standing' ? 'stands' : nearnessOf(category, enough, more);
        this.count(cellName(category, installation.cohort, dormancy, near));
        for (const name of disturbances) this.count(`${category}, with ${name}`);
      }
    }
    if (run % READINGS_EVERY === 0) this.addReadings(history, asOf);
  }

  private addReadings(history: History, asOf: Instant): void {
    const plain = JSON.stringify(this.decider.decide(history, asOf).verdicts);
    for (const { cell, decider } of this.alternatives) {
      if (JSON.stringify(decider.decide(history, asOf).verdicts) !== plain) this.count(cell);
    }
  }

  private count(cell: string): void {
    const before = this.cells.get(cell);
    if (before !== undefined) this.cells.set(cell, before + 1);
  }

  /** The number of cells. */
  get size(): number {
    return this.cells.size;
  }

  /** The cells that no question has reached, in a fixed order. */
  unreached(): readonly string[] {
    return [...this.cells].filter(([, count]) => count === 0).map(([cell]) => cell);
  }

  /** The categories that have unreached cells. */
  unreachedCategories(): readonly ExclusionCategory[] {
    const unreached = this.unreached();
    return CATEGORIES.filter((category) => unreached.some((cell) => cell.startsWith(category)));
  }

  /** Every cell with the number of questions that reached it. */
  entries(): readonly (readonly [string, number])[] {
    return [...this.cells];
  }

  /** The rule set that the matrix belongs to. */
  get of(): RuleSet {
    return this.rules;
  }
}

function nearnessOf(category: string, enough: ReadonlySet<string>, more: ReadonlySet<string>): Nearness {
  if (more.has(category)) return 'one more';
  return enough.has(category) ? 'exactly enough' : 'one short';
}

function cellName(category: string, cohort: string, dormancy: string, near: Nearness): string {
  return `${category}, ${cohort}, ${dormancy}, ${near}`;
}

function cellsOf({ category, shows, dormancy }: Clause): string[] {
  const near = shows.type === 'standing' ? (['stands'] as const) : NEARNESS.slice(0, 3);
  const dormancies: readonly Dormancy[] = ['dormant', 'mixed', 'active'];
  const plain = COHORTS.flatMap((cohort) =>
    dormancies.flatMap((state) => near.map((one) => cellName(category, cohort, state, one))),
  );
  // An Active gas meter needs one failure and its supplier's instruction, so it cannot be one failure short.
  const isRoutes = dormancy === 'gsmeRoutes';
  return [
    ...plain.filter((cell) => !isRoutes || !cell.includes(', active, ')),
    ...Object.keys(DISTURBANCES).map((name) => `${category}, with ${name}`),
  ];
}

/** The rules with every clause open to all installations, and with thresholds shifted. */
function withoutScope(rules: RuleSet, by: number): RuleSet {
  return {
    ...rules,
    clauses: rules.clauses.map((clause) => ({
      ...clause,
      cohorts: COHORTS,
      creditCohorts: [],
      dormancy: clause.dormancy === 'gsmeRoutes' ? 'gsmeRoutes' : 'any',
      shows:
        clause.shows.type === 'count'
          ? { ...clause.shows, atLeast: Math.max(1, clause.shows.atLeast + by) }
          : clause.shows,
    })),
  };
}

function dormancyOf({ esmeDormant, gas }: Installation): Dormancy {
  if (gas === null || gas.dormant === esmeDormant) return esmeDormant ? 'dormant' : 'active';
  return 'mixed';
}

/**
 * The rule set under each other value of each reading that acts on histories, one at a time. No other changes a verdict.
 */
function alternativesOf(rules: RuleSet): readonly { readonly cell: string; readonly rules: RuleSet }[] {
  return readingsOn('histories').flatMap((name) =>
    Object.keys(READINGS[name].values)
      .filter((value) => value !== rules.readings[name])
      .map((value) => ({
        cell: `reading ${name}=${value}`,
        rules: { ...rules, readings: { ...rules.readings, [name]: value } },
      })),
  );
}
