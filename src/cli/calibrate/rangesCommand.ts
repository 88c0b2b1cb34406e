import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { FORECAST_WATCHERS } from '../../../sim/forecast/forecastWatchers.ts';
import { simulateThresholds } from '../../../sim/forecast/thresholds/simulateThresholds.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import { volumesOfDraws, type CountedLine } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import { spreadOf } from '../../../sim/calibrate/posterior/posterior.ts';
import { readingWeights } from '../../../sim/calibrate/posterior/readingWeights.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { DRAWS_MAX, DRAWS_MIN, drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { openOutput } from '../../interchange/format/outputFile.ts';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { KNOWN_RANGES_FORMAT, TOTAL_LINE, type KnownRanges, type PriorRange } from '../../report/ranges/knownRanges.ts';
import { unitOf } from '../../rules/ruleset.ts';
import { lineName } from '../../report/volumes.ts';
import { pricesWith } from './thresholdPrices.ts';
import type { Shell } from '../shell/command.ts';
import { commandText } from '../shell/commandText.ts';
import { UsageError } from '../shell/exit.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { type Io, breathe, writeLine } from '../shell/io.ts';
import { shareOption, threadsOf, whole, workersOption, outputFile } from '../shell/options.ts';
import { progressOn } from '../shell/progress.ts';
import { readText } from '../shell/readText.ts';
import { loadScenarioFile, type ScenarioFile } from '../shell/scenarioFile.ts';
import { scenariosOf } from './drawnScenarios.ts';
import { priorsFile } from './priorsFile.ts';
import { refuseOthers, replaceOption } from '../output/ownFiles.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';

interface RangesOptions {
  readonly priors: string;
  readonly draws: number;
  readonly scale: number;
  readonly replications: number;
  readonly out: string;
  readonly replace: boolean;
  readonly workers?: number;
}

/** `smets1-bench calibrate ranges SCENARIO`: what reports say of a scenario beside one run of it. */
export function rangesCommand({ action }: Shell): Command {
  return new Command('ranges')
    .description('Compute the range of each volume over the priors, the weight of each reading, and who would migrate.')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .requiredOption('--priors <file>', 'file of priors (YAML): see scenarios/priors')
    .requiredOption('--out <file>', 'where the figures go (JSON)', outputFile)
    .addOption(replaceOption())
    .option('--draws <n>', 'draws of the Latin hypercube, one replication each', whole(DRAWS_MIN, DRAWS_MAX), 400)
    .option('--scale <s>', 'share of every population that a draw simulates', shareOption, 0.1)
    .option('--replications <n>', 'replications of each reading, at full size', whole(1, 100), 2)
    .addOption(workersOption())
    .addHelpText(
      'after',
      `
Some minutes. The file of the baseline is scenarios/data/various1-ranges.json: run shows it beside the volumes of the scenario
that it was made from, and of no other.

Example:
  smets1-bench calibrate ranges scenarios/various1.yaml --priors scenarios/priors/various1.yaml --out ranges.json

Exit codes: 0 done, 1 usage, scenario or priors wrong, 3 defect.`,
    )
    .action(action(ranges));
}

async function ranges(io: Io, path: string, options: RangesOptions): Promise<void> {
  const file = loadScenarioFile(path, []);
  const priors = priorsFile(path, options.priors);
  const provenance = originOf(io, scenarioOrigin(file));
  refuseOthers([{ path: options.out, option: '--out' }], provenance, options);
  // A place that cannot be written to is told before minutes of work, not after them.
  const output = openAt(options.out);
  const interruption = io.interruption();
  const progress = progressOn(io.err, io.env['TERM']);
  const pool = await openPool(threadsOf(options.workers), FORECAST_WATCHERS);
  /** Three parts of about equal length. */
  const onProgress =
    (part: number) =>
    async (done: number): Promise<void> => {
      progress.update((part + done) / 3);
      await breathe();
      interruption.throwIfAborted();
    };
  try {
    const { scenario, rules } = file;
    const { seed } = scenario;
    const { replications } = options;
    const known: KnownRanges = {
      format: KNOWN_RANGES_FORMAT,
      command: commandOf(path, options),
      kernel: KERNEL,
      scenario: scenario.name,
      hash: file.hash,
      priors: {
        name: priors.name,
        sha256: createHash('sha256').update(readText(options.priors)).digest('hex'),
        parameters: priors.parameters.length,
        draws: options.draws,
        scale: options.scale,
      },
      replications,
      ranges: await rangesOf(file, priors, { ...options, pool, onProgress: onProgress(0) }),
      readings: await readingWeights(scenario, rules, { seed, replications, pool, onProgress: onProgress(1) }),
      thresholds: (
        await simulateThresholds(scenario, rules, {
          seed,
          replications,
          scale: 1,
          numbers: [],
          spacings: [null],
          prices: pricesWith([]),
          pool,
          onProgress: onProgress(2),
        })
      ).filter(({ isOwn }) => isOwn),
    };
    progress.stop();
    output.write(Buffer.from(`${JSON.stringify({ ...known, provenance }, null, 2)}\n`));
    output.commit();
    writeLine(io.out, options.out);
  } catch (error) {
    output.abort();
    throw error;
  } finally {
    progress.stop();
    await pool.close();
  }
}

function openAt(path: string): ReturnType<typeof openOutput> {
  try {
    makeFolders(dirname(resolve(path)));
    return openOutput(path);
  } catch (error) {
    const words = fileErrorWords(error);
    throw words === undefined
      ? error
      : new UsageError(`--out ${path}: ${words}\n  Name another file.`, { cause: error });
  }
}

async function rangesOf(
  { volumes, rules }: ScenarioFile,
  priors: Priors,
  { draws, scale, pool, onProgress }: Pick<RangesOptions, 'draws' | 'scale'> & { readonly pool: Pool; readonly onProgress: (share: number) => Promise<void> }, // prettier-ignore
): Promise<readonly PriorRange[]> {
  const published = volumes.filter(({ isInput }) => !isInput);
  const named: readonly (CountedLine & { readonly line: string })[] = [
    ...published.map((line) => ({ ...line, line: lineName(line) })),
    ...CATEGORIES.map((category) => ({ category, cohorts: COHORTS, line: `${category}/all` })),
  ];
  const drawn = drawsOf(priors, draws);
  const found = await volumesOfDraws(scenariosOf(priors, drawn), { lines: named, seed: priors.seed, scale, pool, onProgress }); // prettier-ignore
  const even = found.volumes.map(() => 1);
  const rangeOf = (line: string, values: readonly number[]): PriorRange => {
    const { p05, p50, p95 } = spreadOf(values, even);
    return { line, p05: Math.round(p05), p50: Math.round(p50), p95: Math.round(p95) };
  };
  const homes = CATEGORIES.flatMap((category, c) => {
    const isOfHomes = rules.clauses.some((clause) => clause.category === category) && unitOf(category, rules) === 'installations'; // prettier-ignore
    return isOfHomes ? [published.length + c] : [];
  });
  return [
    ...named.map(({ line }, l) => rangeOf(line, found.volumes.map((row) => row[l] as number))), // prettier-ignore
    // The sum of each draw: clauses move together, so that their ranges do not add up.
    rangeOf(TOTAL_LINE, found.volumes.map((row) => homes.reduce((sum, l) => sum + (row[l] as number), 0))), // prettier-ignore
  ];
}

function commandOf(path: string, { priors, draws, scale, replications, out }: RangesOptions): string {
  return commandText(['calibrate', 'ranges', path], { priors, draws, scale, replications, out });
}
