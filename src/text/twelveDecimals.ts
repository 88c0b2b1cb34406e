/** Twelve decimals: 3 * 0.1 is to be 0.3, in a table and in a hash. */
export function twelveDecimals(value: number): number {
  return Math.round(value * 1e12) / 1e12;
}
