import { z } from 'zod';
import { fieldSection, shapeOf, type FieldTableOptions } from '../../src/document/fieldTable.ts';
import type { FieldSchema } from '../../src/document/fields.ts';
import { SCENARIO_FIELDS, SHARED_FORMS } from './schema.ts';

/** The sources of defaults that rest on more than our assumption. */
export const DEFAULT_SOURCES: Readonly<Record<string, string>> = {
  'rules': 'Various 1, 3 November 2021',
  'from': 'Various 1, background; the day of the month is our assumption',
  'horizon': 'Various 1, background: SMETS2 deadline',
  'comparison.dataCut': 'Various 1, its date',
  'metersPerInstallation': 'our inference from meters and installations migrated',
  'links.han.<name>.wakeMinutes': 'press and vendors: about every 30 minutes',
};

/** Fields whose defaults choose a form of output or of dice. They make no claim about the world. */
const NO_CLAIM = ['seed', 'replications', 'asOf', 'fit', 'ends', 'marks', 'amendments'];

/** Every field of a scenario as Markdown: the values it takes, its default, the default's source, and its meaning. */
export function fieldTable(): string {
  const shared = Object.entries(SHARED_FORMS).map(
    ([title, form]) => [title, z.toJSONSchema(form, { target: 'draft-7', io: 'input' }) as FieldSchema] as const,
  );
  const forms = new Map(shared.map(([title, field]) => [shapeOf(field), title]));
  const noteOfDefault: FieldTableOptions['noteOfDefault'] = (path) =>
    NO_CLAIM.includes(path) ? undefined : (DEFAULT_SOURCES[path] ?? 'our assumption');
  const parts = [fieldSection('The file', SCENARIO_FIELDS, { shared: forms, noteOfDefault })];
  for (const [title, field] of shared) {
    const others = new Map([...forms].filter(([, other]) => other !== title));
    parts.push(fieldSection(`What ${title} is`, field, { shared: others, noteOfDefault }));
  }
  return `${parts.join('\n')}`;
}
