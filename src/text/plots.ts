/** Small pictures made of characters, for a terminal. Where only plain characters are wanted they are ASCII. */

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN = ['_', '.', ':', '-', '=', '+', '*', '#'];

/** A character for each value, from the lowest (0 or less) to the highest of them. */
export function sparkline(values: readonly number[], plain: boolean): string {
  const high = Math.max(...values, 0);
  const steps = plain ? PLAIN : BLOCKS;
  return values
    .map((value) => steps[high <= 0 ? 0 : Math.min(7, Math.floor((Math.max(0, value) / high) * 7.999))] as string)
    .join('');
}
