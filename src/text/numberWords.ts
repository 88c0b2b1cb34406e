/** Writes numbers as text, the same on every machine. No locale has any effect. */

/** 11523.4 becomes `11,523`. The separator is always a comma. */
export function wholeNumber(value: number): string {
  const text = String(Math.abs(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, ',');
  return Math.round(value) < 0 ? `-${text}` : text;
}

/** Writes a sign in front of any number but zero: `+1,204`, `-12`, `0`. */
export function signedNumber(value: number): string {
  return Math.round(value) > 0 ? `+${wholeNumber(value)}` : wholeNumber(value);
}

/** A number with at most the given number of decimals, without zeros at the end. */
export function decimalNumber(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  const short = decimals === 0 ? text : text.replace(/\.?0+$/, '');
  return short === '-0' ? '0' : short;
}

/** The label of an axis: `0`, `500`, `12,000`, `1.5 M`, `0.25`. */
export function compactNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000_000) return `${decimalNumber(value / 1_000_000, 2)} M`;
  if (size >= 1000 || Number.isInteger(value)) return wholeNumber(value);
  return decimalNumber(value, 3);
}

/** The ways in which data name how their numbers are written. */
export type NumberFormat = 'whole' | 'signed' | 'decimal' | 'percent';

/** True if a format writes no fraction, so that two values may look the same. */
export function isWholeFormat(format: NumberFormat = 'whole'): boolean {
  return format === 'whole' || format === 'signed';
}

/** Writes a number as its data say: `1,502`, `+12`, `0.25` or `4.9 %` (of a share from 0 to 1). */
export function formatNumber(value: number, format: NumberFormat = 'whole'): string {
  switch (format) {
    case 'whole':
      return wholeNumber(value);
    case 'signed':
      return signedNumber(value);
    case 'decimal':
      return decimalNumber(value, 3);
    case 'percent':
      return percentage(value);
  }
}

/** A share as a percentage: 0.049 becomes `4.9 %`. */
export function percentage(share: number, decimals = 1): string {
  return `${decimalNumber(share * 100, decimals)} %`;
}
