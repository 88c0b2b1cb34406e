import { formatInstant, formatWeek } from '../../time.ts';

/** Under these names stand instants, alone or in lists; names that end in `At` are added to them. */
const INSTANTS = new Set([
  'at',
  'from',
  'to',
  'asOf',
  'horizon',
  'evidence',
  'attempts',
  'lastWanContact',
  'effectiveFrom',
  'reportedFrom',
]);

function isInstant(key: string): boolean {
  return INSTANTS.has(key) || key.endsWith('At');
}

/**
 * Plain data as JSON text: instants as the records write them, ISO weeks by their names, the beginning of time as null.
 * Numbers that are no instants stay numbers; names are what tells them apart.
 */
export function explainJson(data: object): string {
  return `${JSON.stringify(plain('', data), null, 2)}\n`;
}

function plain(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(key, item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(name, item)]));
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return null;
  if (key === 'week') return formatWeek(value);
  return isInstant(key) ? formatInstant(value) : value;
}
