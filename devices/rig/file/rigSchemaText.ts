/** Describes rig files for editors and for people. Both texts are generated from the schema that checks the files. */
import { fieldSection } from '../../../src/document/fieldTable.ts';
import { relaxedSchema } from '../../../src/document/relaxedSchema.ts';
import { RIG_FIELDS } from './rigFileSchema.ts';

/** Defaults that make a claim about the world. All are our assumption. */
const CLAIMS = ['schedule.contactHour', 'emulated.sleep.wakeSeconds', 'emulated.sleep.awakeSeconds'];
/** Sections of which all defaults make such a claim. */
const CLAIMING = ['schedule.preparation', 'schedule.attempts.daysBetween', 'watch.contact.', 'watch.attempt.'];
const noteOfDefault = (path: string): string | undefined =>
  CLAIMS.includes(path) || CLAIMING.some((start) => path.startsWith(start)) ? 'our assumption' : undefined;

/** The JSON Schema (draft 7) of a rig file. */
export function rigJsonSchema(): string {
  return relaxedSchema('A rig of smets1-bench', RIG_FIELDS);
}

/** Returns the fields of a rig file as the Markdown table of scenarios/README.md. */
export function rigFieldTable(): string {
  return fieldSection('The rig file', RIG_FIELDS, { noteOfDefault });
}
