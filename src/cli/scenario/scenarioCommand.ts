import { Command, Option } from 'commander';
import { formatProblems, type Problem } from '../../document/problem.ts';
import { fieldTable } from '../../../sim/scenario/scenarioFields.ts';
import { loadScenario, type LoadedScenario } from '../../../sim/scenario/load.ts';
import type { MarkedLeaf } from '../../../sim/scenario/marks.ts';
import { editorSchema } from '../../../sim/scenario/editorSchema.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { checkFiles } from '../shell/fileKind.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { collect } from '../shell/options.ts';
import { scenarioPath } from '../shell/scenarioFile.ts';
import { diskFiles } from '../shell/readText.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';
import type { Provenance } from '../../report/provenance.ts';

/** `scenario`: whether scenario files are right, what they come to, and what they may say. */
export function scenarioCommand({ action }: Shell): Command {
  const scenario = new Command('scenario').addHelpText(
    'after',
    `
Examples:
  smets1-bench scenario check --strict scenarios/various1.yaml
  smets1-bench scenario print scenarios/various1.yaml --set process.IOC.attemptsMax=10
  smets1-bench scenario schema --format markdown

scenarios/README.md says what every field means. Exit codes: 0 done, 1 a file or an option is wrong.`,
  );

  scenario
    .command('check')
    .description('Check scenario files: exit code 0, or 1 with everything that is wrong.')
    .argument('<file...>', 'scenarios, YAML')
    .option('--strict', 'numbers and dates without a mark, and marks that cover nothing, are wrong')
    .action(action(check));

  scenario
    .command('print')
    .description('Print every resolved value with where it comes from.')
    .argument('<file>', 'a scenario, YAML')
    .option('--set <path=value>', 'change a field; may be repeated', collect, [] as readonly string[])
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .action(
      action((io: Io, file: string, options: { set: readonly string[]; format: 'text' | 'json' }) => {
        const loaded = loadScenario({ path: scenarioPath(file), files: diskFiles, set: options.set });
        if (!loaded.ok) throw new UsageError(formatProblems(loaded.errors));
        if (options.format === 'json') io.out.write(scenarioJson(loaded, originOf(io, scenarioOrigin(loaded))));
        else if (io.out.columns === undefined) io.out.write(scenarioText(loaded));
        else writeAnswer(io.out, scenarioLines(loaded));
      }),
    );

  scenario
    .command('schema')
    .description('Print what a scenario may say.')
    .addOption(
      new Option('--format <format>', 'json: for editors; markdown: the table of scenarios/README.md')
        .choices(['json', 'markdown'])
        .default('json'),
    )
    .action(
      action((io: Io, { format }: { format: 'json' | 'markdown' }) => {
        io.out.write(format === 'json' ? editorSchema() : fieldTable());
      }),
    );
  return scenario;
}

function check(io: Io, files: readonly string[], { strict = false }: { strict?: boolean }): Promise<ExitCode> {
  return checkFiles(io, { kind: 'scenario', files }, (path) => {
    const loaded = loadScenario({ path, files: diskFiles });
    if (!loaded.ok) return { problems: loaded.errors };
    const doubts = [...unmarked(loaded), ...loaded.warnings];
    if (strict && doubts.length > 0) return { problems: doubts };
    if (doubts.length > 0) writeLine(io.err, formatProblems(doubts));
    const more = doubts.length === 0 ? '' : `, warnings: ${doubts.length}`;
    return { words: `${loaded.scenario.name}#${loaded.hash}, ${sizeOf(loaded)} installations${more}` };
  });
}

/** Numbers and dates that a file gives without saying where they come from. */
function unmarked(loaded: LoadedScenario): readonly Problem[] {
  return loaded.marks.flatMap(({ path, isClaim, mark, value, position }) =>
    !isClaim || mark !== null
      ? []
      : [
          {
            file: position?.file ?? loaded.path,
            line: position?.line ?? 0,
            column: position?.column ?? 0,
            path,
            found: `${value} without a mark`,
            expected: "a row of this file's `marks` that covers it",
          },
        ],
  );
}

function sizeOf({ scenario }: LoadedScenario): number {
  return Object.values(scenario.populations).reduce((sum, { installations }) => sum + installations, 0);
}

/** Longer paths and values push their row out rather than every row. */
const PATH_WIDTH_MAX = 64;
const VALUE_WIDTH_MAX = 32;

/** What stands above the values: the scenario, its files, its rules. */
function headLines({ scenario, rules, hash, sources }: LoadedScenario): readonly string[] {
  return [
    `# ${scenario.name}#${hash}  ${scenario.title}`,
    `# files: ${sources.join(', ')}`,
    `# rules: ${rules.name}, ${rules.title}`,
  ];
}

/** Every value for a terminal: the path and the value, and beneath them the mark, the note and the range. */
function scenarioLines(loaded: LoadedScenario): string {
  const lines = loaded.marks.flatMap(({ path, value, mark, note, range }) => {
    const why = [mark, noteText(note, range)].filter((text) => text !== null && text !== '').join(': ');
    return [`${path}  ${valueText(value)}`, ...(why === '' ? [] : [`    ${why}`])];
  });
  return `${[...headLines(loaded), ...lines].join('\n')}\n`;
}

/** Every value for a search, each on a line that is never cut: path, value, mark, note and the range of the mark. */
function scenarioText(loaded: LoadedScenario): string {
  const rows = loaded.marks.map(
    ({ path, value, mark, note, range }) => [path, valueText(value), mark ?? '', noteText(note, range)] as const,
  );
  const width = (column: 0 | 1 | 2, max: number): number =>
    Math.min(max, Math.max(...rows.map((row) => row[column].length)));
  const [paths, values, words] = [width(0, PATH_WIDTH_MAX), width(1, VALUE_WIDTH_MAX), width(2, VALUE_WIDTH_MAX)];
  const lines = [
    ...headLines(loaded),
    ...rows.map(([path, value, mark, note]) =>
      `${path.padEnd(paths)}  ${value.padEnd(values)}  ${mark.padEnd(words)}  ${note}`.trimEnd(),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function noteText(note: string, range: MarkedLeaf['range']): string {
  return range === null ? note : `${note} [${range[0]} to ${range[1]}]`;
}

/** A line stays a line. */
function valueText(value: MarkedLeaf['value']): string {
  return typeof value === 'string' && (value === '' || /[\n\r\t]/.test(value)) ? JSON.stringify(value) : String(value);
}

function scenarioJson({ scenario, marks, rules, hash, sources }: LoadedScenario, provenance: Provenance): string {
  const values = marks.map(({ path, value, mark, note, range }) => ({ path, value, mark, note, range }));
  const { marks: _rows, ...rest } = scenario;
  return `${JSON.stringify({ provenance, name: scenario.name, hash, sources, rules, scenario: rest, values }, null, 2)}\n`;
}
