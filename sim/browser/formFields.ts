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

/**
 * Everything that the form of a page can change: the rules, then the numbers of the scenario in their order.
 * @param readings the cells of the page's table of readings, by row: name, question, what it is read as, other readings
 */
export function formFields(
  { task, rules, kinds, kindOf }: WhatIfForm,
  readings: readonly (readonly string[])[],
): readonly WhatIfField[] {
  const numbers = numbersOf(task.scenario).flatMap(({ path, value }, i): WhatIfField[] => {
    const kind = kinds[kindOf[i] ?? -1];
    return kind === undefined ? [] : [{ ...kind, path: formatPath(path), group: path.slice(0, 2).join('.'), value }];
  });
  return [...rules, ...readings.map(readingField), ...numbers];
}

/** A reading as a choice among the words that the table has for it; those of today come first. */
function readingField([name = '', question = '', today = '', others = '']: readonly string[]): WhatIfField {
  const options = [today, ...others.split(/; (?=[\w+]+: )/)].filter((text) => text !== '');
  const choices = options.map((text) => text.slice(0, text.indexOf(':')));
  return {
    path: `amendments.${name}`,
    group: 'rules: how the text is read',
    meaning: `${question} (${options.join('; ')})`,
    value: choices[0] ?? '',
    choices,
  };
}
