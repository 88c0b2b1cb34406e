import { AREA_MAX, AREA_MIN } from '../../src/installation/identifiers.ts';
import { COHORT_OF_GROUP_ID } from '../../src/installation/cohort.ts';
import { nearest } from '../../src/document/nearest.ts';
import type { FieldFault as Fault } from '../../src/document/fieldFault.ts';
import type { Path } from '../../src/document/path.ts';
import { FAULT_EFFECTS, OBSERVATION_OF_EFFECT } from '../../src/migration/observations.ts';
import { classShares, classTimes, classUpTimes, sumsToOne } from '../world/profile/linkChecks.ts';
import { STEPS } from '../../src/migration/steps.ts';
import { parseDate } from '../../src/time.ts';
import { ENDS } from './ends.ts';
import type { LinkClass } from '../world/profile/linkSchema.ts';
import type { Curve, Scenario } from './schema.ts';

export type { FieldFault as Fault } from '../../src/document/fieldFault.ts';

type Check = (scenario: Scenario) => Iterable<Fault>;

/** The most installations that a run keeps in memory. */
const INSTALLATIONS_MAX = 50_000_000;
/** The most operators or hub models that have their own dice for the outages they share. */
const MEMBERS_MAX = 4096;
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
  outages,
  observableEffects,
  groupIds,
  endLabels,
};

export function scenarioFaults(scenario: Scenario): readonly Fault[] {
  return Object.values(CHECKS).flatMap((check) => [...check(scenario)]);
}

function* sizes({ populations, operators, hubModels }: Scenario): Iterable<Fault> {
  let total = 0;
  for (const population of Object.values(populations)) total += population.installations;
  if (total > INSTALLATIONS_MAX)
    yield { path: ['populations'], found: `${total} installations together`, expected: `at most ${INSTALLATIONS_MAX}` };
  if (total === 0) yield { path: ['populations'], found: 'no installation', expected: 'at least one installation' };
  for (const [name, { length }] of Object.entries({
    operators: Object.keys(operators),
    hubModels: Object.keys(hubModels),
  }))
    if (length > MEMBERS_MAX) yield { path: [name], found: `${length} names`, expected: `at most ${MEMBERS_MAX}` };
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

/** Checks durations. A process that a population starts needs a duration, and there is no default. */
function* neededDurations(scenario: Scenario): Iterable<Fault> {
  for (const [name, row] of Object.entries(scenario.populations)) {
    const process = scenario.process[row.cohort];
    const at = ['populations', name];
    if (row.masterKey === 'unobtainable' && process && !process.masterKey)
      yield {
        path: [...at, 'masterKey'],
        expected: 'a search that ends',
        mend: `Add process.${row.cohort}.masterKey.searchDays.`,
      };
    if (row.supplierInstructs > 0 && process && !process.supplierInstructsDays)
      yield {
        path: [...at, 'supplierInstructs'],
        expected: 'a time that an instruction takes',
        mend: `Add process.${row.cohort}.supplierInstructsDays.`,
      };
    const prepares = process?.preparation !== undefined && row.dormancy !== 'active';
    if (prepares && scenario.entryCurves[row.entry] && !scenario.entryCurves[row.entry]?.firstInstruction)
      yield {
        path: [...at, 'entry'],
        expected: 'a curve with firstInstruction, since Dormant installations of the cohort are prepared',
        mend: `Add entryCurves.${row.entry}.firstInstruction.`,
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

function* shares(scenario: Scenario): Iterable<Fault> {
  for (const name of ['operators', 'hubModels', 'suppliers'] as const)
    yield* sumsToOne(Object.values(scenario[name]), [name]);
  for (const [name, population] of Object.entries(scenario.populations))
    if (population.models) yield* sumsToOne(Object.values(population.models), ['populations', name, 'models']);
  for (const [name, fault] of Object.entries(scenario.faults))
    if (fault.kind === 'persistent' && 'classes' in fault.success)
      yield* sumsToOne(fault.success.classes.map((row) => row.share), ['faults', name, 'success', 'classes']); // prettier-ignore
  for (const { path, classes } of classesOf(scenario)) {
    yield* classShares(classes, path);
    for (const [name, row] of Object.entries(classes))
      if (row.down) yield* sumsToOne(row.down.map((part) => part.share), [...path, name, 'down']); // prettier-ignore
  }
}

/** The classes of every link profile. */
function classesOf(scenario: Scenario): readonly { path: Path; classes: Readonly<Record<string, LinkClass>> }[] {
  const { wan, han } = scenario.links;
  return [
    ...Object.entries(wan).map(([name, { classes }]) => ({ path: ['links', 'wan', name, 'classes'], classes })),
    ...Object.entries(han).map(([name, { classes }]) => ({ path: ['links', 'han', name, 'classes'], classes })),
  ];
}

function* curves(scenario: Scenario): Iterable<Fault> {
  for (const [name, curve] of Object.entries(scenario.entryCurves)) {
    for (const of of ['firstInstruction', 'firstAttempt'] as const) {
      const points = curve[of];
      if (!points) continue;
      yield* rises(points, ['entryCurves', name, of]);
      for (const [i, { date }] of points.entries()) {
        if (date < scenario.from)
          yield {
            path: ['entryCurves', name, of, i, 'date'],
            expected: `a date from ${scenario.from} on, the start (from)`,
          };
      }
    }
  }
}

function* rises(curve: Curve, path: Path): Iterable<Fault> {
  for (const [i, point] of curve.entries()) {
    const before = curve[i - 1];
    if (before && before.date >= point.date)
      yield { path: [...path, i, 'date'], expected: `a date after ${before.date}, the point before` };
    if (before && before.share > point.share)
      yield { path: [...path, i, 'share'], expected: `at least ${before.share}: shares are cumulative` };
  }
  const last = curve.length - 1;
  if (curve[last]?.share !== 1)
    yield { path: [...path, last, 'share'], expected: '1 at the last point: shares are of those ever scheduled' };
}

/**
 * The most changes of one kind that a meter is expected to have. A higher number needs another model. This is our
 * assumption.
 */
const CHANGES_EXPECTED_MAX = 6;
const DAYS_A_YEAR = 365.25;

function* changeRates({ changes, from, horizon }: Scenario): Iterable<Fault> {
  const years = ((parseDate(horizon) as number) - (parseDate(from) as number)) / DAYS_A_YEAR;
  const { replacementPerYear: _, ...rates } = changes;
  for (const [name, rate] of Object.entries(rates)) {
    if (rate * years <= CHANGES_EXPECTED_MAX) continue;
    const most = Math.floor((100 * CHANGES_EXPECTED_MAX) / years) / 100;
    yield {
      path: ['changes', name],
      expected: `at most ${most} a year: ${CHANGES_EXPECTED_MAX} changes a meter from ${from} to ${horizon}`,
    };
  }
}

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

function* upTimes(scenario: Scenario): Iterable<Fault> {
  const { from, horizon } = scenario;
  const days = (parseDate(horizon) as number) + 1 - (parseDate(from) as number);
  for (const { path, classes } of classesOf(scenario))
    yield* classUpTimes(classes, path, { days, words: `from ${from} to ${horizon}` });
}

function* outages(scenario: Scenario): Iterable<Fault> {
  for (const [name, outage] of Object.entries(scenario.sharedOutages)) {
    const path = ['sharedOutages', name];
    if (outage.perYear > 0 && outage.duration === undefined)
      yield { path: [...path, 'duration'], expected: `a duration, since perYear is ${outage.perYear}` };
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
