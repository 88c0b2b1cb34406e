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

const SET = /([^()*/!\r\n]*)\(([^()*/!\r\n]*)(?:\*([^()/!\r\n]*))?\)/g;

/** Reads all data sets, several on a line as well; a set without an address belongs to the one before it. */
export function parseReadout(text: string): Readout {
  const sets: DataSet[] = [];
  let odd = 0;
  for (const line of text.split('\r\n')) {
    if (line === '' || line === '!') continue;
    const found = [...line.matchAll(SET)];
    const covered = found.reduce((sum, match) => sum + match[0].length, 0);
    if (found.length === 0 || covered !== line.replace(/!$/, '').length) odd += 1;
    for (const [, address, value, unit] of found) {
      if (sets.length >= SETS_MAX) return { sets, odd: odd + 1 };
      const named = address !== '' ? address! : (sets.at(-1)?.address ?? '');
      sets.push({ address: named, value: value!, ...(unit !== undefined && { unit }) });
    }
  }
  return { sets, odd };
}
