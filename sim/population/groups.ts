import { assert } from '../../src/assert.ts';
import { STEPS_OF_COHORT, type StepId } from '../../src/migration/steps.ts';
import type { Fault, Population, ProcessOfCohort, Scenario } from '../scenario/schema.ts';

type Curves = Scenario['entryCurves'][string];

/** One population of a scenario, laid out: installations [first, first + size) belong to it. */
export interface Group {
  readonly name: string;
  readonly index: number;
  readonly first: number;
  readonly size: number;
  readonly population: Population;
  readonly process: ProcessOfCohort;
  readonly curves: Curves;
  readonly steps: readonly StepId[];
  /** DMC names of the population; empty: the cohort's standard model, on the EPCL from the start. */
  readonly modelNames: readonly string[];
  /** Number of the standard model among the DMC names, plus 1: `dmcFrom + model` numbers an installation's DMC. */
  readonly dmcFrom: number;
  /** Positions in the scenario's list of faults of those that act on this group. */
  readonly faults: readonly number[];
}

/** Lays the populations out in the order of the scenario, so that any installation can be drawn alone. */
export function layOut(scenario: Scenario): readonly Group[] {
  const faults = Object.values(scenario.faults);
  let first = 0;
  let dmcs = 0;
  return Object.entries(scenario.populations).map(([name, population], index) => {
    const process = scenario.process[population.cohort];
    const curves = scenario.entryCurves[population.entry];
    assert(process !== undefined, 'a checked scenario has a process for each cohort it uses');
    assert(curves !== undefined, 'a checked scenario has the curves it names');
    const group: Group = {
      name,
      index,
      first,
      size: population.installations,
      population,
      process,
      curves,
      steps: process.steps ?? STEPS_OF_COHORT[population.cohort],
      modelNames: Object.keys(population.models ?? {}),
      dmcFrom: dmcs + 1,
      faults: faults.flatMap((fault, i) => (actsOn(fault, name, population) ? [i] : [])),
    };
    first += group.size;
    dmcs += 1 + group.modelNames.length;
    return group;
  });
}

/** DMC names by the number that `dmcFrom + model` gives: per group its standard model, then those it names. */
export function dmcNames(groups: readonly Pick<Group, 'population' | 'modelNames'>[]): readonly string[] {
  return groups.flatMap(({ population, modelNames }) => [`standard-${population.cohort}`, ...modelNames]);
}

function actsOn(fault: Fault, name: string, population: Population): boolean {
  if (fault.cohorts && !fault.cohorts.includes(population.cohort)) return false;
  return !fault.populations || fault.populations.includes(name);
}
