import { RULE_SET_FIELDS, documentOf, ruleSetFaults, ruleSetOf, ruleSetSchema } from './ruleSetSchema.ts';
import { faultProblem } from '../document/fieldFault.ts';
import { LAYER_BUILT_IN, LAYER_SET } from '../document/layers.ts';
import type { MergeOptions } from '../document/merge.ts';
import { nearest } from '../document/nearest.ts';
import { parsePath, type Path } from '../document/path.ts';
import { problemAt, type Position, type Problem } from '../document/problem.ts';
import { applySetting, type Setting } from '../document/settings.ts';
import { foundText, plainOf, positionAt, treeAt, treeOf, type Tree } from '../document/tree.ts';
import { zodProblems } from '../document/zodProblems.ts';
import { READING_NAMES } from '../regulation/readings.ts';
import { IN_FORCE, RULE_SETS } from './builtInRules.ts';
import type { RuleSet } from './ruleset.ts';

export type RulesResult =
  { readonly ok: true; readonly rules: RuleSet } | { readonly ok: false; readonly problems: readonly Problem[] };

/** `shows` is one thing or another: a file that changes its type says all of it. */
export const RULES_MERGE: MergeOptions = { discriminators: ['type'], nullable: ['inForceFrom'] };

/** A shipped rule set as the document that files extend and settings change. */
export function builtInTree(rules: RuleSet): Tree {
  return treeOf(documentOf(rules), { file: rules.name, line: 0, column: 0, layer: LAYER_BUILT_IN });
}

const TOP_FIELDS = Object.keys(RULE_SET_FIELDS.properties ?? {});

/** The name of a reading stands for `readings.<name>`; a misspelt one too, so that the answer names readings. */
export function rulePath(text: string): Path | undefined {
  const path = parsePath(text);
  const [name] = path ?? [];
  if (path?.length !== 1 || typeof name !== 'string' || TOP_FIELDS.includes(name)) return path;
  const meant = READING_NAMES.find((reading) => reading === name) ?? nearest(name, [...READING_NAMES, ...TOP_FIELDS]);
  return meant !== undefined && TOP_FIELDS.includes(meant) ? path : ['readings', name];
}

/** Validates a merged document and turns it into a rule set; all problems at once. */
export function ruleSetOfTree(tree: Tree): RulesResult {
  const parsed = ruleSetSchema.safeParse(plainOf(tree));
  if (!parsed.success) return { ok: false, problems: zodProblems(parsed.error.issues, tree, RULE_SET_FIELDS) };
  const problems = ruleSetFaults(parsed.data).map((fault) => faultProblem(tree, fault));
  if (problems.length > 0) return { ok: false, problems };
  const rules = ruleSetOf(parsed.data);
  const borrowed = borrowedName(rules, tree);
  return borrowed === undefined ? { ok: true, rules } : { ok: false, problems: [borrowed] };
}

/** Rules that differ from a shipped rule set must not bear its name: outputs would say that the law was applied. */
function borrowedName(rules: RuleSet, tree: Tree): Problem | undefined {
  const name = rules.name.toLowerCase();
  const shipped = RULE_SETS.find((row) => row.name.toLowerCase() === name);
  if (name !== IN_FORCE && (shipped === undefined || isSame(rules, shipped))) return undefined;
  return problemAt(positionAt(tree, ['name']), 'name', {
    found: foundText(treeAt(tree, ['name'])),
    expected: 'a name of its own: these rules differ from those that have this name',
  });
}

function isSame(a: RuleSet, b: RuleSet): boolean {
  return a.name === b.name && JSON.stringify(documentOf(a)) === JSON.stringify(documentOf(ruleSetOf(documentOf(b))));
}

/** Puts settings on a document, one after the other; those that have no place are problems. */
export function amendTree(
  tree: Tree,
  settings: readonly (Setting | Problem)[],
): { readonly tree: Tree; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let amended = tree;
  for (const setting of settings) {
    const result = 'tree' in setting ? applySetting(amended, setting, AMENDING) : setting;
    if ('kind' in result) amended = result;
    else problems.push(result);
  }
  if (problems.length > 0 || settings.length === 0) return { tree: amended, problems };
  return { tree: renamed(tree, amended, settings as readonly Setting[]), problems };
}

const AMENDING = { schema: RULE_SET_FIELDS, merge: RULES_MERGE };

/** An amended rule set never passes for the one it came from. */
function renamed(before: Tree, after: Tree, settings: readonly Setting[]): Tree {
  const name = treeAt(after, ['name']);
  if (name?.kind !== 'scalar' || name !== treeAt(before, ['name'])) return after;
  const text = String(name.value);
  if (text.endsWith(AMENDED) || settings.length === 0) return after;
  const tree: Tree = { ...name, value: `${text}${AMENDED}`, text: `${text}${AMENDED}` };
  const result = applySetting(after, { path: ['name'], tree }, AMENDING);
  return 'kind' in result ? result : after;
}
const AMENDED = '+amended';

/** What a what-if is called by: the rule set with values put at paths, or everything that is wrong with them. */
export function amend(
  rules: RuleSet,
  amendments: Readonly<Record<string, unknown>>,
  position: Position = { file: 'amendments', line: 0, column: 0, layer: LAYER_SET },
): RulesResult {
  const settings = Object.entries(amendments).map(([text, value]) => settingOf(text, treeOf(value, position)));
  const { tree, problems } = amendTree(builtInTree(rules), settings);
  if (problems.length > 0) return { ok: false, problems };
  return ruleSetOfTree(tree);
}

/** One amendment of a scenario: the path as it is written there, the value with its place in the file. */
export function settingOf(text: string, tree: Tree): Setting | Problem {
  const path = rulePath(text);
  if (path !== undefined) return { path, tree };
  return problemAt(tree.position, '', {
    found: `${JSON.stringify(text)} as a path`,
    expected: 'a path into the rule set',
    mend: 'For instance clauses.five-retries.shows.atLeast, or the name of a reading.',
  });
}
