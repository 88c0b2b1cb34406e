import { COHORTS } from '../../../src/installation/cohort.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import { CHECKS } from '../../../src/migration/checks.ts';
import type { EventName } from '../../../src/migration/history.ts';
import { OBSERVATION_OF_EFFECT, OBSERVATIONS } from '../../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../../src/migration/steps.ts';
import { DISPLAY_DEFINITION_VARIED } from '../../../src/regulation/parameters.ts';
import { HOUR, londonInstant, parseDate, startOfLondonDate, type Instant } from '../../../src/time.ts';
import { entryCurveOf } from '../../population/entryCurveOf.ts';
import type { Group } from '../../population/groups.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { FOREVER } from '../../world/alternating.ts';
import { durationsOf, pickerOf } from '../../world/dice/distributions.ts';
import { nameWords } from '../../world/dice/streams.ts';
import type { CompiledFaults } from '../../world/faults/compileFaults.ts';
import type { CompiledHan } from '../../world/hanLink.ts';
import type { CompiledWan } from '../../world/wanLink.ts';
import { DeviceModel, GroupNumbers, WalkStep, type KeyProcess } from './groupNumbers.ts';
import { rangesOfStep } from './outcomes.ts';

/** A population as numbers, beside what the scenario calls it. */
export class GroupPlan extends GroupNumbers {
  readonly name: string;
  readonly population: Group['population'];
  readonly process: Group['process'];
  readonly steps: Group['steps'];
  readonly modelNames: Group['modelNames'];
  /** Names of the classes of its links, by position. */
  readonly wanClasses: readonly string[];
  readonly hanClasses: readonly string[];
  /** Whether the curve of first instructions is stated. */
  readonly hasInstructions: boolean;

  constructor(group: Group, { links }: Scenario) {
    super();
    const { name, index, first, size, population, process, curves, steps, modelNames, dmcFrom } = group;
    this.name = name;
    this.index = index;
    this.first = first;
    this.size = size;
    this.population = population;
    this.process = process;
    this.steps = steps;
    this.modelNames = modelNames;
    this.dmcFrom = dmcFrom;
    this.wanClasses = Object.keys(links.wan[population.wan]?.classes ?? {});
    this.hanClasses = Object.keys(links.han[population.han]?.classes ?? {});
    this.hasInstructions = curves.firstInstruction !== undefined;
  }
}

/** What several populations share, compiled once. */
export interface SharedPlans {
  readonly wan: ReadonlyMap<string, CompiledWan>;
  readonly han: ReadonlyMap<string, CompiledHan>;
  readonly faults: CompiledFaults;
}

export function planGroup(group: Group, scenario: Scenario, { wan, han, faults }: SharedPlans): GroupPlan {
  const { population, process, curves } = group;
  const plan = new GroupPlan(group, scenario);
  plan.address = nameWords(group.name);
  plan.cohort = COHORTS.indexOf(population.cohort);
  plan.isSteady = population.steady;
  Object.assign(plan.attributes, {
    isMixed: population.dormancy === 'mixed',
    isDormant: population.dormancy === 'dormant',
    gasShare: population.gasShare,
    prepaymentShare: population.prepaymentShare,
    hasModels: population.models !== undefined,
  });
  if (population.models) plan.attributes.models = pickerOf(Object.values(population.models));
  plan.attemptedShare = population.attemptedShare;
  plan.instructedShare = population.instructedShare;
  plan.supplierInstructs = population.supplierInstructs;
  if (process.supplierInstructsDays) plan.instructDelay = durationsOf(process.supplierInstructsDays);
  plan.wan = wan.get(population.wan) as CompiledWan;
  plan.han = han.get(population.han) as CompiledHan;
  plan.prepares = process.preparation !== undefined && plan.hasInstructions;
  if (process.preparation) Object.assign(plan.preparation, process.preparation);
  if (curves.firstInstruction) plan.firstInstruction = entryCurveOf(curves.firstInstruction, scenario.from);
  plan.firstAttempt = entryCurveOf(curves.firstAttempt, scenario.from);
  plan.isGated = process.gated;
  plan.esmeOnly = process.esmeOnly;
  plan.stopsNever = process.stopWhen === 'never';
  plan.stopsInEffect = process.stopWhen === 'effective';
  plan.daysBetweenAttempts = process.daysBetweenAttempts;
  plan.attemptsMax = process.attemptsMax;
  fillKey(plan.key, group);
  plan.displayBlockedUntil = displayBlockedUntil(group);
  plan.models = group.modelNames.map((name) => deviceModel(scenario, name));
  plan.walk = group.steps.map((id) => walkStep(id, group, scenario, faults));
  plan.linked = plan.walk.some((step) => step.linked);
  plan.hubAsked = group.steps.findIndex((id) => id === 'wanRecent' || id === 'hanRecent');
  if (plan.hubAsked < 0) plan.hubAsked = plan.walk.length;
  plan.dataErrors = Int32Array.from(plan.walk.flatMap((step) => [...step.dataErrors]));
  fillHopeless(plan);
  return plan;
}

/** The row of a step that nothing strikes, from the table of steps. */
export function plainStep(id: StepId): WalkStep {
  const { check, needsGsme } = STEPS[id];
  const step = new WalkStep();
  if (check !== undefined) {
    step.check = Object.keys(CHECKS).indexOf(check);
    step.fails = OBSERVATIONS.indexOf(CHECKS[check].fails);
  }
  step.needsGsme = needsGsme === true;
  const ranges = rangesOfStep(id);
  step.outcomeFirst = Int32Array.from(ranges, (range) => range?.first ?? 0);
  step.outcomeCount = Int32Array.from(ranges, (range) => range?.size ?? 0);
  return step;
}

function walkStep(id: StepId, group: Group, scenario: Scenario, { position }: CompiledFaults): WalkStep {
  const list = Object.values(scenario.faults);
  const step = plainStep(id);
  const persistent = group.faults.flatMap((i) => {
    const fault = list[i];
    return fault?.kind === 'persistent' && fault.step === id ? [{ i, effect: fault.effect }] : [];
  });
  step.persistent = Int32Array.from(persistent, ({ i }) => position[i] as number);
  step.observations = Int32Array.from(persistent, ({ effect }) => OBSERVATIONS.indexOf(OBSERVATION_OF_EFFECT[effect]));
  if (id === 'installationData') {
    const errors = group.faults.filter((i) => list[i]?.kind === 'dataError');
    step.dataErrors = Int32Array.from(errors, (i) => position[i] as number);
  }
  step.rotates = id === 'rotateKeys' && (group.process.masterKey?.wrongShare ?? 0) > 0;
  step.system = id === 'requestAccepted' && hasSystemOutages(scenario);
  step.linked = id === 'deviceState' && group.process.linkNeeded;
  step.meetsOthers = step.dataErrors.length > 0 || step.rotates || step.system || step.linked;
  step.isStruck = step.meetsOthers || step.persistent.length > 0;
  return step;
}

function hasSystemOutages({ sharedOutages, plannedMaintenance }: Scenario): boolean {
  const acts = Object.values(sharedOutages).some((outage) => outage.acts === 'system');
  return acts || Object.values(plannedMaintenance).some((row) => row.acts === 'system');
}

/** Whether attempts on a lost HAN can be skipped: nothing before the check on the gas meter has a state that they advance. */
function fillHopeless(plan: GroupPlan): void {
  const hanRecent = Object.keys(CHECKS).indexOf('hanRecent');
  const at = plan.walk.findIndex((step) => step.check === hanRecent);
  const step = plan.walk[at];
  if (step === undefined) return;
  const before = plan.walk.slice(0, at);
  plan.lostHanOutcome = step.outcomeFirst[step.fails] as number;
  plan.hopelessWithoutHan =
    step.outcomeCount[step.fails] === 1 &&
    step.needsGsme &&
    before.every(({ persistent, rotates, linked }) => persistent.length === 0 && !rotates && !linked);
}

function fillKey(key: KeyProcess, { population, process: { masterKey } }: Group): void {
  key.unobtainable = population.masterKey === 'unobtainable';
  key.missingShare = masterKey?.missingShare ?? 0;
  key.foundShare = masterKey?.foundShare ?? 0;
  key.heldFrom = key.unobtainable ? 1 : masterKey ? masterKey.missingShare + masterKey.wrongShare : 0;
  if (masterKey) key.search = durationsOf(masterKey.searchDays);
}

function displayBlockedUntil({ population }: Group): number {
  if (!population.displayBlocked) return 0;
  const { from } = DISPLAY_DEFINITION_VARIED[population.cohort];
  return from === null ? FOREVER : startOfLondonDate(from);
}

const MODEL_EVENTS = [
  ['dccRecommends', 'dcc-recommends'],
  ['sosUneconomic', 'sos-uneconomic'],
  ['sosDirectOtherwise', 'sos-direct-otherwise'],
] as const satisfies readonly (readonly [string, EventName])[];

const NOON = 12 * HOUR;

export interface ModelEvent {
  readonly at: Instant;
  readonly event: number;
}

/** The dated events of a DMC, at noon London of their days, rising. */
export function modelEvents(scenario: Scenario, name: string): readonly ModelEvent[] {
  const model = scenario.models[name];
  const events: ModelEvent[] = [];
  for (const [key, event] of MODEL_EVENTS) {
    const date = model?.[key];
    if (date !== undefined) events.push({ at: londonInstant(parseDate(date) as number, NOON), event: EVENT[event] });
  }
  return events.toSorted((a, b) => a.at - b.at);
}

function deviceModel(scenario: Scenario, name: string): DeviceModel {
  const entry = scenario.models[name]?.epclEntry ?? null;
  const events = modelEvents(scenario, name);
  const model = new DeviceModel();
  model.epclFrom = entry === null ? FOREVER : startOfLondonDate(entry);
  model.eventAt = Float64Array.from(events, ({ at }) => at);
  model.event = Int32Array.from(events, ({ event }) => event);
  return model;
}
