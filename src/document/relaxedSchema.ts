/**
 * Makes a JSON Schema for editors. It requires no field and allows null everywhere, because a file that extends another
 * states only what it changes, and null removes a name. The loader reports fields that are missing after merging.
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
    // Once nothing is required, several forms of a union may fit at once, so `oneOf` becomes `anyOf`.
    return [[name === 'oneOf' ? 'anyOf' : name, name === 'default' ? item : relaxed(item)] as const];
  });
  return Object.fromEntries(entries);
}
