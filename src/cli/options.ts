import { InvalidArgumentError } from 'commander';

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
