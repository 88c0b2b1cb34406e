/** Checks across the fields of a fleet file. What a group shares with a rig file is checked as a rig file is. */
import type { FieldFault } from '../../src/document/fieldFault.ts';
import { nearest } from '../../src/document/nearest.ts';
import type { Path } from '../../src/document/path.ts';
import { DAY, formatInstant, INSTANT_MAX } from '../../src/time.ts';
import { classShares, classTimes, classUpTimes, sumsToOne } from '../../sim/world/profile/linkChecks.ts';
import type { LinkClass } from '../../sim/world/profile/linkSchema.ts';
import { rigFaults } from '../rig/file/rigFileChecks.ts';
import { attemptsWithin, clockOfFleet, groupRig, startOf } from './fleetSetup.ts';
import { INSTALLATIONS_MAX, type FleetDocument, type FleetGroup } from './fleetSchema.ts';

export function fleetFaults(document: FleetDocument): readonly FieldFault[] {
  return [
    ...sizeFaults(document),
    ...calendarFaults(document),
    ...profileFaults(document),
    ...Object.entries(document.groups).flatMap(([name, group]) => [...groupFaults(document, name, group)]),
    ...Object.entries(document.attached).flatMap(([name, { attempts }]) => [
      ...spacingFaults(attempts, document, ['attached', name, 'attempts']),
    ]),
  ];
}

function* sizeFaults({ groups, attached }: FleetDocument): Iterable<FieldFault> {
  const total = Object.values(groups).reduce((sum, { installations }) => sum + installations, 0);
  if (total > INSTALLATIONS_MAX)
    yield { path: ['groups'], found: `${total} installations together`, expected: `at most ${INSTALLATIONS_MAX}` };
  if (total === 0 && Object.keys(attached).length === 0)
    yield { path: ['groups'], found: 'no installation', expected: 'a group, or an attached installation' };
}

function* calendarFaults(document: FleetDocument): Iterable<FieldFault> {
  const { start, days } = document;
  if (clockOfFleet(document) === 'wall') {
    if (start !== undefined)
      yield { path: ['start'], expected: 'nothing: with clock wall the calendar begins when the fleet is started' };
    return;
  }
  if (startOf(document, 0) + days * DAY > INSTANT_MAX)
    yield { path: ['days'], expected: `a calendar that ends by ${formatInstant(INSTANT_MAX)}` };
}

function* profileFaults({ links, days }: FleetDocument): Iterable<FieldFault> {
  for (const link of ['wan', 'han'] as const)
    for (const [name, { classes }] of Object.entries<FleetDocument['links']['wan' | 'han'][string]>(links[link])) {
      const path: Path = ['links', link, name, 'classes'];
      yield* classShares(classes, path);
      yield* partShares(classes, path);
      yield* classTimes(classes, path);
      yield* classUpTimes(classes, path, { days, words: `in ${days} days` });
    }
}

function* partShares(classes: Readonly<Record<string, LinkClass>>, path: Path): Iterable<FieldFault> {
  for (const [name, { down }] of Object.entries(classes))
    if (down) yield* sumsToOne(down.map(({ share }) => share), [...path, name, 'down']); // prettier-ignore
}

/** Where the sections of a group's rig document stand in the fleet file. */
const SECTIONS: Readonly<Record<string, string>> = { schedule: '', headEnds: '' };

function* groupFaults(document: FleetDocument, name: string, group: FleetGroup): Iterable<FieldFault> {
  const path: Path = ['groups', name];
  for (const link of ['wan', 'han'] as const) {
    const asked = group[link];
    if (asked !== undefined) yield* unknownProfile(Object.keys(document.links[link]), asked, [...path, link]);
  }
  const { electricity, gas } = group.installation;
  const points: readonly [Path, string | undefined][] = [
    [[...path, 'installation', 'electricity', 'mpan'], electricity.mpan],
    [[...path, 'installation', 'gas', 'mprn'], gas === false ? undefined : gas.mprn],
  ];
  for (const [at, point] of points)
    if (point !== undefined) yield { path: at, expected: 'nothing: each installation has a meter point of its own' };
  if (gas === false && group.han !== undefined)
    yield { path: [...path, 'han'], expected: 'nothing: the installations have no gas meter' };
  yield* spacingFaults(group.attempts, document, [...path, 'attempts']);
  for (const { path: at, ...fault } of rigFaults(groupRig(document, group))) {
    const [first, ...rest] = at;
    yield { ...fault, path: first !== undefined && first in SECTIONS ? [...path, ...rest] : [...path, ...at] };
  }
}

function* unknownProfile(known: readonly string[], asked: string, path: Path): Iterable<FieldFault> {
  if (known.includes(asked)) return;
  const near = nearest(asked, known);
  const listed = known.length === 0 ? 'it has none' : known.join(', ');
  yield {
    path,
    expected: `a name of links.${String(path.at(-1))} (${listed})`,
    ...(near !== undefined && { nearest: near }),
  };
}

/** The most attempts of one installation, as in a rig file. */
const ATTEMPTS_MAX = 100;

function* spacingFaults(attempts: FleetGroup['attempts'], document: FleetDocument, path: Path): Iterable<FieldFault> {
  if (attemptsWithin(document, attempts) <= ATTEMPTS_MAX) return;
  yield {
    path: [...path, 'daysBetween'],
    expected: `at most ${ATTEMPTS_MAX} attempts in ${document.days} days`,
    mend: 'Give attempts.max, or more days between them.',
  };
}
