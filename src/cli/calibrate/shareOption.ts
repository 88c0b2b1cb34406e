import { InvalidArgumentError } from 'commander';

/** Parses a share, above 0 and at most 1. */
export function shareOption(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0.0001 && value <= 1))
    throw new InvalidArgumentError(`found ${text}, expected a number from 0.0001 to 1.`);
  return value;
}
