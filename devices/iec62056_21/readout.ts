/** One data set of a readout: `1.8.0(006613.405*kWh)`. Everything but the address may be empty. */
export interface DataSet {
  readonly address: string;
  readonly value: string;
  readonly unit?: string;
}

const SETS_MAX = 10_000;
/** Clause 6.2.1: printable, without the characters that structure the line. */
const TEXT = /^[ "-'+-.0-~]*$/;

/** One data set a line, `!` at the end. Throws a RangeError for text that would break the structure. */
export function readoutText(sets: readonly DataSet[]): string {
  return `${sets.map((set) => `${dataSetText(set)}\r\n`).join('')}!\r\n`;
}

export function dataSetText(set: DataSet): string {
  for (const part of [set.address, set.value, set.unit ?? '']) {
    if (!TEXT.test(part))
      throw new RangeError(`data set ${set.address}: ( ) * / ! cannot stand in an address or value`);
  }
  return `${set.address}(${set.value}${set.unit === undefined ? '' : `*${set.unit}`})`;
}

export interface Readout {
  readonly sets: readonly DataSet[];
  /** Lines that hold no data set, or too many of them; for the log. */
  readonly odd: number;
}

/** What stands between two brackets: a value, and perhaps its unit. */
const BRACKETED = /^([^()*/!\r\n]*)(?:\*([^()/!\r\n]*))?$/;
/** What cannot stand in an address. */
const STRUCTURE = '()*/!\r\n';

/** The data sets of one line, and how many of its characters they are. */
function setsOf(line: string): { readonly found: readonly DataSet[]; readonly covered: number } {
  const found: DataSet[] = [];
  let covered = 0;
  // From bracket to bracket: a pattern over the whole line would look at a long one again from each of its characters.
  for (let from = 0, open = 0; (open = line.indexOf('(', from)) >= 0;) {
    const close = line.indexOf(')', open);
    if (close < 0) break;
    const inner = line.lastIndexOf('(', close);
    let start = inner;
    while (start > from && !STRUCTURE.includes(line[start - 1]!)) start -= 1;
    const [whole, value, unit] = BRACKETED.exec(line.slice(inner + 1, close)) ?? [];
    if (whole !== undefined) {
      found.push({ address: line.slice(start, inner), value: value!, ...(unit !== undefined && { unit }) });
      covered += close + 1 - start;
    }
    from = close + 1;
  }
  return { found, covered };
}

/** Reads all data sets, several on a line as well; a set without an address belongs to the one before it. */
export function parseReadout(text: string): Readout {
  const sets: DataSet[] = [];
  let odd = 0;
  for (const line of text.split('\r\n')) {
    if (line === '' || line === '!') continue;
    const { found, covered } = setsOf(line);
    if (found.length === 0 || covered !== line.replace(/!$/, '').length) odd += 1;
    for (const set of found) {
      if (sets.length >= SETS_MAX) return { sets, odd: odd + 1 };
      sets.push(set.address !== '' ? set : { ...set, address: sets.at(-1)?.address ?? '' });
    }
  }
  return { sets, odd };
}
