/** The place of a value in a document: names of maps and indices of lists, from the top. */
export type Path = readonly (string | number)[];

const PLAIN_NAME = /^[A-Za-z0-9_$*+-]+$/;

/**
 * Writes a path in the form that problems and `--set` use: `populations.ioc-dormant.share`, `asOf[1]`, `suppliers["A &
 * B"]`.
 */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (PLAIN_NAME.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

const PART = /^(?:\.?([^.[\]"]+)|\[(\d{1,6})\]|\[(\*)\]|\[("(?:[^"\\]|\\.)*")\])/;

/** Reads the text that `formatPath` writes; returns undefined if the text is no path. A `*` stands for itself. */
export function parsePath(text: string): Path | undefined {
  const parts: (string | number)[] = [];
  let rest = text;
  while (rest !== '') {
    const match = PART.exec(rest);
    // A dot precedes every name but the first.
    if (!match || (match[1] !== undefined && (rest.startsWith('.') ? parts.length === 0 : parts.length > 0)))
      return undefined;
    if (match[2] !== undefined) parts.push(Number(match[2]));
    else parts.push(match[1] ?? match[3] ?? unquote(match[4] as string));
    if (parts.at(-1) === undefined) return undefined;
    rest = rest.slice(match[0].length);
  }
  return parts.length === 0 ? undefined : parts;
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1); // JSON does not know this escape: the text is taken as it stands
  }
}
