/** `devices compare`: the differences of two read-outs. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';
import type { Shell } from '../shell/command.ts';
import { type ExitCode, EXIT, UsageError } from '../shell/exit.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { type Io, writeLine } from '../shell/io.ts';
import { oneOf, repeatable } from '../shell/options.ts';

interface Given {
  readonly structure?: boolean;
  readonly ignore: readonly string[];
  readonly format: 'text' | 'json';
}

export function addCompareReadingsCommand(devices: Command, { action }: Shell): void {
  devices
    .command('compare')
    .description('Compare two read-outs that `devices read --format json` wrote.')
    .argument('<a>', 'a read-out')
    .argument('<b>', 'another')
    .option('--structure', 'compare objects, rights, types and results, and no values')
    .addOption(repeatable('--ignore <object[.attribute]>', 'leave an object or an attribute out; may be repeated'))
    .option('--format <format>', 'text, or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench devices compare before.json after.json --ignore 0.0.1.0.0.255
  smets1-bench devices compare meter.json emulated.json --structure
Exit code 4: they differ.`,
    )
    .action(action(compare));
}

async function compare(io: Io, a: string, b: string, { structure = false, ignore, format }: Given): Promise<ExitCode> {
  const [{ compareReadings }, { parseTarget }, { obisText }] = await Promise.all([
    import('../../../devices/reading/compareReadings.ts'),
    import('../../../devices/reading/readingTargets.ts'),
    import('../../../devices/cosem/object.ts'),
  ]);
  const ignored = new Set(
    ignore.map((text) => {
      const target = parseTarget(text);
      // A data set of a read-out may have any name.
      if (typeof target === 'string') return text;
      const object = obisText(target.ln);
      return target.attribute === undefined ? object : `${object}.${target.attribute}`;
    }),
  );
  const differences = compareReadings(await readingFile(a), await readingFile(b), {
    structure,
    isIgnored: (object, attribute) => ignored.has(attribute === undefined ? object : `${object}.${attribute}`),
  });
  if (format === 'json') io.out.write(`${JSON.stringify(differences, null, 2)}\n`);
  else {
    for (const { where, what, a: one, b: other } of differences)
      writeLine(io.out, `${where}: ${what}: ${one} | ${other}`);
    writeLine(io.out, differences.length === 0 ? 'no difference' : `${differences.length} differences`);
  }
  return differences.length === 0 ? EXIT.done : EXIT.property;
}

/** Reads a file of `devices read --format json`. Throws a UsageError that says where it is none. */
async function readingFile(path: string): Promise<DeviceReading> {
  const { readingSchema, READING_FORMAT } = await import('../../../devices/reading/deviceReading.ts');
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${path}: ${fileErrorWords(cause) ?? 'is not JSON'}`);
  }
  const parsed = readingSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new UsageError(`${path}: ${where}expected a read-out (${READING_FORMAT}): ${issue?.message ?? 'not one'}`);
}
