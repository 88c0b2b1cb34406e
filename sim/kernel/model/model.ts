import { compileRules, type CompiledRules } from '../../../src/exclusion/engine/compile.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import type { EventName } from '../../../src/migration/history.ts';
import { OBSERVATION_OF_EFFECT, OBSERVATIONS } from '../../../src/migration/observations.ts';
import { type StepId } from '../../../src/migration/steps.ts';
import { DISPLAY_DEFINITION_VARIED } from '../../../src/regulation/parameters.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import {
  endOfLondonDate,
  HOUR,
  londonInstant,
  monthOf,
  londonDay,
  parseDate,
  startOfLondonDate,
  type Instant,
} from '../../../src/time.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { layOut, sizeOf, type Group } from '../../population/groups.ts';
import { outageDurations, Picker, type Durations } from '../../world/dice/distributions.ts';
import { FOREVER } from '../../world/alternating.ts';
import type { DataErrorFault } from '../../world/faults/dataError.ts';
import type { PersistentFault } from '../../world/faults/persistent.ts';
import { compileWalk, type CompiledWalk } from './compileWalk.ts';
import { outcomeMasks, rangesOfStep, type OutcomeRange } from './outcomes.ts';

/** What can strike one step of a group's walk, as positions and numbers. */
export interface StepPlan {
  readonly id: StepId;
  readonly persistent: Int32Array;
  /** Observation of each of `persistent`. */
  readonly observations: Uint8Array;
  readonly dataErrors: Int32Array;
  readonly rotates: boolean;
  readonly system: boolean;
  /** Silent while the WAN is down at the attempt. */
  readonly linked: boolean;
  readonly ranges: readonly (OutcomeRange | undefined)[];
}

/** A group with everything the kernel precomputes for it. */
export interface GroupPlan extends Group {
  readonly walk: CompiledWalk;
  readonly stepPlans: readonly StepPlan[];
  /** All that may strike a step of the walk. */
  readonly persistent: Int32Array;
  readonly dataErrors: Int32Array;
  /** Whether a step is silent while the WAN is down at the attempt. */
  readonly linked: boolean;
  /** The process of its cohort, as flags and numbers. */
  readonly prepares: boolean;
  readonly isGated: boolean;
  readonly esmeOnly: boolean;
  readonly stopsNever: boolean;
  readonly stopsInEffect: boolean;
  readonly daysBetweenAttempts: number;
  readonly attemptsMax: number;
  /** The uniform from which on the Master Key of an installation is held. */
  readonly keyHeldFrom: number;
  /** Null where nothing of the cohort is ever searched for, or instructed. */
  readonly keySearch: Durations | null;
  readonly instructDelay: Durations | null;
  /** Per model: when its EPCL entry stands (FOREVER: never), and its dated events. */
  readonly epclFrom: Float64Array;
  readonly modelEvents: readonly (readonly ModelEvent[])[];
  /** Until when an in-home display of the group is outside the definition; 0: never, FOREVER: always. */
  readonly displayBlockedUntil: number;
}

export interface ModelEvent {
  readonly at: Instant;
  readonly event: number;
}

/** A scenario and a rule set, compiled once; the same for every replication. */
export interface Model {
  readonly scenario: Scenario;
  readonly rules: CompiledRules;
  readonly masks: Int32Array;
  readonly groups: readonly GroupPlan[];
  readonly size: number;
  readonly start: Instant;
  /** Last second of the horizon. */
  readonly horizon: Instant;
  /** Instants at which volumes are counted, rising; the horizon is the last. */
  readonly asOfs: Float64Array;
  readonly firstMonth: number;
  readonly months: number;
  readonly persistent: readonly PersistentFault[];
  readonly dataErrors: readonly DataErrorFault[];
  readonly faultNames: { readonly persistent: readonly string[]; readonly dataErrors: readonly string[] };
  readonly suppliers: readonly string[];
}

const NOON = 12 * HOUR;

export function compileModel(scenario: Scenario, rules: RuleSet): Model {
  const start = startOfLondonDate(scenario.from);
  const horizon = endOfLondonDate(scenario.horizon);
  const asOfs = [...new Set([...scenario.asOf.map(endOfLondonDate), horizon])].toSorted((a, b) => a - b);
  const compiled = compileRules(rules);
  const faults = compileFaults(scenario);
  const groups = layOut(scenario).map((group) => planGroup(group, scenario, faults));
  const firstMonth = monthOf(londonDay(start));
  return {
    scenario,
    rules: compiled,
    masks: outcomeMasks(compiled),
    groups,
    size: sizeOf(groups),
    start,
    horizon,
    asOfs: Float64Array.from(asOfs),
    firstMonth,
    months: monthOf(londonDay(horizon)) - firstMonth + 1,
    persistent: faults.persistent,
    dataErrors: faults.dataErrors,
    faultNames: faults.names,
    suppliers: ['', ...Object.keys(scenario.suppliers)],
  };
}

interface CompiledFaults {
  readonly persistent: PersistentFault[];
  readonly dataErrors: DataErrorFault[];
  readonly names: { persistent: string[]; dataErrors: string[] };
  /** Per fault of the scenario: its position among its kind. */
  readonly position: number[];
}

function compileFaults(scenario: Scenario): CompiledFaults {
  const out: CompiledFaults = {
    persistent: [],
    dataErrors: [],
    names: { persistent: [], dataErrors: [] },
    position: [],
  };
  for (const [name, fault] of Object.entries(scenario.faults)) {
    const from = fault.from === undefined ? -Infinity : startOfLondonDate(fault.from);
    const to = fault.to === undefined ? FOREVER : endOfLondonDate(fault.to) + 1;
    if (fault.kind === 'dataError') {
      out.position.push(out.dataErrors.length);
      out.names.dataErrors.push(name);
      const cleansing = outageDurations([{ share: 1, duration: fault.cleansingDays }]);
      out.dataErrors.push({ share: fault.share, fixableShare: fault.fixableShare, cleansing, from, to });
      continue;
    }
    out.position.push(out.persistent.length);
    out.names.persistent.push(name);
    const { success } = fault;
    const beta = 'betaA' in success ? success : null;
    const classes =
      'classes' in success ? success.classes : 'chance' in success ? [{ share: 1, chance: success.chance }] : [];
    out.persistent.push({
      share: fault.share,
      deadShare: fault.deadShare,
      classes: beta
        ? null
        : {
            picker: new Picker(classes.map((row) => row.share)),
            chances: Float64Array.from(classes, (row) => row.chance),
          },
      betaA: beta?.betaA ?? 0,
      betaB: beta?.betaB ?? 0,
      from,
      to,
      affectedMax: fault.attemptsAffectedMax ?? Infinity,
    });
  }
  return out;
}

function planGroup(group: Group, scenario: Scenario, faults: CompiledFaults): GroupPlan {
  const hasSystemOutages =
    Object.values(scenario.sharedOutages).some((outage) => outage.acts === 'system') ||
    Object.keys(scenario.plannedMaintenance).length > 0;
  const wrongKeys = (group.process.masterKey?.wrongShare ?? 0) > 0;
  const list = Object.values(scenario.faults);
  const stepPlans = group.steps.map((id): StepPlan => {
    const persistent = group.faults.filter(
      (i) => list[i]?.kind === 'persistent' && (list[i] as { step: StepId }).step === id,
    );
    return {
      id,
      persistent: Int32Array.from(persistent, (i) => faults.position[i] as number),
      observations: Uint8Array.from(persistent, (i) => {
        const fault = list[i];
        return fault?.kind === 'persistent' ? OBSERVATIONS.indexOf(OBSERVATION_OF_EFFECT[fault.effect]) : 0;
      }),
      dataErrors: Int32Array.from(
        id === 'installationData' ? group.faults.filter((i) => list[i]?.kind === 'dataError') : [],
        (i) => faults.position[i] as number,
      ),
      rotates: id === 'rotateKeys' && wrongKeys,
      system: id === 'requestAccepted' && hasSystemOutages,
      linked: id === 'deviceState' && group.process.linkNeeded,
      ranges: rangesOfStep(id),
    };
  });
  const byId = new Map(stepPlans.map((plan) => [plan.id, plan]));
  const struck = (id: StepId): boolean => {
    const plan = byId.get(id) as StepPlan;
    return plan.persistent.length > 0 || plan.dataErrors.length > 0 || plan.rotates || plan.system || plan.linked;
  };
  const { process } = group;
  const names = group.models?.names ?? [];
  return {
    ...group,
    walk: compileWalk(group.steps, struck),
    stepPlans,
    persistent: Int32Array.from(stepPlans.flatMap((plan) => [...plan.persistent])),
    dataErrors: Int32Array.from(stepPlans.flatMap((plan) => [...plan.dataErrors])),
    linked: stepPlans.some((plan) => plan.linked),
    prepares: process.preparation !== undefined && group.firstInstruction !== null,
    isGated: process.gated,
    esmeOnly: process.esmeOnly,
    stopsNever: process.stopWhen === 'never',
    stopsInEffect: process.stopWhen === 'effective',
    daysBetweenAttempts: process.daysBetweenAttempts,
    attemptsMax: process.attemptsMax,
    keyHeldFrom: keyHeldFrom(group),
    keySearch: process.masterKey ? durationOf(process.masterKey.searchDays) : null,
    instructDelay: process.supplierInstructsDays ? durationOf(process.supplierInstructsDays) : null,
    epclFrom: Float64Array.from(names, (name) => {
      const entry = scenario.models[name]?.epclEntry ?? null;
      return entry === null ? FOREVER : startOfLondonDate(entry);
    }),
    displayBlockedUntil: displayBlockedUntil(group),
    modelEvents: names.map((name) => modelEvents(scenario, name)),
  };
}

function keyHeldFrom({ population, process: { masterKey } }: Group): number {
  if (population.masterKey === 'unobtainable') return 1;
  return masterKey ? masterKey.missingShare + masterKey.wrongShare : 0;
}

function durationOf(duration: Parameters<typeof outageDurations>[0][number]['duration']): Durations {
  return outageDurations([{ share: 1, duration }]);
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

/** Attempts are made within these hours of the London day. */
export const ATTEMPT_FROM_SECONDS = 8 * HOUR;
export const ATTEMPT_SPAN_SECONDS = 10 * HOUR;

/** The instant, between 08:00 and 18:00 London time, of a fractional day: the fraction places it within the hours. */
export function workingInstant(day: number): Instant {
  const whole = Math.floor(day);
  return londonInstant(whole, ATTEMPT_FROM_SECONDS + Math.floor((day - whole) * ATTEMPT_SPAN_SECONDS));
}

/** A fractional day that keeps its hour of the day but does not lie before an instant. */
export function later(day: number, instant: Instant): number {
  const fraction = day - Math.floor(day);
  const earliest = londonDay(Math.ceil(instant)) + 1 + fraction;
  return earliest > day ? earliest : day;
}
