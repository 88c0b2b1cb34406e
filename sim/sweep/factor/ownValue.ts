import { parsePath, type Path } from '../../../src/document/path.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Scenario } from '../../scenario/schema.ts';

/** The parts of a scenario that a factor may read. */
export interface OwnValues {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
}

/** Parses the path of a setting. The part after `amendments.` is a path into the rule set. */
export function settingPathOf(text: string): Path | undefined {
  return parsePath(text);
}

/**
 * The value at a path of a resolved scenario, or of its rules below `amendments.`; undefined if there is none. A clause is
 * named by its category, and a reading by its name alone.
 */
export function ownValue(path: Path, { scenario, rules }: OwnValues): unknown {
  if (path[0] !== 'amendments') return valueAt(scenario, path);
  const rest = path.slice(1);
  if (rest[0] === 'clauses') {
    const clause = rules.clauses.find(({ category }) => category === rest[1]);
    return valueAt(clause, rest.slice(2));
  }
  const direct = valueAt(rules, rest);
  return direct === undefined && rest.length === 1 ? valueAt(rules.readings, rest) : direct;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    return (at as Record<string | number, unknown>)[part];
  }, root);
}

/** Every path that matches a pattern. `*` stands for each name of an object and for each position of a list. */
export function expandPath(pattern: Path, own: OwnValues): readonly Path[] {
  let found: readonly Path[] = [[]];
  for (const part of pattern) {
    found = found.flatMap((path) => {
      if (part !== '*') return [[...path, part]];
      const here = ownValue(path, own);
      if (Array.isArray(here)) return here.map((_, i) => [...path, i]);
      return typeof here === 'object' && here !== null ? Object.keys(here).map((name) => [...path, name]) : [];
    });
  }
  // A star also matches names that lack the rest of the path: a dead link class has no upDaysMean. They are left out.
  return pattern.includes('*') ? found.filter((path) => ownValue(path, own) !== undefined) : found;
}
