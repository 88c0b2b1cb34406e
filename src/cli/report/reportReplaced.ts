import type { RecordSchema } from '../../interchange/record/records.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { Io } from '../shell/io.ts';
import { readTable } from './reportTable.ts';

/**
 * The installations that were replaced with SMETS2+. The records of src/docs/records.md have no event for a
 * replacement.
 */
const REPLACED: RecordSchema = {
  name: 'replaced',
  key: ['installation_id'],
  columns: [
    { name: 'installation_id', type: 'id', required: true, meaning: 'the installation' },
    { name: 'at', type: 'instant', required: true, meaning: 'when its meters had been replaced' },
  ],
};

export const REPLACED_HELP = `
The records have no event for a replacement. --replaced names a CSV, NDJSON or Parquet file of installation_id and at
(YYYY-MM-DDThh:mm:ssZ): from that instant on the installation is gone from the report. Installations that are not excluded
may stand in it; one installation with two different instants is refused.`;

/**
 * Reads the dates on which installations were replaced. Only those in `wanted` are kept, which limits the memory.
 *
 * @throws ExitWith if rows were refused
 */
export async function readReplaced(
  io: Io,
  name: string | undefined,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Instant>> {
  const replaced = new Map<string, Instant>();
  if (name === undefined) return replaced;
  await readTable(io, name, REPLACED, ([ids, ats], row) => {
    const id = ids?.[row] as string;
    const at = ats?.[row] as number;
    if (!wanted.has(id)) return undefined;
    const before = replaced.get(id);
    replaced.set(id, before ?? at);
    if (before === undefined || before === at) return undefined;
    const found = `another instant than ${formatInstant(before)}, which stands before`;
    return { column: 'at', found, expected: 'one instant an installation' };
  });
  return replaced;
}
