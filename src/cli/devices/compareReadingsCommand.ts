/** `devices compare`: the differences of two read-outs. */
import type { Command } from 'commander';
import type { Shell } from '../shell/command.ts';
import { type ExitCode, EXIT } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { oneOf, repeatable } from '../shell/options.ts';
import { readingFile } from './readingFile.ts';
import { originOf, pathsOrigin } from '../output/outputOrigin.ts';

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
  if (format === 'json') {
    const provenance = originOf(io, { inputs: pathsOrigin([a, b]) });
    io.out.write(`${JSON.stringify({ provenance, differences }, null, 2)}\n`);
  } else {
    for (const { where, what, a: one, b: other } of differences)
      writeAnswer(io.out, `${where}: ${what}: ${one} | ${other}\n`);
    writeLine(io.out, differences.length === 0 ? 'no difference' : `${differences.length} differences`);
  }
  return differences.length === 0 ? EXIT.done : EXIT.property;
}
