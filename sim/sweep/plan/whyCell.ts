/** One place in which two cells differ. */
export interface Difference {
  readonly path: string;
  readonly here: unknown;
  readonly there: unknown;
}

/** Every place in which two plain values differ, the innermost ones. */
export function differingPaths(here: unknown, there: unknown, path = ''): readonly Difference[] {
  if (isMap(here) && isMap(there)) {
    const names = [...new Set([...Object.keys(here), ...Object.keys(there)])].sort();
    return names.flatMap((name) => differingPaths(here[name], there[name], path === '' ? name : `${path}.${name}`));
  }
  return JSON.stringify(here) === JSON.stringify(there) ? [] : [{ path, here, there }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
