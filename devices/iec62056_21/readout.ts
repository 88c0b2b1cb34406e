/**
 * One data set of a readout: `1.8.0(006613.405*kWh)`. The address is an identification code, which may hold group F behind an
 * asterisk: `1-0:1.8.0*255`. Everything but the address may be empty.
 */
export interface DataSet {
  readonly address: string;
  readonly value: string;
  readonly unit?: string;
}

const SETS_MAX = 10_000;
/** Printable characters without the ones that structure a line. An address and a unit may hold `*`, a value may not. */
const TEXT = { address: /^[ "-'*-.0-~]*$/, value: /^[ "-'+-.0-~]*$/, unit: /^[ "-'*-.0-~]*$/ };

/** Writes one data set a line, and `!` at the end. Throws a RangeError for text that would break the structure. */
export function readoutText(sets: readonly DataSet[]): string {
  return `${sets.map((set) => `${dataSetText(set)}\r\n`).join('')}!\r\n`;
}

export function dataSetText(set: DataSet): string {
  for (const part of ['address', 'value', 'unit'] as const) {
    if (TEXT[part].test(set[part] ?? '')) continue;
    const excluded = part === 'value' ? '( ) * / !' : '( ) / !';
    throw new RangeError(`data set ${set.address}: ${excluded} and control characters cannot stand in its ${part}`);
  }
  return `${set.address}(${set.value}${set.unit === undefined ? '' : `*${set.unit}`})`;
}

export interface Readout {
  readonly sets: readonly DataSet[];
  /** Number of lines that hold no data set, or hold more than a data set. */
  readonly odd: number;
}

/** The text between two brackets: a value, and a unit if there is one. */
const BRACKETED = /^([^()*/!\r\n]*)(?:\*([^()/!\r\n]*))?$/;
/** Characters that cannot stand in an address. */
const STRUCTURE = '()/!\r\n';

/** Finds the data sets of one line. `covered` is the number of characters that belong to them. */
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

/** Reads all data sets. A line may hold several; one without an address has the address of the one before it. */
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
