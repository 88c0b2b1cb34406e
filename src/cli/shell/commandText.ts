import { basename, isAbsolute } from 'node:path';
import { shellWord } from '../../text/shellWord.ts';

/** The options of a command by name, without hyphens. A list repeats the option; undefined leaves it out; true has no value. */
export type CommandOptions = Readonly<Record<string, string | number | true | readonly string[] | undefined>>;

/**
 * A command as an output states it: what decides the results, and nothing that only says where they go. Outputs are
 * handed on, so an absolute path is cut to its last name. A seed is
 * no path and stays.
 */
export function commandText(words: readonly string[], options: CommandOptions = {}): string {
  const given = Object.entries(options).flatMap(
    ([name, value]) =>
    value === true ? [`--${name}`] : (value === undefined ? [] : typeof value === 'object' ? value : [String(value)]).flatMap((text) => [`--${name}`, name === 'seed' ? shellWord(text) : wordOf(text)]), // prettier-ignore
  );
  return ['smets1-bench', ...words.map(wordOf), ...given].join(' ');
}

function wordOf(text: string): string {
  return shellWord(isAbsolute(text) ? basename(text) : text);
}
