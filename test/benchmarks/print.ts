import type { Rate } from './measure.ts';

/** A table in columns, the first one to the left. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  console.log([head, ...rows].map(line).join('\n') + '\n');
}

export interface Goal {
  readonly what: string;
  readonly found: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: string;
  /** Sizes for a quick look say nothing of speed: the number is printed, and not judged. */
  readonly quick: boolean;
}

/** Prints a goal with what was found, and says whether it holds. */
export function printGoal({ what, found, atLeast = -Infinity, atMost = Infinity, unit, quick }: Goal): boolean {
  const holds = found >= atLeast && found <= atMost;
  const wanted = atLeast > -Infinity ? `at least ${figure(atLeast)}` : `at most ${figure(atMost)}`;
  const word = quick ? 'not judged (--quick)' : holds ? 'holds' : 'MISSED';
  console.log(`${word}: ${what}: ${figure(found)} ${unit}, ${wanted} wanted`);
  return holds || quick;
}

/** Three digits, without an exponent. */
export function figure(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(digits);
}

export function absent(name: string, why: string): void {
  console.log(`absent: ${name}: ${why}`);
}

/** Both clocks, and how many times the first one's speed the others have. */
export function printRates(measured: readonly Rate[]): void {
  const first = measured[0]?.processor ?? 1;
  const rows = measured.map(({ name, wall, processor }) => {
    const ratio = first / processor;
    return [
      name,
      Math.round(wall).toString(),
      Math.round(processor).toString(),
      ratio === 1 ? '1' : `1/${figure(ratio)}`,
    ];
  });
  printTable(['histories/s', 'by the clock', 'by processor time', `of ${measured[0]?.name ?? ''}`], rows);
}
