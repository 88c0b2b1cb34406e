import { formatInstant, formatWeek } from '../../time.ts';
import type { Provenance } from '../../report/provenance.ts';

/** Names of fields that hold instants, alone or in lists. Fields whose names end in `At` hold instants too. */
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
 * Writes plain data as JSON text. Instants are written as in the records, ISO weeks by their names, and the beginning
 * of time as null. Other numbers stay numbers. The name of a field tells whether it holds an instant. The origin goes first.
 */
export function explainJson(provenance: Provenance, data: object): string {
  const told = plain('', data) as object;
  return `${JSON.stringify({ provenance, ...told }, null, 2)}\n`;
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
