import { COHORTS } from '../../src/installation/cohort.ts';
import { STEPS_OF_COHORT, type StepId } from '../../src/migration/steps.ts';
import { assert } from '../../src/assert.ts';
import type { Fault, Population, ProcessOfCohort, Scenario } from '../scenario/schema.ts';
import { Picker } from '../world/dice/distributions.ts';
import { nameWords, type SeedWords } from '../world/dice/draws.ts';
import { EntryCurve } from '../world/entryCurve.ts';
import { compileHan, type CompiledHan } from '../world/hanLink.ts';
import { compileWan, type CompiledWan } from '../world/wanLink.ts';

/** One population of a scenario, laid out: installations [first, first + size) belong to it. */
export interface Group {
  readonly name: string;
  readonly index: number;
  readonly first: number;
  readonly size: number;
  /** The two words of its name, by which its dice are addressed. */
  readonly address: SeedWords;
  /** Position in COHORTS. */
  readonly cohort: number;
  readonly population: Population;
  readonly process: ProcessOfCohort;
  readonly steps: readonly StepId[];
  /**
   * What each installation asks of its population, as flags and numbers of one shape for all groups: texts of a scenario are
   * not interned, and comparing them was a tenth of the kernel's time.
   */
  readonly isMixed: boolean;
  readonly isDormant: boolean;
  readonly isSteady: boolean;
  readonly gasShare: number;
  readonly prepaymentShare: number;
  readonly attemptedShare: number;
  readonly instructedShare: number;
  readonly supplierInstructs: number;
  readonly wan: CompiledWan;
  readonly han: CompiledHan;
  readonly firstInstruction: EntryCurve | null;
  readonly firstAttempt: EntryCurve;
  /** DMC names by share; null: the cohort's standard model, on the EPCL from the start. */
  readonly models: { readonly picker: Picker; readonly names: readonly string[] } | null;
  /** Number of the standard model among the DMC names, less -1: `dmcFrom + model` numbers an installation's DMC. */
  readonly dmcFrom: number;
  /** Positions in the scenario's list of faults of those that act on this group. */
  readonly faults: readonly number[];
}

/** Lays the populations out in the order of the scenario, so that any installation can be drawn alone. */
export function layOut(scenario: Scenario): readonly Group[] {
  const wan = new Map(Object.entries(scenario.links.wan).map(([name, profile]) => [name, compileWan(profile)]));
  const han = new Map(Object.entries(scenario.links.han).map(([name, profile]) => [name, compileHan(profile)]));
  const faults = Object.values(scenario.faults);
  let first = 0;
  let dmcs = 0;
  return Object.entries(scenario.populations).map(([name, population], index) => {
    const process = scenario.process[population.cohort];
    const curves = scenario.entryCurves[population.entry];
    const wanProfile = wan.get(population.wan);
    const hanProfile = han.get(population.han);
    assert(process !== undefined, 'a checked scenario has a process for each cohort it uses');
    assert(curves !== undefined, 'a checked scenario has the curves it names');
    assert(wanProfile !== undefined, 'a checked scenario has the WAN profiles it names');
    assert(hanProfile !== undefined, 'a checked scenario has the HAN profiles it names');
    const group: Group = {
      name,
      index,
      first,
      size: population.installations,
      address: nameWords(name),
      cohort: COHORTS.indexOf(population.cohort),
      population,
      process,
      steps: process.steps ?? STEPS_OF_COHORT[population.cohort],
      isMixed: population.dormancy === 'mixed',
      isDormant: population.dormancy === 'dormant',
      isSteady: population.steady,
      gasShare: population.gasShare,
      prepaymentShare: population.prepaymentShare,
      attemptedShare: population.attemptedShare,
      instructedShare: population.instructedShare,
      supplierInstructs: population.supplierInstructs,
      wan: wanProfile,
      han: hanProfile,
      firstInstruction: curves.firstInstruction ? new EntryCurve(curves.firstInstruction, scenario.from) : null,
      firstAttempt: new EntryCurve(curves.firstAttempt, scenario.from),
      models: population.models
        ? { picker: new Picker(Object.values(population.models)), names: Object.keys(population.models) }
        : null,
      dmcFrom: dmcs + 1,
      faults: faults.flatMap((fault, i) => (actsOn(fault, name, population) ? [i] : [])),
    };
    first += population.installations;
    dmcs += 1 + Object.keys(population.models ?? {}).length;
    return group;
  });
}

/** DMC names by the number that `dmcFrom + model` gives: per group its standard model, then those it names. */
export function dmcNames(groups: readonly Group[]): readonly string[] {
  return groups.flatMap((group) => [`standard-${group.population.cohort}`, ...(group.models?.names ?? [])]);
}

function actsOn(fault: Fault, name: string, population: Population): boolean {
  if (fault.cohorts && !fault.cohorts.includes(population.cohort)) return false;
  return !fault.populations || fault.populations.includes(name);
}

/** The group of an installation. */
export function groupOf(groups: readonly Group[], installation: number): Group {
  for (const group of groups) if (installation < group.first + group.size) return group;
  throw new RangeError(`installation ${installation} is not in the population`);
}

export function sizeOf(groups: readonly Group[]): number {
  const last = groups.at(-1);
  return last ? last.first + last.size : 0;
}
