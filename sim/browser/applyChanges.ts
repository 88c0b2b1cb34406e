import { formatPath, parsePath, type Path } from '../../src/document/path.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { fillRemainder } from '../scenario/resolve.ts';
import { numberFaults } from '../scenario/numberChecks.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { WhatIfChange, WhatIfTask } from './protocol.ts';

export type Changed =
  | { readonly ok: true; readonly scenario: Scenario; readonly rules: RuleSet }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * The task's scenario and rules with the changes in place, as `--set` would put them. Fields are those that the task has;
 * what the changed scenario cannot be is said in words.
 */
export function applyChanges({ scenario, rules }: WhatIfTask, changes: readonly WhatIfChange[]): Changed {
  const changed: { scenario: Scenario; rules: RuleSet } = structuredClone({ scenario, rules });
  const problems: string[] = [];
  for (const { path, value } of changes) {
    if (!place(changed, path, value)) problems.push(`${path}: this page has no such field`);
  }
  const { wan, han } = changed.scenario.links;
  for (const profile of [...Object.values(wan), ...Object.values(han)]) {
    fillRemainder(profile.classes);
  }
  problems.push(
    ...numberFaults(changed.scenario).map(({ path, expected }) => `${formatPath(path)}: expected ${expected}`),
  );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, ...changed };
}

/** Puts a value in the place of another. Amendments of clauses go by the clause's category. */
function place({ scenario, rules }: { scenario: Scenario; rules: RuleSet }, text: string, value: unknown): boolean {
  const amendment = /^amendments\.(.+)$/.exec(text)?.[1];
  const path = parsePath(amendment ?? text);
  if (path === undefined) return false;
  if (amendment === undefined) return replace(scenario, path, value);
  const [first, category, ...rest] = path;
  if (first !== 'clauses') return replace(rules.readings, path.length === 1 ? path : path.slice(1), value);
  return replace(
    rules.clauses.find((clause) => clause.category === category),
    rest,
    value,
  );
}

function replace(root: unknown, path: Path, value: unknown): boolean {
  const holder = path.slice(0, -1).reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], root); // prettier-ignore
  const last = path.at(-1);
  if (typeof holder !== 'object' || holder === null || last === undefined || !(last in holder)) return false;
  (holder as Record<string | number, unknown>)[last] = value;
  return true;
}
