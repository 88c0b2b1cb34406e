/** What a rig file may say, for editors and for people: generated from the schema that checks it. */
import { fieldSection } from '../../../src/document/fieldTable.ts';
import { relaxedSchema } from '../../../src/document/relaxedSchema.ts';
import { RIG_FIELDS } from './rigFileSchema.ts';

/** Defaults that claim something of the world; all are our assumption. */
const CLAIMS = ['schedule.contactHour', 'emulated.sleep.wakeSeconds', 'emulated.sleep.awakeSeconds'];
/** And all beneath these. */
const CLAIMING = ['schedule.preparation', 'schedule.attempts.daysBetween', 'watch.contact.', 'watch.attempt.'];
const noteOfDefault = (path: string): string | undefined =>
  CLAIMS.includes(path) || CLAIMING.some((start) => path.startsWith(start)) ? 'our assumption' : undefined;

/** The JSON Schema (draft 7) of a rig file. */
export function rigJsonSchema(): string {
  return relaxedSchema('A rig of smets1-bench', RIG_FIELDS);
}

/** The same as a table in Markdown: the one of scenarios/README.md. */
export function rigFieldTable(): string {
  return fieldSection('The rig file', RIG_FIELDS, { noteOfDefault });
}
