import { AREA_MAX, AREA_MIN } from '../../src/installation/identifiers.ts';
import { COHORT_OF_GROUP_ID } from '../../src/installation/cohort.ts';
import { nearest } from '../../src/document/nearest.ts';
import type { Path } from '../../src/document/path.ts';
import { FAULT_EFFECTS, OBSERVATION_OF_EFFECT } from '../../src/migration/observations.ts';
import { STEPS } from '../../src/migration/steps.ts';
import { classTimes } from '../world/profile/linkChecks.ts';
import { parseDate } from '../../src/time.ts';
import { ENDS } from './ends.ts';
import {
  changeRates,
  classesOf,
  curves,
  neededDurations,
  outageDurations,
  shares,
  sizes,
  upTimes,
  type Fault,
} from './numberChecks.ts';
import type { Scenario } from './schema.ts';

type Check = (scenario: Scenario) => Iterable<Fault>;

/** The most names that a message lists. */
const NAMES_SHOWN = 12;

/** Every check across fields, by its subject. Each check is pure and looks at the whole scenario. */
const CHECKS: Readonly<Record<string, Check>> = {
  sizes,
  populationReferences,
  neededDurations,
  otherReferences,
  shares,
  curves,
  dates,
  changeRates,
  linkClasses,
  upTimes,
  outageDurations,
  datedOutages,
  observableEffects,
  groupIds,
  endLabels,
};

export function scenarioFaults(scenario: Scenario): readonly Fault[] {
  return Object.values(CHECKS).flatMap((check) => [...check(scenario)]);
}

/** A fault if `name` is not defined elsewhere in the scenario. */
function unknownName(known: object, name: string, path: Path, where: string): Fault[] {
  if (Object.hasOwn(known, name)) return [];
  const names = Object.keys(known);
  const near = nearest(name, names);
  const listed = names.length === 0 ? 'it has none' : names.slice(0, NAMES_SHOWN).join(', ');
  return [{ path, expected: `a name of ${where} (${listed})`, ...(near === undefined ? {} : { nearest: near }) }];
}

function* populationReferences(scenario: Scenario): Iterable<Fault> {
  for (const [name, row] of Object.entries(scenario.populations)) {
    const at = ['populations', name];
    yield* unknownName(scenario.entryCurves, row.entry, [...at, 'entry'], 'entryCurves');
    yield* unknownName(scenario.links.wan, row.wan, [...at, 'wan'], 'links.wan');
    yield* unknownName(scenario.links.han, row.han, [...at, 'han'], 'links.han');
    for (const model of Object.keys(row.models ?? {}))
      yield* unknownName(scenario.models, model, [...at, 'models', model], 'models');
    if (scenario.process[row.cohort] === undefined)
      yield {
        path: [...at, 'cohort'],
        expected: 'a cohort that has a process',
        mend: `Add process.${row.cohort}, or give the population another cohort.`,
      };
  }
}

function* otherReferences(scenario: Scenario): Iterable<Fault> {
  for (const [i, row] of scenario.notSimulated.entries())
    if (row.migratedBy !== undefined)
      yield* unknownName(scenario.entryCurves, row.migratedBy, ['notSimulated', i, 'migratedBy'], 'entryCurves');
  const used = new Set(Object.values(scenario.populations).map((population) => population.cohort));
  for (const [name, fault] of Object.entries(scenario.faults)) {
    for (const [i, population] of (fault.populations ?? []).entries())
      yield* unknownName(scenario.populations, population, ['faults', name, 'populations', i], 'populations');
    for (const [i, cohort] of (fault.cohorts ?? []).entries())
      if (!used.has(cohort))
        yield {
          path: ['faults', name, 'cohorts', i],
          expected: `a cohort of the populations (${[...used].join(', ')})`,
        };
  }
  for (const [name, outage] of Object.entries(scenario.sharedOutages)) {
    const members = MEMBERS[outage.by](scenario);
    for (const [i, member] of (outage.members === 'all' ? [] : (outage.members ?? [])).entries())
      yield* unknownName(members.known, member, ['sharedOutages', name, 'members', i], members.where);
    for (const [i, operator] of (outage.operators ?? []).entries())
      yield* unknownName(scenario.operators, operator, ['sharedOutages', name, 'operators', i], 'operators');
  }
}

const NAMES_OF = { operator: 'operators', hubModel: 'hub models', area: 'areas' } as const;

const AREAS = Object.fromEntries(Array.from({ length: AREA_MAX - AREA_MIN + 1 }, (_, i) => [String(AREA_MIN + i), 1]));

const MEMBERS: Readonly<
  Record<Scenario['sharedOutages'][string]['by'], (scenario: Scenario) => { known: object; where: string }>
> = {
  operator: ({ operators }) => ({ known: operators, where: 'operators' }),
  hubModel: ({ hubModels }) => ({ known: hubModels, where: 'hubModels' }),
  area: () => ({ known: AREAS, where: 'the distribution areas, the first two digits of an MPAN' }),
};

function* dates(scenario: Scenario): Iterable<Fault> {
  yield* knownDates(scenario, []);
  if (scenario.horizon <= scenario.from) yield { path: ['horizon'], expected: `a date after from, ${scenario.from}` };
  for (const [i, asOf] of scenario.asOf.entries())
    if (asOf < scenario.from || asOf > scenario.horizon)
      yield { path: ['asOf', i], expected: `a date from ${scenario.from} to the horizon, ${scenario.horizon}` };
  const spans: [Path, { from?: string | undefined; to?: string | undefined }][] = [
    ...Object.entries(scenario.faults).map(([name, fault]): [Path, typeof fault] => [['faults', name], fault]),
    ...Object.entries(scenario.plannedMaintenance).map(([name, row]): [Path, typeof row] => [['plannedMaintenance', name], row]), // prettier-ignore
    ...Object.entries(scenario.sharedOutages).flatMap(([name, outage]) =>
      outage.dated.map((row, i): [Path, typeof row] => [['sharedOutages', name, 'dated', i], row]),
    ),
  ];
  for (const [path, { from, to }] of spans)
    if (from !== undefined && to !== undefined && to < from)
      yield { path: [...path, 'to'], expected: `a date not before from, ${from}` };
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** Checks dates. The calendar covers 2012 to 2037. Names and notes that look like dates are not checked. */
function* knownDates(value: unknown, path: Path): Iterable<Fault> {
  if (path.length === 1 && ['marks', 'amendments', 'title', 'name', 'seed', 'fit', 'ends'].includes(String(path[0])))
    return;
  if (typeof value === 'string') {
    if (DATE.test(value) && parseDate(value) === undefined)
      yield { path, expected: 'a date from 2012-01-01 to 2037-12-31' };
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* knownDates(item, [...path, i]);
  } else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) yield* knownDates(item, [...path, name]);
}

function* linkClasses(scenario: Scenario): Iterable<Fault> {
  for (const { path, classes } of classesOf(scenario)) yield* classTimes(classes, path);
}

function* datedOutages(scenario: Scenario): Iterable<Fault> {
  for (const [name, outage] of Object.entries(scenario.sharedOutages)) {
    const path = ['sharedOutages', name];
    if (outage.dated.length > 0 && outage.members === undefined) {
      const names = Object.keys(MEMBERS[outage.by](scenario).known).slice(0, NAMES_SHOWN).join(', ');
      yield {
        path: [...path, 'members'],
        expected: `which ${NAMES_OF[outage.by]} the dated outages take down`,
        mend: `Add sharedOutages.${name}.members: a list of ${names}; or all.`,
      };
    }
    for (const [i, { to, days }] of outage.dated.entries())
      if ((to === undefined) === (days === undefined))
        yield {
          path: [...path, 'dated', i],
          found: to === undefined ? 'neither to nor days' : 'both to and days',
          expected: 'either to, the last day, or days, how long it lasts',
        };
  }
}

/** Finds effects that a step cannot show. Such an effect has no code: the table of steps decides (src/migration). */
function* observableEffects(scenario: Scenario): Iterable<Fault> {
  for (const [name, fault] of Object.entries(scenario.faults)) {
    if (fault.kind !== 'persistent') continue;
    const { codes } = STEPS[fault.step];
    const shown = FAULT_EFFECTS.filter((effect) => Object.hasOwn(codes, OBSERVATION_OF_EFFECT[effect]));
    if (!shown.includes(fault.effect))
      yield { path: ['faults', name, 'effect'], expected: `what ${fault.step} can show: ${shown.join(', ')}` };
  }
}

function* groupIds(scenario: Scenario): Iterable<Fault> {
  for (const [name, { groupId, cohort }] of Object.entries(scenario.populations)) {
    const known = Object.hasOwn(COHORT_OF_GROUP_ID, groupId) ? COHORT_OF_GROUP_ID[groupId] : undefined;
    if (known !== undefined && known !== cohort)
      yield { path: ['populations', name, 'groupId'], expected: `a GroupID of ${cohort}: ${groupId} is ${known}` };
  }
}

const END_NAMES = Object.fromEntries(ENDS.flatMap((end) => [end, end.split(':')[0] as string]).map((end) => [end, 1]));

function* endLabels({ ends }: Scenario): Iterable<Fault> {
  for (const end of Object.keys(ends)) yield* unknownName(END_NAMES, end, ['ends', end], 'ends of an installation');
}
