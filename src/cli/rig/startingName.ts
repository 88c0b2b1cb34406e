import { basename } from 'node:path';

const NAME_LENGTH_MAX = 32;

/** A name for what a new file describes: the file's own, as far as a name may have its characters. */
export function startingName(file: string, otherwise: string): string {
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, NAME_LENGTH_MAX);
  return name === '' ? otherwise : name;
}
