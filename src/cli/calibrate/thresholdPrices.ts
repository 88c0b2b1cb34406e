import { InvalidArgumentError } from 'commander';
import { fileURLToPath } from 'node:url';
import { parseCsv } from '../../report/published.ts';
import type { Price } from '../../report/ranges/thresholds.ts';
import { UsageError } from '../shell/exit.ts';
import { readText } from '../shell/readText.ts';

const PRICED = ['attempt', 'instruction', 'replacement'] as const;

/** The shipped prices, every one of them our assumption. */
const SHIPPED = fileURLToPath(new URL('../../../scenarios/data/threshold-prices.csv', import.meta.url));

/** Parses `what=pounds`, which may be repeated. */
export function priceOption(text: string, before: readonly Price[]): readonly Price[] {
  const [what, pounds, more] = text.split('=');
  const known = PRICED.find((name) => name === what);
  const value = Number(pounds);
  if (
    known === undefined ||
    pounds === undefined ||
    pounds === '' ||
    more !== undefined ||
    !(value >= 0 && value < 1e9)
  )
    throw new InvalidArgumentError(`found ${text}, expected ${PRICED.join(', ')} = pounds, 0 or more.`);
  return [...before, { what: known, pounds: value, mark: 'as given', note: 'from the command line' }];
}

/** The prices: the shipped ones, with those of the command line in their place. */
export function pricesWith(given: readonly Price[]): readonly Price[] {
  const parsed = parseCsv(readText(SHIPPED));
  if (!parsed.ok) throw new UsageError(`${SHIPPED}: ${parsed.error}`);
  return PRICED.map((what) => {
    const own = given.findLast((price) => price.what === what);
    if (own !== undefined) return own;
    const row = parsed.rows.find((cells) => cells['what'] === what);
    return { what, pounds: Number(row?.['pounds'] ?? 0), mark: row?.['mark'] ?? '', note: row?.['note'] ?? '' };
  });
}
