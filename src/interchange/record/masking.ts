/**
 * Hides meter points in texts that people and logs see. A file with one column too many can put an MPAN anywhere, so
 * every run of digits that is long enough is masked: in groups, in full width, or with bytes of another encoding
 * between the digits. Times are left alone. In a column of instants a wrong date is left alone too, so that its reader
 * sees what is wrong with it.
 */
import { isMpan, isMprn, maskIdentifier } from '../../installation/identifiers.ts';

/** The kind of text. An `identifier` shows its digits, unless they are an MPAN. */
export type Masking = 'text' | 'identifier' | 'meterPoint' | 'instant';

/** The fewest digits that are masked. The shortest meter point has six. */
const DIGITS_MIN = 6;

const YEAR = '(?:19|20)\\d\\d';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY_OF_MONTH = '(?:0[1-9]|[12]\\d|3[01])';
const CLOCK = '[Tt ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?(?: ?(?:[Zz]|[+-]\\d\\d(?::?\\d\\d)?))?';

/** A date with its separators, alone or with a time of day. No meter point is grouped like one. */
const SEPARATED_TIME = [
  `${YEAR}(?<a>[-/.])${MONTH}\\k<a>${DAY_OF_MONTH}(?:${CLOCK})?`,
  `${DAY_OF_MONTH}(?<b>[-/.])${MONTH}\\k<b>${YEAR}(?:${CLOCK})?`,
  `${YEAR}${MONTH}${DAY_OF_MONTH}T\\d{6}Z?`,
].join('|');

const CLOCK_LIKE = '[Tt ]\\d{1,2}:\\d{1,2}(?::\\d{1,2}(?:[.,]\\d{1,9})?)?(?: ?(?:[Zz]|[+-]\\d\\d(?::?\\d\\d)?))?';
/** A text in the form of a date, even if there is no such day. No further digits may be joined to it. */
const DATE_LIKE = [
  `${YEAR}(?<c>[-/.])\\d{1,2}\\k<c>\\d{1,2}(?:${CLOCK_LIKE})?`,
  `\\d{1,2}(?<d>[-/.])\\d{1,2}\\k<d>${YEAR}(?:${CLOCK_LIKE})?`,
  `${YEAR}[-/.]\\d{1,2}`,
]
  .map((form) => `${form}(?![^\\p{L}\\p{Nd}";]{0,2}\\p{Nd})`)
  .join('|');

/** Digits of any script, with at most two characters between them that are neither letters, digits nor quotes. */
const DIGIT_RUN = '\\p{Nd}(?:[^\\p{L}\\p{Nd}"]{0,2}\\p{Nd})*';

const TIME_OR_DIGITS = new RegExp(`(?<time>(?:${SEPARATED_TIME})(?!\\p{Nd}))|${DIGIT_RUN}`, 'gu');
const DATE_OR_DIGITS = new RegExp(`(?<time>(?:${SEPARATED_TIME})(?!\\p{Nd})|${DATE_LIKE})|${DIGIT_RUN}`, 'gu');

/** A date without separators: eight, twelve or fourteen digits. */
const COMPACT_TIME = new RegExp(`^${YEAR}${MONTH}${DAY_OF_MONTH}(?:\\d{4}|\\d{6})?$`);

/** Returns the text with its meter points masked: all digits of each but the last three become stars. */
export function maskMeterPoints(text: string, masking: Masking): string {
  if (masking === 'meterPoint') return maskIdentifier(text);
  return text.replace(masking === 'instant' ? DATE_OR_DIGITS : TIME_OR_DIGITS, (run, ...groups) => {
    const { time } = groups.at(-1) as { time?: string };
    return time === undefined ? maskRun(run, masking) : time;
  });
}

function maskRun(run: string, masking: Masking): string {
  const digits = (run.normalize('NFKC').match(/\p{Nd}/gu) ?? []).join('');
  if (digits.length < DIGITS_MIN) return run;
  const plain = /^\d+$/.test(digits); // digits of other scripts cannot be checked, so they are hidden
  if (masking === 'identifier' && plain && !isMpan(digits)) return run;
  if (masking === 'instant' && run === digits && COMPACT_TIME.test(digits) && !isMprn(digits)) return run;
  let hidden = digits.length - 3;
  return run.replace(/\p{Nd}/gu, (digit) => {
    hidden -= 1;
    return hidden >= 0 ? '*' : digit;
  });
}
