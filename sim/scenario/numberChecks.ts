import type { FieldFault as Fault } from '../../src/document/fieldFault.ts';
import type { Path } from '../../src/document/path.ts';
import { parseDate } from '../../src/time.ts';
import { classShares, classUpTimes, sumsToOne } from '../world/profile/linkChecks.ts';
import type { LinkClass } from '../world/profile/linkSchema.ts';
import type { Curve, Scenario } from './schema.ts';

/**
 * Checks across fields that a change of a number can break. A report page changes numbers alone, so it makes these checks and
 * no other. Each check is pure and looks at the whole scenario.
 */

export type { FieldFault as Fault } from '../../src/document/fieldFault.ts';

/** The most installations that a run keeps in memory. */
const INSTALLATIONS_MAX = 50_000_000;
/** The most operators or hub models that have their own dice for the outages they share. */
const MEMBERS_MAX = 4096;

/** The faults that a change of numbers can have brought into a scenario that had none. */
export function numberFaults(scenario: Scenario): readonly Fault[] {
  const checks = [sizes, neededDurations, shares, curves, changeRates, upTimes, outageDurations];
  return checks.flatMap((check) => [...check(scenario)]);
}

export function* sizes({ populations, operators, hubModels }: Scenario): Iterable<Fault> {
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

/** Checks durations. A process that a population starts needs a duration, and there is no default. */
export function* neededDurations(scenario: Scenario): Iterable<Fault> {
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

export function* shares(scenario: Scenario): Iterable<Fault> {
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
export function classesOf(scenario: Scenario): readonly { path: Path; classes: Readonly<Record<string, LinkClass>> }[] {
  const { wan, han } = scenario.links;
  return [
    ...Object.entries(wan).map(([name, { classes }]) => ({ path: ['links', 'wan', name, 'classes'], classes })),
    ...Object.entries(han).map(([name, { classes }]) => ({ path: ['links', 'han', name, 'classes'], classes })),
  ];
}

export function* curves(scenario: Scenario): Iterable<Fault> {
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

export function* changeRates({ changes, from, horizon }: Scenario): Iterable<Fault> {
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

/** Finds up times that are so short that a link would have more outages than a run keeps. */
export function* upTimes(scenario: Scenario): Iterable<Fault> {
  const { from, horizon } = scenario;
  const days = (parseDate(horizon) as number) + 1 - (parseDate(from) as number);
  for (const { path, classes } of classesOf(scenario))
    yield* classUpTimes(classes, path, { days, words: `from ${from} to ${horizon}` });
}

export function* outageDurations({ sharedOutages }: Scenario): Iterable<Fault> {
  for (const [name, { perYear, duration }] of Object.entries(sharedOutages))
    if (perYear > 0 && duration === undefined)
      yield { path: ['sharedOutages', name, 'duration'], expected: `a duration, since perYear is ${perYear}` };
}
