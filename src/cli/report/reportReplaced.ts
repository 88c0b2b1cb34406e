import type { RecordSchema } from '../../interchange/record/records.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { readTable } from './reportTable.ts';

/** Who has been replaced with SMETS2+: the records of DESIGN.md 5 have no event for it. */
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
 * Reads when installations were replaced, of those asked for alone: memory is bounded by them. Undefined: rows were
 * refused; they have been said and the exit code is set.
 */
export async function readReplaced(
  name: string | undefined,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Instant> | undefined> {
  const replaced = new Map<string, Instant>();
  if (name === undefined) return replaced;
  const complete = await readTable(name, REPLACED, ([ids, ats], row) => {
    const id = ids?.[row] as string;
    const at = ats?.[row] as number;
    if (!wanted.has(id)) return undefined;
    const before = replaced.get(id);
    replaced.set(id, before ?? at);
    if (before === undefined || before === at) return undefined;
    const found = `another instant than ${formatInstant(before)}, which stands before`;
    return { column: 'at', found, expected: 'one instant an installation' };
  });
  return complete ? replaced : undefined;
}
