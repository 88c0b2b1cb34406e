import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { formatInstant } from '../../time.ts';

/**
 * Reads a whole Parquet file of another program as objects. Instants become text, and whole numbers become numbers. It is
 * for small files, because it does not stream.
 * @throws Error if the file is not Parquet or cannot be read
 */
export async function readParquetObjects(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainCell(value)])));
}

function plainCell(value: unknown): unknown {
  if (isTimestamp(value)) return formatInstant(value.getTime() / 1000);
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map(plainCell) : value;
}

/** True for the value into which hyparquet converts a timestamp. */
function isTimestamp(value: unknown): value is { getTime(): number } {
  return typeof value === 'object' && value !== null && 'getTime' in value;
}
