import { element, escapeMarkup } from '../../text/markup.ts';
import { percentage } from '../../text/numberWords.ts';
import { CHARACTER_WIDTH, CHART_WIDTHS, chartFrame, fitText, label, type ChartSize, type ChartWords } from './svg.ts';

/** The weight of each option of a few choices, such as the readings of the text under the evidence. */
export interface WeightsData {
  readonly rows: readonly {
    readonly label: string;
    /** Shares from 0 to 1 that add up to 1, in the order in which they are drawn. */
    readonly parts: readonly { readonly label: string; readonly share: number }[];
  }[];
}

const BAR = 18;
const LINE = 17;

/** Draws a bar for each choice, divided among its options. The words of the options are below it. */
export function weightsChart(words: ChartWords, { rows }: WeightsData, size: ChartSize): string {
  const width = CHART_WIDTHS[size];
  const [left, right] = [4, width - 4];
  let y = 4;
  const body = rows.map((row) => {
    const keys = keyLines(row.parts, right - left);
    const drawn = [
      label(left, y + 12, fitText(row.label, Math.floor((right - left) / CHARACTER_WIDTH))),
      ...bars(row.parts, { left, right, y: y + 18 }),
      ...keys.flatMap((keysOf, i) => keysOf.map((key) => keyText(key, left, y + 18 + BAR + (i + 1) * LINE))),
    ];
    y += 18 + BAR + keys.length * LINE + 16;
    return drawn.join('');
  });
  return chartFrame(words, size, y, body);
}

type Part = WeightsData['rows'][number]['parts'][number];

function bars(
  parts: readonly Part[],
  { left, right, y }: { readonly left: number; readonly right: number; readonly y: number },
): readonly string[] {
  let from = 0;
  return parts.map(({ share }, i) => {
    const x = left + from * (right - left);
    from += share;
    return element('rect', {
      class: `bar c${i % 6}`,
      x,
      y,
      width: Math.max(0, share * (right - left) - 1),
      height: BAR,
    });
  });
}

interface Key {
  readonly x: number;
  readonly colour: number;
  readonly name: string;
  readonly share: string;
}

/** The words of the options in lines that fit the width. */
function keyLines(parts: readonly Part[], width: number): readonly (readonly Key[])[] {
  const lines: Key[][] = [[]];
  let x = 0;
  for (const [colour, { label: text, share }] of parts.entries()) {
    const name = fitText(text, Math.floor((width - 80) / CHARACTER_WIDTH));
    const key = { colour, name, share: percentage(share) };
    const needed = 16 + (name.length + key.share.length + 1) * CHARACTER_WIDTH + 16;
    if (x > 0 && x + needed > width) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ ...key, x });
    x += needed;
  }
  return lines;
}

function keyText({ x, colour, name, share }: Key, left: number, y: number): string {
  const at = left + x;
  return (
    element('rect', { class: `bar c${colour % 6}`, x: at, y: y - 10, width: 10, height: 10 }) +
    element('text', { x: at + 16, y }, element('tspan', { class: 'value' }, share), ` ${escapeMarkup(name)}`)
  );
}
