import { InvalidArgumentError } from 'commander';
import { endOfLondonDate, parseDate, parseInstant, type Instant } from '../../time.ts';

/** For an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** A whole number within bounds. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`found ${text}, expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** One of a few words. */
export function oneOf(...allowed: readonly string[]): (text: string) => string {
  return (text) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`found ${text}, expected ${allowed.join(' or ')}.`);
    return text;
  };
}

/** An instant; a date is the last second of that London day. */
export function instantOrDate(text: string): Instant {
  const at = parseDate(text) === undefined ? parseInstant(text) : endOfLondonDate(text);
  if (at === undefined) throw new InvalidArgumentError('Expected YYYY-MM-DDThh:mm:ssZ or YYYY-MM-DD, 2012 to 2037.');
  return at;
}
