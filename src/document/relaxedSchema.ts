/**
 * A JSON Schema for editors. A file that extends another says only what it changes, and a null takes a name away: so nothing
 * is required here, and what is missing after merging is the loader's to say.
 */
export function relaxedSchema(title: string, fields: object): string {
  const { $schema, ...rest } = relaxed(fields) as Record<string, unknown>;
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

function relaxed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relaxed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, item]) => {
    if (name === 'required' && Array.isArray(item)) return [];
    // Without what they require, several forms of a union may fit at once.
    return [[name === 'oneOf' ? 'anyOf' : name, name === 'default' ? item : relaxed(item)] as const];
  });
  return Object.fromEntries(entries);
}
