/** Breaks lines that are too wide for a terminal. Lines that fit stay as they are. */

/** A line is broken at no less than this width, however narrow the terminal is. */
export const COLUMNS_MIN = 40;
/** A line goes on below its last column only if that begins within this share of the width. */
const SIDE_SHARE = 0.55;
/** A command of the bench: after a label, or at the beginning of a line. */
const COMMAND_LINE = /^( *)((?:[^\s`]+ )*?\S+:(?: {1,2}))?((?:npx |node \S+ )?smets1-bench .*)$/;
/** A word of a command, or an option with its value. What stands in quotes is one word. */
const COMMAND_WORD = /--[\w-]+ (?!-)(?:\\.|"[^"]*"|'[^']*'|[^\s"'])+|(?:\\.|"[^"]*"|'[^']*'|[^\s"'])+/g;

/**
 * The text with no line wider than `columns` characters, unless a single word (a path, an identifier) is. A broken line
 * goes on below its last column, or two spaces further in than it began; a paragraph goes on flush. A command is continued with a backslash, so
 * that it can be copied.
 */
export function fitText(text: string, columns: number): string {
  const width = Math.max(columns, COLUMNS_MIN);
  return text.split('\n').flatMap((line) => (line.length <= width ? line : fitLine(line, width))).join('\n'); // prettier-ignore
}

function fitLine(line: string, width: number): readonly string[] {
  const [, indent = '', label = '', command] = COMMAND_LINE.exec(line) ?? [];
  if (command !== undefined) {
    const below = label === '' ? indent : `${indent}  `;
    const broken = brokenCommand(command, { lead: below, hang: `${below}    `, width });
    return label === '' ? broken : [`${indent}${label.trimEnd()}`, ...broken];
  }
  const lead = /^ */.exec(line)?.[0] ?? '';
  const text = line.trimStart();
  const column = hangOf(line, width);
  if (column !== undefined) return brokenWords(text, { lead, hang: ' '.repeat(column), width });
  // A paragraph stays flush; anything else goes on two spaces further in.
  const isParagraph = lead === '' && text.endsWith('.');
  return brokenCells(text, { lead, hang: isParagraph ? '' : `${lead}  `, width });
}

/** The column below which a line goes on: that of its last cell, unless this begins too far to the right. */
function hangOf(line: string, width: number): number | undefined {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const gap = [...line.slice(indent).matchAll(/ {2,}(?=\S)/g)].at(-1);
  if (gap === undefined) return undefined;
  const column = indent + gap.index + gap[0].length;
  return column <= width * SIDE_SHARE ? column : undefined;
}

/** Where the lines of a broken text begin, and how wide they may be. */
interface Breaking {
  /** What the first line begins with. */
  readonly lead: string;
  /** What every further line begins with. */
  readonly hang: string;
  readonly width: number;
}

/** Greedy lines of cells, which stand two spaces apart or more. A cell is broken only where it has no room in a line. */
function brokenCells(text: string, breaking: Breaking): string[] {
  const room = breaking.width - breaking.hang.length;
  const cells = (text.match(/ *\S+(?: \S+)*/g) ?? []).flatMap((cell) =>
    cell.trimStart().length <= room ? cell : (cell.match(/ *\S+/g) ?? []),
  );
  return filled(cells, { ...breaking, end: '' });
}

/** Greedy lines of words. Wide gaps between words stay where they fall within a line. */
export function brokenWords(text: string, breaking: Breaking): string[] {
  return filled(text.match(/ *\S+/g) ?? [], { ...breaking, end: '' });
}

/** A command over several lines, as a shell takes it. An option stands beside its value. */
export function brokenCommand(command: string, breaking: Breaking): string[] {
  return filled(command.match(COMMAND_WORD)?.map((word, i) => (i === 0 ? word : ` ${word}`)) ?? [], { ...breaking, end: ' \\' }); // prettier-ignore
}

/** Every line but the last ends with `end`. Each word brings the spaces before it along. */
function filled(words: readonly string[], { lead, hang, width, end }: Breaking & { readonly end: string }): string[] {
  const lines: string[] = [];
  let line = lead;
  let isEmpty = true;
  for (const word of words) {
    const longer = isEmpty ? line + word.trimStart() : line + word;
    if (isEmpty || longer.length + end.length <= width) line = longer;
    else {
      lines.push(line + end);
      line = hang + word.trimStart();
    }
    isEmpty = false;
  }
  return [...lines, line];
}
