import { formsOf, type FieldSchema } from '../../src/document/fields.ts';
import type { Path } from '../../src/document/path.ts';
import type { LinkClass } from '../world/profile/linkSchema.ts';
import type { Scenario } from './schema.ts';
import { twelveDecimals } from '../../src/text/twelveDecimals.ts';

/**
 * Brings the scenario into its one form. Named things are in code-unit order: installations are numbered in the order
 * of the populations, so the order of a file must have no effect. The class that takes the remainder gets its share.
 */
export function canonical(scenario: Scenario, fields: FieldSchema): Scenario {
  const sorted = sortNames(scenario, [fields]) as Scenario;
  const { wan, han } = sorted.links;
  for (const profile of [...Object.values(wan), ...Object.values(han)]) fillRemainder(profile.classes);
  return sorted;
}

/** Sorts the names that the user chose. Fields keep the order of the schema. */
function sortNames(value: unknown, fields: readonly FieldSchema[]): unknown {
  const forms = fields.flatMap(formsOf);
  if (Array.isArray(value)) {
    const items = forms.flatMap((form) => (form.items ? [form.items] : []));
    return value.map((item) => sortNames(item, items));
  }
  if (typeof value !== 'object' || value === null) return value;
  const isFixed = forms.some((form) => form.properties !== undefined);
  const entries = Object.entries(value).map(([name, item]) => [name, sortNames(item, stepInto(forms, name))] as const);
  return Object.fromEntries(isFixed ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function stepInto(forms: readonly FieldSchema[], name: string): readonly FieldSchema[] {
  return forms.flatMap(({ properties, additionalProperties }) => {
    if (properties && Object.hasOwn(properties, name)) return [properties[name] as FieldSchema];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  });
}

/** Gives the one class of a profile that names no share the remainder of 1. */
export function fillRemainder(classes: Record<string, LinkClass>): void {
  const rows = Object.values(classes);
  const open = rows.filter((row) => row.share === undefined);
  const [only] = open;
  if (open.length !== 1 || only === undefined) return; // the checks report a profile with another number of open classes
  const given = rows.reduce((sum, row) => sum + (row.share ?? 0), 0);
  if (given > 1) return;
  only.share = twelveDecimals(1 - given);
}

/** A copy without the values at the given paths. */
export function withoutPaths(value: unknown, paths: readonly Path[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const path of paths) {
    const around = path
      .slice(0, -1)
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], copy);
    const last = path.at(-1);
    if (last !== undefined && typeof around === 'object' && around !== null && !Array.isArray(around))
      delete (around as Record<string, unknown>)[last];
  }
  return copy;
}
