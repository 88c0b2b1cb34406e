/** What `check schema` can print: the names stand apart, so that no schema is made for a list of names. */
export const SCHEMA_NAMES = ['engine', 'head-end', 'case'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];
