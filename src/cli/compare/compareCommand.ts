import { basename } from 'node:path';
import { Command } from 'commander';
import { openTable } from '../../interchange/table/tableFile.ts';
import { column, type TableColumn } from '../../interchange/table/tableTypes.ts';
import { comparisonSections, type ComparedLine } from '../../report/html/comparisonSections.ts';
import type { Provenance } from '../../report/provenance.ts';
import { meanOf, varianceOf } from '../../report/statistics.ts';
import { signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { meanEstimate, type Estimate } from '../../../sim/sweep/analysis/estimates.ts';
import { pairedDifference } from '../../../sim/sweep/analysis/pairedDifference.ts';
import { writeDocument } from '../report/writePage.ts';
import type { Shell } from '../shell/command.ts';
import { commandText } from '../shell/commandText.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { collect, oneOf, pageFile, threadsOf, whole, workersOption, outputFile } from '../shell/options.ts';
import { outError } from '../shell/outDirectory.ts';
import { progressOn } from '../shell/progress.ts';
import { loadScenarioFile } from '../shell/scenarioFile.ts';
import { comparedMonths, comparedMonthsText } from './comparedMonths.ts';
import { isRunFolder, sideOfFolder, sideOfScenario, type Side, type SideLine } from './compareSides.ts';
import { replaceOption, namedOutput, refuseOthers, writeSideManifest } from '../output/ownFiles.ts';
import { originOf } from '../output/outputOrigin.ts';

interface CompareOptions {
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replications?: number;
  readonly workers?: number;
  readonly monthly: boolean;
  readonly out?: string;
  readonly html?: string;
  readonly replace: boolean;
  readonly format: 'text' | 'json';
}

/** `smets1-bench compare A B`: what the one has more of than the other, on common dice. */
export function compareCommand({ action }: Shell): Command {
  return new Command('compare')
    .argument('<a>', 'scenario, or folder that run --out wrote')
    .argument('[b]', 'the other one; left out: A under --set')
    .option('--set <path=value>', 'change a field of B (or of A, where B is left out); may be repeated', collect, [])
    .option('--seed <text>', "seed of both (default: that of A's scenario)")
    .option('--replications <n>', "replications of both (default: those of A's scenario)", whole(1, 10_000))
    .option('--monthly', "also compare the volumes at each month's end", false)
    .addOption(workersOption())
    .option('--html <file>', 'write the comparison as one page with pictures', pageFile)
    .option('--out <file>', 'write a CSV with one row per line and replication', outputFile)
    .addOption(replaceOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
Replication by replication both have the same dice, so their difference varies far less than either volume. The last
column, runs, says how many replications independent dice would have needed for an interval as narrow.

Examples:
  smets1-bench compare scenarios/various1.yaml --set amendments.clauses.five-retries.shows.atLeast=4
  smets1-bench compare scenarios/various1.yaml mine.yaml --replications 10 --monthly
  smets1-bench compare out/before out/after --html out/compare.html

Exit codes: 0 done, 1 usage, scenario or folder wrong, 3 defect.`,
    )
    .action(action(compare));
}

async function compare(io: Io, a: string, b: string | undefined, options: CompareOptions): Promise<ExitCode> {
  if (b === undefined && options.set.length === 0)
    throw new UsageError('compare needs two scenarios or runs, or one scenario and --set');
  if (isRunFolder(b ?? a) && options.set.length > 0)
    throw new UsageError('--set changes a scenario, not the folder of a run that is over');
  const origin = sidesOrigin(io, [a, b], options);
  refuseOthers([namedOutput('--html', options.html), namedOutput('--out', options.out)], origin, options);
  const [before, after] = await sides(io, a, b ?? a, options);
  const isPaired = before.seed === after.seed && before.replications === after.replications;
  const rows = comparedLines(before, after, isPaired);
  const months = options.monthly ? comparedMonths(before, after, isPaired) : undefined;
  if (months?.length === 0) throw new UsageError('--monthly: the two have no month in common');
  const provenance = diceOrigin(origin, before, after);
  if (options.out !== undefined) writeSamples(options.out, provenance, before, after);
  if (options.html !== undefined) {
    const report = { a: nameOfSide(before), b: nameOfSide(after), replications: before.replications, isPaired, lines: rows }; // prettier-ignore
    const title = before.name === after.name ? `A change of ${before.name}` : `${before.name} beside ${after.name}`;
    writeDocument(options.html, { title, provenance, sections: comparisonSections(report) });
  }
  if (options.format === 'json')
    io.out.write(
      `${JSON.stringify({ provenance, a: described(before), b: described(after), paired: isPaired, rows, ...(months && { months }) })}\n`,
    );
  else {
    writeAnswer(io.out, compareText(before, after, isPaired, rows));
    if (months) writeAnswer(io.out, `\n${comparedMonthsText(months)}`);
  }
  return EXIT.done;
}

async function sides(io: Io, a: string, b: string, options: CompareOptions): Promise<readonly [Side, Side]> {
  const scenario = [a, b].find((path) => !isRunFolder(path));
  const own = scenario === undefined ? undefined : loadScenarioFile(scenario, []).scenario;
  const folder = [a, b].filter(isRunFolder).map(sideOfFolder)[0];
  const progress = progressOn(io.err, io.env['TERM']);
  const runs = [a, b].filter((path) => !isRunFolder(path)).length;
  let run = 0;
  const side = async (path: string, set: readonly string[]): Promise<Side> => {
    if (isRunFolder(path)) return sideOfFolder(path);
    const done = run;
    run += 1;
    return sideOfScenario(io, path, set, {
      // A run that is over has thrown its dice: the other one takes the same.
      seed: options.seed ?? folder?.seed ?? own?.seed ?? '',
      replications: options.replications ?? folder?.replications ?? own?.replications ?? 1,
      workers: threadsOf(options.workers),
      asOf: [],
      monthly: options.monthly,
      elapsed: io.elapsed,
      interruption: io.interruption(),
      onProgress: (share) => progress.update((done + share) / runs),
    });
  };
  try {
    const before = await side(a, []);
    return [before, await side(b, options.set)];
  } finally {
    progress.stop();
  }
}

/** Lines that either side has, in the order of the first. */
function comparedLines(before: Side, after: Side, isPaired: boolean): readonly ComparedLine[] {
  const named = new Map([...before.lines, ...after.lines].map((line) => [nameOf(line), line]));
  return [...named.values()].map((line) => {
    const [a, b] = [samplesOf(before, line), samplesOf(after, line)];
    const { cohort, category, words, unit } = line;
    const paired = pairedDifference(a, b);
    return {
      cohort,
      category,
      words,
      unit,
      a: meanOf(a),
      b: meanOf(b),
      difference: isPaired ? paired.difference : unpairedDifference(a, b),
      independentReplications: isPaired ? paired.independentReplications : null,
    };
  });
}

/** A line that a side lacks is zero there: reports leave out what nobody met. */
function samplesOf(side: Side, line: SideLine): readonly number[] {
  const own = side.lines.find((other) => nameOf(other) === nameOf(line));
  return own?.samples ?? Array.from({ length: side.replications }, () => 0);
}

function nameOf({ cohort, category, unit }: SideLine): string {
  return `${cohort}/${category}/${unit}`;
}

/** The difference of two independent means, with the interval of the one that has fewer replications. */
function unpairedDifference(a: readonly number[], b: readonly number[]): Estimate {
  const value = meanOf(b) - meanOf(a);
  const fewer = a.length < b.length ? a : b;
  const { low, value: mean } = meanEstimate(fewer);
  const own = varianceOf(fewer) / fewer.length;
  if (low === null || own === 0) return { value, low: null, high: null };
  const half = (mean - low) * Math.sqrt((varianceOf(a) / a.length + varianceOf(b) / b.length) / own);
  return { value, low: value - half, high: value + half };
}

function described(side: Side): object {
  return { name: nameOfSide(side), seed: side.seed, replications: side.replications };
}

function nameOfSide({ name, hash }: Side): string {
  return `${name}#${hash}`;
}

/** What decides a comparison, as far as it is known before anything is simulated. */
function sidesOrigin(
  io: Io,
  [a, b]: readonly [string, string | undefined],
  { set, seed, replications }: CompareOptions,
): Provenance {
  const known = (path: string, settings: readonly string[]): Provenance['scenarios'][number] => {
    if (isRunFolder(path)) return pick(sideOfFolder(path));
    const { scenario, hash } = loadScenarioFile(path, settings);
    return { name: scenario.name, hash };
  };
  return {
    ...originOf(io, { scenarios: [known(a, []), known(b ?? a, set)] }),
    command: commandText(['compare', a, ...(b === undefined ? [] : [b])], { seed, replications, set }),
    set,
  };
}

function pick({ name, hash }: Side): Provenance['scenarios'][number] {
  return { name, hash };
}

/** The dice are named only if both sides have the same. */
function diceOrigin(origin: Provenance, before: Side, after: Side): Provenance {
  return {
    ...origin,
    rules: before.rules === after.rules ? before.rules : null,
    seed: before.seed === after.seed ? before.seed : null,
    replications: before.replications === after.replications ? before.replications : null,
  };
}

function compareText(before: Side, after: Side, isPaired: boolean, rows: readonly ComparedLine[]): string {
  const moved = rows.filter(({ a, b }) => a !== b);
  const dice = isPaired
    ? `${before.replications} replications on common dice (seed ${before.seed})`
    : 'seeds or numbers of replications differ, so the dice are not common: run both anew for a sharper answer';
  const head = `A: ${nameOfSide(before)}\nB: ${nameOfSide(after)}\n${dice}`;
  if (moved.length === 0) return `${head}\n\nNo volume differs in any replication's mean.\n`;
  const table = [
    ['cohort', 'category', 'A', 'B', 'B - A', '90 % interval', 'runs'],
    ...moved.map(({ cohort, category, unit, a, b, difference, independentReplications: needed }) => [
      cohort,
      category === '' ? 'all homes' : `${category}${unit === 'gas_meters' ? ' (gas)' : ''}`,
      wholeNumber(a),
      wholeNumber(b),
      signedNumber(difference.value),
      difference.low === null ? '' : `${signedNumber(difference.low)} to ${signedNumber(difference.high as number)}`,
      needed === null ? '' : wholeNumber(needed),
    ]),
  ];
  const same = rows.length - moved.length;
  const rest = same === 0 ? '' : `\n${same} other lines do not differ.`;
  const note = isPaired ? '\nruns: replications that independent dice would need for as narrow an interval' : '';
  return `${head}\n\n${textTable(table, { right: [2, 3, 4, 5, 6] })}${rest}${note}\n`;
}

const SAMPLE_COLUMNS: readonly TableColumn[] = [
  column('cohort', 'text', 'migration cohort, or all'),
  column('category', 'text', 'exclusion category; empty: all that exclude installations'),
  column('unit', 'text', 'installations or gas_meters; never to be added'),
  column('replication', 'int32', 'from 0'),
  column('a', 'double', 'count in A; empty: A has fewer replications'),
  column('b', 'double', 'count in B'),
];

function writeSamples(path: string, provenance: Provenance, before: Side, after: Side): void {
  try {
    const file = openTable(path, SAMPLE_COLUMNS, { format: 'csv', metadata: {} });
    const named = new Map([...before.lines, ...after.lines].map((line) => [nameOf(line), line]));
    for (const line of named.values()) {
      const [a, b] = [samplesOf(before, line), samplesOf(after, line)];
      for (let i = 0; i < Math.max(a.length, b.length); i += 1)
        file.append([line.cohort, line.category || null, line.unit, i, a[i] ?? null, b[i] ?? null]);
    }
    writeSideManifest(path, provenance, { kind: 'compare', files: { [basename(path)]: file.close() } });
  } catch (error) {
    throw outError(error, path, 'Name another file.');
  }
}
