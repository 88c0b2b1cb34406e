/** Describes fleet files for editors and for people. Both texts are generated from the schema that checks the files. */
import { fieldSection } from '../../src/document/fieldTable.ts';
import { relaxedSchema } from '../../src/document/relaxedSchema.ts';
import { FLEET_FIELDS } from './fleetSchema.ts';

/** Sections of which all defaults make a claim about the world. All are our assumption. */
const CLAIMING = ['contacts.', 'headEnd.connections', 'headEnd.lateSeconds', '.preparation.', '.attempts.'];
const noteOfDefault = (path: string): string | undefined =>
  CLAIMING.some((part) => path.includes(part)) ? 'our assumption' : undefined;

/** The JSON Schema (draft 7) of a fleet file. */
export function fleetJsonSchema(): string {
  return relaxedSchema('A fleet of smets1-bench', FLEET_FIELDS);
}

/** Returns the fields of a fleet file as the Markdown list of scenarios/README.md. */
export function fleetFieldTable(): string {
  return fieldSection('The fleet file', FLEET_FIELDS, { noteOfDefault });
}
