import type { Files } from '../document/files.ts';
import { readLayers } from '../document/layers.ts';
import { nearest } from '../document/nearest.ts';
import type { Problem } from '../document/problem.ts';
import { parseSetting, type Setting } from '../document/settings.ts';
import { treeAt, type Tree } from '../document/tree.ts';
import type { Instant } from '../time.ts';
import { amendTree, builtInTree, rulePath, RULES_MERGE, ruleSetOfTree } from './amend.ts';
import { IN_FORCE, RULE_SETS, ruleSetInForce } from './builtInRules.ts';
import type { RuleSet } from './ruleset.ts';

/** A rule set with the files that it came from, or everything that is wrong with it. */
export type ResolvedRules =
  | { readonly ok: true; readonly rules: RuleSet; readonly sources: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface ResolveOptions {
  /** `reading=value` or `path=value`, in order. */
  readonly setRule?: readonly string[];
  /** Amendments with positions of their own; they come before `setRule`. */
  readonly amendments?: readonly (Setting | Problem)[];
  /** Only `in-force` depends on it. */
  readonly asOf: Instant;
  readonly files: Files;
}

/** The rule set that a name, a file or `in-force` means, with what-ifs put upon it; or all that is wrong. */
export function resolveRules(name: string, options: ResolveOptions): ResolvedRules {
  const base = baseTree(name, options);
  const settings = [
    ...(options.amendments ?? []),
    ...(options.setRule ?? []).map((text) => parseSetting(text, { flag: '--set-rule', toPath: rulePath })),
  ];
  if (base.tree === undefined) return { ok: false, problems: base.problems };
  const amended = amendTree(base.tree, settings);
  const problems = [...base.problems, ...amended.problems];
  if (!base.complete) return { ok: false, problems };
  // A file that borrows the name of what it extends would pass for it in every output.
  const named = treeAt(base.tree, ['name']);
  const isUnnamed = base.files.length > 0 && named !== undefined && named.position.file !== base.files[0];
  if (isUnnamed) problems.push({ ...UNNAMED, file: base.files[0] as string });
  const result = ruleSetOfTree(amended.tree);
  if (!result.ok) problems.push(...result.problems.filter(({ path }) => !(isUnnamed && path === 'name')));
  return result.ok && problems.length === 0
    ? { ok: true, rules: result.rules, sources: base.files }
    : { ok: false, problems };
}

const UNNAMED: Problem = {
  file: '',
  line: 1,
  column: 1,
  path: 'name',
  found: 'nothing',
  expected: 'a name of its own, other than that of the rule set it extends',
};

interface Base {
  readonly tree: Tree | undefined;
  readonly complete: boolean;
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/** A name with a slash or an ending is a file; anything else must be a name we ship. */
export function isRulesFile(name: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/i.test(name);
}

function baseTree(name: string, { asOf, files }: ResolveOptions): Base {
  const builtIn = name === IN_FORCE ? ruleSetInForce(asOf) : RULE_SETS.find((rules) => rules.name === name);
  if (builtIn) return { tree: builtInTree(builtIn), complete: true, files: [], problems: [] };
  if (isRulesFile(name)) return readLayers({ path: name, files, merge: RULES_MERGE, builtIn: shipped });
  const names = [...RULE_SETS.map((rules) => rules.name), IN_FORCE];
  const near = nearest(name, names);
  const problem: Problem = {
    file: name,
    line: 0,
    column: 0,
    path: '',
    found: 'no rule set of this name',
    expected: `one of ${names.join(', ')}, or the path of a .yaml file`,
    ...(near === undefined ? {} : { nearest: near }),
  };
  return { tree: undefined, complete: false, files: [], problems: [problem] };
}

function shipped(name: string): Tree | undefined {
  const rules = RULE_SETS.find((row) => row.name === name);
  return rules && builtInTree(rules);
}
