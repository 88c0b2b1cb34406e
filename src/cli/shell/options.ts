import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { endOfLondonDate, parseDate, parseInstant, type Instant } from '../../time.ts';

/** Parses an option that may be repeated: every value, in the order given. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** An option that may be repeated; without it the list is empty. */
export function repeatable(flags: string, text: string): Option {
  return new Option(flags, text).argParser(collect).default([], 'none');
}

/** Parses a whole number from `min` to `max`, both included. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`found ${text}, expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Parses a number from `min` to `max`, both included. */
export function fraction(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(`found ${text}, expected a number from ${min} to ${max}.`);
    return value;
  };
}

/** Parses a share, above 0 and at most 1. */
export const shareOption = fraction(0.0001, 1);

/** Threads that a command takes at most. Ours. */
const WORKERS_MAX = 64;

/** `--workers`: the threads of a command. No result depends on their number. */
export function workersOption(text = 'threads; the results do not depend on it'): Option {
  return new Option('--workers <n>', `${text} (default: one a core)`).argParser(whole(1, WORKERS_MAX));
}

/** The threads of a command: as many as were asked for, else one a core. */
export function threadsOf(workers: number | undefined): number {
  return workers ?? Math.min(availableParallelism(), WORKERS_MAX);
}

/**
 * `--max-errors`: the number of refused rows that are shown.
 * @param ending when reading ends at that number
 */
export function maxErrorsOption(ending = 'reading ends there'): Option {
  return new Option('--max-errors <n>', `refused rows shown; ${ending}`).argParser(whole(1, 999_999_999)).default(100);
}

/** `--what-if`: what a page can change. */
export function whatIfOption(): Option {
  return new Option('--what-if <kind>', 'what the page can change: kernel (listed fields), full (any field), none')
    .argParser(oneOf('kernel', 'full', 'none'))
    .default('kernel');
}

/** Parses one of a few words. */
export function oneOf(...allowed: readonly string[]): (text: string) => string {
  return (text) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`found ${text}, expected ${allowed.join(' or ')}.`);
    return text;
  };
}

/** Parses the name of a folder. `-` is standard output elsewhere, and a folder of that name is nobody's wish. */
export function folder(text: string): string {
  if (text === '-' || text === '') throw new InvalidArgumentError(`found ${JSON.stringify(text)}, expected a folder; write ./- for one of that name.`); // prettier-ignore
  return text;
}

/** Parses the name of a file that is written. A result goes to standard output without such an option. */
export function outputFile(text: string): string {
  if (text === '-' || text === '') throw new InvalidArgumentError(`found ${JSON.stringify(text)}, expected a file; standard output has the result anyway.`); // prettier-ignore
  return text;
}

/** Parses the name of a page's file. Standard output has the report. */
export function pageFile(text: string): string {
  if (text === '-' || text === '') throw new InvalidArgumentError(`found ${JSON.stringify(text)}, expected a file; report html writes a page to standard output.`); // prettier-ignore
  return text;
}

/** Parses a London date, and keeps its text. */
export function dateOption(text: string): string {
  if (parseDate(text) === undefined) throw new InvalidArgumentError(`found ${text}, expected a date YYYY-MM-DD.`);
  return text;
}

/** Parses an instant; a date is the last second of that London day. */
export function instantOrDate(text: string): Instant {
  const at = parseDate(text) === undefined ? parseInstant(text) : endOfLondonDate(text);
  if (at === undefined)
    throw new InvalidArgumentError(`found ${text}, expected YYYY-MM-DDThh:mm:ssZ or YYYY-MM-DD, 2012 to 2037.`);
  return at;
}

/** An instant beside the text it was given as, for messages. */
export interface AsOf {
  readonly text: string;
  readonly at: Instant;
}

/** Parses an instant as `instantOrDate` does and keeps the text. */
export function asOfOption(text: string): AsOf {
  return { text, at: instantOrDate(text) };
}
