import { inCohort } from '../../../src/exclusion/reference/scope.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Population, ProcessOfCohort, Scenario } from '../../scenario/schema.ts';
import { addresses } from '../../world/dice/addresses.ts';

/** One population of a scenario with all that can touch it, and nothing else. It is a scenario of its own. */
export interface Slice {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
}

/**
 * Cuts a scenario down to one population and what the population refers to. Lives do not depend on each other and dice
 * are addressed by population, so the slices of a scenario add up to the whole: `test/sim/sweep/slices.test.ts` holds
 * them to that. Two scenarios that differ only in what a slice leaves out have that slice in common.
 * @param name a population of the scenario
 */
export function sliceOf(scenario: Scenario, rules: RuleSet, name: string): Slice {
  const population = scenario.populations[name] as Population;
  const { cohort, entry, wan, han, models = {} } = population;
  const curve = scenario.entryCurves[entry] as Scenario['entryCurves'][string];
  return {
    scenario: {
      ...scenario,
      populations: { [name]: population },
      notSimulated: [],
      entryCurves: { [entry]: curve },
      process: { [cohort]: processOf(scenario.process[cohort] as ProcessOfCohort, population, curve) },
      links: { wan: only(scenario.links.wan, [wan]), han: only(scenario.links.han, [han]) },
      models: only(scenario.models, Object.keys(models)),
      faults: faultsOn(scenario, name, population),
      // Fields that are only compared, printed or explained change no count.
      fit: [],
      marks: [],
    },
    rules: rulesFor(rules, cohort),
  };
}

function only<T>(rows: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(rows).filter(([name]) => names.includes(name)));
}

/** The process without steps that this population never reaches, so that a change of such a step keeps its cells. */
function processOf(
  { preparation, supplierInstructsDays, ...rest }: ProcessOfCohort,
  population: Population,
  curve: Scenario['entryCurves'][string],
): ProcessOfCohort {
  return {
    ...rest,
    ...(preparation && curve.firstInstruction ? { preparation } : {}),
    ...(supplierInstructsDays && population.supplierInstructs > 0 ? { supplierInstructsDays } : {}),
  };
}

/**
 * The smallest space of addresses for the names of faults (sim/world/faults). All spaces are powers of two, so two names
 * that collide in a larger one collide in this one too.
 */
const FAULT_ADDRESSES = 2 ** 18;

/**
 * False if two names collide. The order of the file then separates them, and leaving one out would move the dice of the
 * other.
 */
function areApart(names: readonly string[]): boolean {
  return new Set(names.map((name) => addresses([name], FAULT_ADDRESSES)[0])).size === names.length;
}

/** The faults that act on the population, or all of them if two names collide. */
function faultsOn({ faults }: Scenario, name: string, { cohort }: Population): Scenario['faults'] {
  if (!areApart(Object.keys(faults))) return faults;
  const acting = Object.entries(faults)
    .filter(([, fault]) => !fault.cohorts || fault.cohorts.includes(cohort))
    .filter(([, fault]) => !fault.populations || fault.populations.includes(name));
  // The other populations that a fault strikes change nothing here.
  return Object.fromEntries(acting.map(([id, { cohorts: _, populations: _others, ...fault }]) => [id, fault]));
}

/** The clauses that can hold in a cohort; all of them under a reading by which a clause depends on the codes of another. */
function rulesFor(rules: RuleSet, cohort: Population['cohort']): RuleSet {
  if (rules.readings.fiveCounts !== 'allCodes') return rules;
  return { ...rules, clauses: rules.clauses.filter((clause) => inCohort(clause, cohort, rules.readings)) };
}
