import { UsageError } from '../shell/exit.ts';
import { fieldsAt, type FieldSchema } from '../../document/fields.ts';
import { formatPath } from '../../document/path.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { numbersOf } from '../../../sim/browser/formFields.ts';
import type { ScenarioSource, WhatIfField, WhatIfForm, WhatIfKindOfNumber } from '../../../sim/browser/protocol.ts';
import { SCENARIO_FIELDS } from '../../../sim/scenario/schema.ts';
import type { MarkedLeaf } from '../../../sim/scenario/marks.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';

/** The inputs of a form: a resolved scenario, its rules, and its values with their paths. */
export interface WhatIfSource {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly values: readonly ScenarioValue[];
  readonly seed: string;
  readonly command: string;
  /** The texts of the scenario, for a page that changes any field; undefined for one that changes those it lists. */
  readonly source?: ScenarioSource | undefined;
}

/** What a page can change: the fields that it lists, any field, or nothing. */
export type WhatIfKind = 'kernel' | 'full' | 'none';

/**
 * The source of the kind of what-if that was asked for; undefined for none.
 * @throws UsageError for `full` if the scenario has no texts of its own
 */
export function whatIfAsked(kind: WhatIfKind, source: WhatIfSource): WhatIfSource | undefined {
  if (kind === 'none') return undefined;
  if (kind === 'kernel') return { ...source, source: undefined };
  if (source.source !== undefined) return source;
  throw new UsageError('--what-if full: found a scenario that cannot be read in a page, expected one that names its files by relative paths\n  Mend the paths and run it again, or use --what-if kernel.'); // prettier-ignore
}

/** One value of a resolved scenario. */
export interface ScenarioValue {
  readonly path: string;
  readonly value: number | string | boolean | null;
  /** True for a number or a date that makes a claim about the world. */
  readonly isClaim: boolean;
  /** True if neither a file nor `--set` gave the value. */
  readonly isDefault: boolean;
}

/** The values of a loaded scenario, without their positions in files. */
export function valuesOf({ marks }: { readonly marks: readonly MarkedLeaf[] }): readonly ScenarioValue[] {
  return marks.map(({ path, value, isClaim, position }) => ({
    path,
    value,
    isClaim,
    isDefault: position === undefined,
  }));
}

type Profile = Scenario['links']['wan'][string] | Scenario['links']['han'][string];

/** Parts of a scenario that affect no count of the simulation, or that are no numbers to change. */
const NOT_OFFERED = /^(notSimulated|fit|metersPerInstallation|comparison|marks|asOf|replications|format|models)\b/;
/** The most weeks or instructions that a clause can require in a page. */
const AT_LEAST_MAX = 30;

/**
 * The form of a page: the values that can be changed, with the meanings and bounds of the schema, and the data that the
 * worker starts from.
 */
export function whatIfForm({ scenario, rules, values, seed, command, source }: WhatIfSource): WhatIfForm {
  const remainders = new Set(values.filter(isRemainder).map(({ path }) => path));
  const own = withoutRemainders(scenario, remainders);
  return {
    task: {
      scenario: own,
      rules: withoutTexts(rules),
      seed,
      seedWords: seedWords(seed),
      ...(source === undefined ? {} : { source }),
    },
    rules: ruleFields(rules),
    ...numberKinds(own, values),
    command,
  };
}

/** True for the share of a link class that names none and so takes the remainder. */
function isRemainder({ path, isDefault }: ScenarioValue): boolean {
  return isDefault && /^links\.(wan|han)\..*\.classes\..*\.share$/.test(path);
}

/** The scenario without texts, and without the shares that follow from others. */
function withoutRemainders(scenario: Scenario, remainders: ReadonlySet<string>): Scenario {
  const links = structuredClone(scenario.links);
  for (const kind of ['wan', 'han'] as const) {
    for (const [name, profile] of Object.entries<Profile>(links[kind])) {
      const classes: Readonly<Record<string, { share?: number | undefined }>> = profile.classes;
      for (const [id, row] of Object.entries(classes)) {
        if (remainders.has(`links.${kind}.${name}.classes.${id}.share`)) delete row.share;
      }
    }
  }
  return {
    ...scenario,
    marks: [],
    fit: [],
    notSimulated: [],
    links,
  };
}

/** The rules without what only people read: the page shows it in its tables, and the worker computes without it. */
function withoutTexts(rules: RuleSet): RuleSet {
  return {
    ...rules,
    title: '',
    sources: [],
    clauses: rules.clauses.map((clause) => ({ ...clause, clause: '', title: '', text: '', sources: [], kind182: [] })),
  };
}

/** What each number of the scenario means, if it can be changed: a claim about the world that the schema describes. */
function numberKinds(scenario: Scenario, values: readonly ScenarioValue[]): Pick<WhatIfForm, 'kinds' | 'kindOf'> {
  const claims = new Set(values.filter(({ isClaim }) => isClaim).map(({ path }) => path));
  const kinds = new Map<string, number>();
  const kindOf = numbersOf(scenario).map(({ path }): number => {
    const text = formatPath(path);
    const field =
      !claims.has(text) || NOT_OFFERED.test(text) ? undefined : fieldsAt(SCENARIO_FIELDS, path).find(isNumber);
    if (field === undefined) return -1;
    const kind = JSON.stringify({ meaning: field.description ?? '', ...boundsOf(field) });
    if (!kinds.has(kind)) kinds.set(kind, kinds.size);
    return kinds.get(kind) as number;
  });
  return { kinds: [...kinds.keys()].map((kind) => JSON.parse(kind) as WhatIfKindOfNumber), kindOf };
}

function isNumber({ type }: FieldSchema): boolean {
  return type === 'number' || type === 'integer';
}

function boundsOf({ type, minimum, exclusiveMinimum, maximum }: FieldSchema): Partial<WhatIfField> {
  const min = minimum ?? exclusiveMinimum;
  return {
    ...(min === undefined || min < -1e9 ? {} : { min }),
    ...(maximum === undefined || maximum > 1e9 ? {} : { max: maximum }),
    ...(type === 'integer' ? { whole: true } : {}),
  };
}

/** How many failures each clause asks for. The readings stand in a table of the page, from which its script takes them. */
function ruleFields(rules: RuleSet): readonly WhatIfField[] {
  return rules.clauses.flatMap(({ category, clause, title, shows }): WhatIfField[] =>
    shows.type === 'count'
      ? [
          {
            path: `amendments.clauses.${category}.shows.atLeast`,
            group: 'rules: how many failures',
            meaning: `${clause} ${title}: how many ${shows.separation === 'week' ? 'separate weeks' : 'instructions'} must have failed`,
            value: shows.atLeast,
            min: 1,
            max: AT_LEAST_MAX,
            whole: true,
          },
        ]
      : [],
  );
}
