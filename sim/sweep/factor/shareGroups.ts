import { formatPath, type Path } from '../../../src/document/path.ts';
import { expandPath, ownValue, type OwnValues } from './ownValue.ts';

/** A value and the path at which it is set. */
export interface PathValue {
  readonly path: Path;
  readonly value: unknown;
}

/** Writes a value and its path as a setting, `path=value`. The value is JSON, which means the same in YAML. */
export function settingText({ path, value }: PathValue): string {
  return `${formatPath(path)}=${JSON.stringify(value)}`;
}

/** The patterns of shares that must sum to 1. Each pattern is a group, and its last `*` stands for the members. */
const GROUPS: readonly Path[] = [
  ['operators', '*'],
  ['hubModels', '*'],
  ['suppliers', '*'],
  ['populations', '*', 'models', '*'],
  ['links', 'wan', '*', 'classes', '*', 'share'],
  ['links', 'han', '*', 'classes', '*', 'share'],
  ['links', 'wan', '*', 'classes', '*', 'down', '*', 'share'],
  ['links', 'han', '*', 'classes', '*', 'down', '*', 'share'],
  ['faults', '*', 'success', 'classes', '*', 'share'],
];

const SUM_TOLERANCE = 1e-12;

/**
 * The values that must change when shares of a group are set: the other members keep their proportions and share the
 * remainder of 1. No value is needed for a group with a member that has no share, because the loader gives it the remainder.
 * @param isWritten false for the member that takes the remainder
 */
export function followingShares(
  set: readonly PathValue[],
  own: OwnValues,
  isWritten: (path: Path) => boolean,
): readonly PathValue[] {
  const done = new Set<string>();
  return set.flatMap(({ path }) => {
    const pattern = GROUPS.find((group) => matches(group, path));
    if (pattern === undefined) return [];
    const star = pattern.lastIndexOf('*');
    const members = expandPath([...path.slice(0, star), '*', ...path.slice(star + 1)], own);
    const group = path.slice(0, star).join('\n');
    if (done.has(group) || members.some((member) => !isWritten(member))) return [];
    done.add(group);
    return rescaled(members, set, own);
  });
}

/** True if a path is a share that must sum to 1 with others. */
export function isShareOfGroup(path: Path): boolean {
  return GROUPS.some((group) => matches(group, path));
}

function matches(pattern: Path, path: Path): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === '*' || part === path[i]);
}

function rescaled(members: readonly Path[], set: readonly PathValue[], own: OwnValues): readonly PathValue[] {
  const given = new Map(set.map(({ path, value }) => [path.join('\n'), value]));
  const isSet = (path: Path): boolean => given.has(path.join('\n'));
  const others = members.filter((path) => !isSet(path));
  const total = (paths: readonly Path[], value: (path: Path) => unknown): number =>
    paths.reduce((sum, path) => sum + Number(value(path)), 0);
  const left = 1 - total(members.filter(isSet), (path) => given.get(path.join('\n')));
  const before = total(others, (path) => ownValue(path, own));
  // If there is no remainder, or no other member, the checks of the scenario find the fault.
  if (others.length === 0 || before <= 0 || left < 0 || Math.abs(left - before) < SUM_TOLERANCE) return [];
  return others.map((path) => ({ path, value: ((ownValue(path, own) as number) * left) / before }));
}
