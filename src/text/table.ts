import { wrapped } from './wrap.ts';

/** The width that a table has at most, where nobody asks for another. */
const TABLE_WIDTH = 80;
/** A column of words is never made narrower, for the sake of its neighbours. */
const WORDS_WIDTH_MIN = 12;

type Rows = readonly (readonly string[])[];

/** How a table is laid out. */
interface Layout {
  readonly widths: readonly number[];
  /** Spaces between two columns. */
  readonly gap: number;
  readonly right: ReadonlySet<number>;
}

/**
 * A plain text table. Columns are two spaces apart, numbers are aligned to the right, and there are no colours, so it
 * is fit for a pipe. Where it is wider than asked for, its head breaks between words, then its columns of words, then
 * the columns come nearer, and at last the table comes in parts, each with the names of its rows.
 *
 * @param options.right columns of numbers; these are never broken
 * @param options.width characters of a line at most; default: 80
 */
export function textTable(rows: Rows, options: { readonly right: readonly number[]; readonly width?: number }): string {
  const { width = TABLE_WIDTH } = options;
  const layout = fittingLayout(rows, new Set(options.right), width);
  const all = [...layout.widths.keys()];
  const parts = lineWidth(layout.widths, layout.gap) <= width ? [all] : columnParts(layout, width);
  return parts.map((part) => rows.flatMap((row) => rowLines(row, layout, part)).join('\n')).join('\n\n');
}

function fittingLayout(rows: Rows, right: ReadonlySet<number>, width: number): Layout {
  const natural = widest(rows);
  if (lineWidth(natural, 2) <= width) return { widths: natural, gap: 2, right };
  const [head = [], ...body] = rows;
  const bodies = widest(body);
  const broken = natural.map((_, c) => Math.max(bodies[c] ?? 0, longest(headWords(head[c] ?? ''))));
  const names = namesOf(natural, right);
  // What names the rows is broken last: it is what a reader searches for.
  const words = [...natural.keys()].filter((c) => !right.has(c) && !names.includes(c));
  const least = broken.map((_, c) => Math.max(WORDS_WIDTH_MIN, ...rows.map((row) => longest((row[c] ?? '').split(' '))))); // prettier-ignore
  for (const [gap, columns] of [
    [2, words],
    [1, words],
    [1, [...names, ...words]],
  ] as const) {
    const widths = narrowed(broken, { columns, least, gap, width });
    if (lineWidth(widths, gap) <= width) return { widths: widened(widths, natural, { gap, width }), gap, right };
  }
  return { widths: broken, gap: 2, right };
}

/** The columns before the first number: they name the row. */
function namesOf(widths: readonly number[], right: ReadonlySet<number>): readonly number[] {
  const first = [...widths.keys()].find((c) => right.has(c)) ?? 1;
  return [...widths.keys()].slice(0, first);
}

interface Narrowing {
  readonly columns: readonly number[];
  readonly least: readonly number[];
  readonly gap: number;
  readonly width: number;
}

/** Takes from the widest of these columns until the line fits, or none can give more. */
function narrowed(from: readonly number[], { columns, least, gap, width }: Narrowing): number[] {
  const widths = [...from];
  while (lineWidth(widths, gap) > width) {
    const [c] = columns
      .filter((at) => (widths[at] as number) > (least[at] as number))
      .toSorted((a, b) => (widths[b] as number) - (widths[a] as number));
    if (c === undefined) break;
    widths[c] = (widths[c] as number) - 1;
  }
  return widths;
}

/** Gives back what is left over, so that no head is broken without need: the first columns first. */
function widened(
  from: readonly number[],
  natural: readonly number[],
  { gap, width }: Pick<Narrowing, 'gap' | 'width'>,
): number[] {
  const widths = [...from];
  for (const [c, wanted] of natural.entries())
    if (wanted - (widths[c] as number) <= width - lineWidth(widths, gap)) widths[c] = wanted;
  return widths;
}

/** Columns in parts that fit: each part begins with the columns that name its rows. */
function columnParts({ widths, gap, right }: Layout, width: number): readonly (readonly number[])[] {
  const names = namesOf(widths, right);
  const parts: number[][] = [];
  for (const c of [...widths.keys()].slice(names.length)) {
    const last = parts.at(-1);
    const wide = lineWidth([...(last ?? names), c].map((at) => widths[at] ?? 0), gap); // prettier-ignore
    if (last !== undefined && wide <= width) last.push(c);
    else parts.push([...names, c]);
  }
  return parts;
}

function widest(rows: Rows): number[] {
  const widths: number[] = [];
  for (const row of rows) for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, cell.length);
  return widths;
}

function lineWidth(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1);
}

function longest(words: readonly string[]): number {
  return Math.max(0, ...words.map((word) => word.length));
}

/** The words of a head; a name with hyphens may break behind each of them. */
function headWords(text: string): readonly string[] {
  return text.split(' ').flatMap((word) => word.split(/(?<=[a-z]-)(?=[a-z])/));
}

/** A cell as lines of at most `width` characters. A longer word breaks behind a hyphen, if it has one. */
function cellLines(cell: string, width: number): readonly string[] {
  if (cell.length <= width) return [cell];
  return wrapped(cell, width).flatMap((line) => {
    const lines: string[] = [];
    for (const part of line.length <= width ? [line] : headWords(line)) {
      const last = lines.at(-1);
      if (last?.endsWith('-') === true && last.length + part.length <= width) lines[lines.length - 1] = last + part;
      else lines.push(part);
    }
    return lines;
  });
}

/** A row as lines, of the columns of one part: more than one line where a cell does not fit its column. */
function rowLines(row: readonly string[], { widths, gap, right }: Layout, part: readonly number[]): string[] {
  const shown = part.filter((c) => c < row.length);
  const cells = shown.map((c) => cellLines(row[c] ?? '', widths[c] ?? 0));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, at) => {
        const c = shown[at] ?? 0;
        const text = lines[line] ?? '';
        return right.has(c) ? text.padStart(widths[c] ?? 0) : text.padEnd(widths[c] ?? 0);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** 11523 becomes `11,523`. The separator is always a comma, whatever the locale. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with its noun: `1 row`, `1,234 rows`. The plural ends in s. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}
