import { formatPath, type Path } from '../../src/document/path.ts';
import type { WhatIfField, WhatIfForm } from './protocol.ts';

/** Every number of a document with its path, in the order of the document. */
export function numbersOf(value: unknown, path: Path = []): readonly { readonly path: Path; readonly value: number }[] {
  if (typeof value === 'number') return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  const parts: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, i) => [i, item] as const)
    : Object.entries(value);
  return parts.flatMap(([part, item]) => numbersOf(item, [...path, part]));
}

/** Everything that the form of a page can change: the rules, then the numbers of the scenario in their order. */
export function formFields({ task, rules, kinds, kindOf }: WhatIfForm): readonly WhatIfField[] {
  const numbers = numbersOf(task.scenario).flatMap(({ path, value }, i): WhatIfField[] => {
    const kind = kinds[kindOf[i] ?? -1];
    return kind === undefined ? [] : [{ ...kind, path: formatPath(path), group: path.slice(0, 2).join('.'), value }];
  });
  return [...rules, ...numbers];
}
