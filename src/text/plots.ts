/** Draws small pictures of characters, for a terminal. If only plain characters are wanted, they are ASCII. */

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN = ['_', '.', ':', '-', '=', '+', '*', '#'];
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of at most `width` characters. Its length is the share (0 to 1) of that width. */
export function textBar(share: number, width: number, plain: boolean): string {
  const length = Math.max(0, Math.min(1, share)) * width;
  if (plain) return '#'.repeat(Math.round(length));
  const eighths = Math.round(length * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] as string);
}

/** One character for each value, on a scale from 0 to the highest value. Values below 0 are drawn as 0. */
export function sparkline(values: readonly number[], plain: boolean): string {
  const high = Math.max(...values, 0);
  const steps = plain ? PLAIN : BLOCKS;
  return values
    .map((value) => steps[high <= 0 ? 0 : Math.min(7, Math.floor((Math.max(0, value) / high) * 7.999))] as string)
    .join('');
}
