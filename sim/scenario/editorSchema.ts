import { relaxedSchema } from '../../src/document/relaxedSchema.ts';
import { SCENARIO_FIELDS } from './schema.ts';

/** The scenario's JSON Schema (draft 7) for editors. */
export function editorSchema(): string {
  return relaxedSchema('A scenario of smets1-bench', SCENARIO_FIELDS);
}
