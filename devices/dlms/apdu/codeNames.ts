/** Words for numbers of the protocol, made from the tables that hold them by name. */
import { RESULT } from './apdu.ts';

/** Names by number, from a table of numbers by name: `readWriteDenied: 3` gives `read write denied` at 3. */
export function namesOf(codes: Readonly<Record<string, number>>): Readonly<Record<number, string>> {
  const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(codes).map(([name, code]) => [code, words(name)]));
}

/** Words of data-access-results and action-results, by number. */
export const RESULT_NAMES = namesOf(RESULT);
