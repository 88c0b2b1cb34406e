import { Command } from 'commander';
import { recordsSchema } from '../../interchange/record/recordsSchema.ts';
import type { Shell } from '../shell/command.ts';
import type { Io } from '../shell/io.ts';

/** `smets1-bench schema records`: the records as data that other programs read. */
export function schemaCommand({ action }: Shell): Command {
  const records = new Command('records')
    .description('The columns, types and keys of every record, as JSON Schema.')
    .addHelpText(
      'after',
      `
One JSON document: $defs.<record> is the JSON Schema (draft 2020-12) of one line of NDJSON of that record. Beside it stand
the key of the record, and for each column its type in CSV and Parquet. CSV has the same columns by a header line.

Example:
  smets1-bench schema records > records.schema.json`,
    )
    .action(action(print));
  return new Command('schema').addCommand(records);
}

function print(io: Io): void {
  io.out.write(`${JSON.stringify(recordsSchema(), null, 2)}\n`);
}
