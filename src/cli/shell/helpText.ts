import { brokenCommand, brokenWords, COLUMNS_MIN } from '../../text/fitText.ts';

/** An explanation that begins farther to the right than this share of the width stands on a line of its own. */
const SIDE_SHARE = 0.55;
/** Lines that begin at this column or beyond go on with a description. */
const DEEP = 8;

/** A line of help in parts. `hang`: the column at which its text goes on in the next line. */
interface HelpLine {
  readonly lead: string;
  readonly text: string;
  readonly hang: number;
  readonly isCommand: boolean;
}

/**
 * Help as lines of at most `columns` characters. Lines that fit stay as they are. A longer one is broken between words:
 * prose runs on into the next line, a description stays in its column, a command is continued with a backslash.
 */
export function fitHelp(text: string, columns: number): string {
  const width = Math.max(columns, COLUMNS_MIN);
  const given = text.split('\n').map((line) => partsOf(line, width));
  const lines: string[] = [];
  let carried = '';
  for (const [i, line] of given.entries()) {
    const joined = carried === '' ? line : { ...line, text: `${carried} ${line.text}` };
    const broken = brokenLine(joined, width);
    const last = broken.at(-1) ?? '';
    // The words that were pushed out of the line begin the next one, where the paragraph goes on there.
    if (broken.length > 1 && !line.isCommand && goesOn(line, given[i + 1])) {
      carried = last.trimStart();
      broken.pop();
    } else carried = '';
    lines.push(...broken);
  }
  return lines.join('\n');
}

function partsOf(line: string, width: number): HelpLine {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const isCommand = /^ +smets1-bench /.test(line);
  const [, left, gap = '', right] = /^( *\S.*?)( {2,})(\S.*)$/.exec(line) ?? [];
  const side = (left?.length ?? 0) + gap.length;
  if (indent > 0 && !isCommand && left !== undefined && right !== undefined && side <= width * SIDE_SHARE)
    return { lead: left + gap, text: right, hang: side, isCommand };
  return { lead: line.slice(0, indent), text: line.slice(indent), hang: indent, isCommand };
}

function goesOn({ hang, text }: HelpLine, next: HelpLine | undefined): boolean {
  // Lines that are indented a little are items, each on its own.
  if (hang > 0 && hang < DEEP) return false;
  return next !== undefined && next.text !== '' && !next.isCommand && next.lead === ' '.repeat(hang) && !/[.:]$/.test(text); // prettier-ignore
}

function brokenLine(line: HelpLine, width: number): string[] {
  const { lead, text, hang, isCommand } = line;
  if (lead.length + text.length <= width) return [lead + text];
  if (!isCommand) return brokenWords(text, { lead, hang: ' '.repeat(hang), width });
  const [command = text, why] = text.split(/ {3,}/);
  const next = `${lead}    `;
  const broken = lead.length + command.length <= width ? [lead + command] : brokenCommand(command, { lead, hang: next, width }); // prettier-ignore
  return why === undefined ? broken : [...broken, ...brokenWords(why, { lead: next, hang: next, width })];
}
