import { FILES_HELP } from '../shell/recordInputs.ts';
import { RECORDS, type Column, type RecordSchema } from '../../interchange/record/records.ts';

const WIDTH = 118;

/** The text beneath the options of `decide --help`: examples, files, columns, refusals, exit codes. */
export const DECIDE_HELP = `
Examples:
  smets1-bench decide --installations i.csv --attempts a.csv --events e.csv --as-of 2022-12-31 --out verdicts.csv
  smets1-bench decide --installations i.csv --attempts a.csv --as-of 2022-12-31 --out - --format ndjson
  smets1-bench decide --installations i.csv --attempts a.csv --as-of 2022-12-31 --out v.csv --set-rule separateWeeks=sevenDays

${FILES_HELP}
An option may be repeated: the files are read one after the other.

Files that all stand in ascending order of installation_id (as whole numbers, or by text) are joined in flat memory.
Others are joined by way of temporary files under TMPDIR, in about 500 MB of memory up to 64 million rows. Verdicts come
in the order of the installations either way. Events of DMCs (dmc:<id>) may stand anywhere; at most 1,000,000. One
installation has at most 100,000 rows, one CSV row or NDJSON line 1,048,576 characters.

Equal rows count once. Rows of one key that differ contradict each other: all are refused, and the installation gets no
verdict. Also refused: unknown installations and cohorts, times that are no whole second or name no zone, wrong check
digits, gas columns half set, gas events without a GSME, values that do not go with their event, unknown columns
(--ignore-columns passes over them, --rename-column theirs=ours reads them). Codes that the catalogue does not know are
carried, listed and counted. Rows after the as-of are checked, then ignored and counted.

If any row is refused there is no output and the exit code is 2. With --keep-going the rest is decided, the refused rows
are in <out>.refused.csv, and the exit code is still 2. Notes (attempts after a migration, instructions by someone other
than the gas supplier) are summed up on standard error and written to <out>.notes.csv. Neither file goes with --out - or
with a device or a pipe. <out>.manifest.json names the command, and the SHA-256 of each file that was read or written. All
files appear together, or none; a link is followed. No output replaces an input, or that of another command (--replace).

--compare writes installation_id, from_category, to_category, reason of those whose reported category is another (empty:
none): the one difference that by itself leads there, "either of" where several do, "several" where they act together.
--readings all writes <out>.readings.csv. Both say a table on standard error, and read the files no second time.

Columns (in any order; those with a * must be set, the others may be empty):
${[RECORDS.installations, RECORDS.attempts, RECORDS.events, RECORDS.verdicts].map(recordText).join('\n')}
Instants: YYYY-MM-DDThh:mm:ssZ. A rule set: rules list, rules print.

Exit codes: 0 done, 1 usage or rule file wrong, 2 rows refused (also with --keep-going), 3 defect.`;

function recordText({ name, columns }: RecordSchema): string {
  const width = Math.max(...columns.map((column) => column.name.length)) + 1;
  return [`  ${name}`, ...columns.map((column) => `    ${columnText(column, width)}`)].join('\n');
}

/** The name and meaning of a column and all its values. Many values go on lines of their own. */
function columnText({ name, required, meaning, allowed = [] }: Column, width: number): string {
  const indent = ' '.repeat(width + 6);
  const lines = [`${`${name}${required ? '*' : ''}`.padEnd(width)}  ${meaning}${allowed.length > 0 ? ':' : ''}`];
  for (const [i, value] of allowed.entries()) {
    const word = ` ${value}${i < allowed.length - 1 ? ',' : ''}`;
    if ((lines.at(-1) as string).length + word.length > WIDTH) lines.push(`${indent}${word.slice(1)}`);
    else lines.push(`${lines.pop()}${word}`);
  }
  return lines.join('\n');
}
