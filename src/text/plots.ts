/** Draws small pictures of characters, for a terminal. If only plain characters are wanted, they are ASCII. */

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN = ['_', '.', ':', '-', '=', '+', '*', '#'];

/** One character for each value, on a scale from 0 to the highest value. Values below 0 are drawn as 0. */
export function sparkline(values: readonly number[], plain: boolean): string {
  const high = Math.max(...values, 0);
  const steps = plain ? PLAIN : BLOCKS;
  return values
    .map((value) => steps[high <= 0 ? 0 : Math.min(7, Math.floor((Math.max(0, value) / high) * 7.999))] as string)
    .join('');
}
