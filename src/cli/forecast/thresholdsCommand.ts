import { Command } from 'commander';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import { FORECAST_WATCHERS } from '../../../sim/forecast/forecastWatchers.ts';
import { THRESHOLDS } from '../../../sim/forecast/thresholds/thresholdPlan.ts';
import { thresholdRanges } from '../../../sim/forecast/thresholds/thresholdRanges.ts';
import type { DrawnScenario } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import { DRAWS_MIN, drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { simulateThresholds } from '../../../sim/forecast/thresholds/simulateThresholds.ts';
import { thresholdSection } from '../../report/forecast/thresholdSection.ts';
import { thresholdText } from '../../report/forecast/thresholdText.ts';
import type { Price, ThresholdPoint, ThresholdReport } from '../../report/ranges/thresholds.ts';
import { writeDocument } from '../report/writePage.ts';
import type { Shell } from '../shell/command.ts';
import { commandText } from '../shell/commandText.ts';
import { UsageError } from '../shell/exit.ts';
import { idleReplace, refuseIdle } from '../output/idleOptions.ts';
import { type Io, breathe, writeAnswer } from '../shell/io.ts';
import { collect, oneOf, pageFile, shareOption, threadsOf, whole, workersOption } from '../shell/options.ts';
import { progressOn } from '../shell/progress.ts';
import { loadScenarioFile, warnOfIdle } from '../shell/scenarioFile.ts';
import { benchVersion } from '../shell/version.ts';
import { priorsFile } from '../calibrate/priorsFile.ts';
import { scenariosOf } from '../calibrate/drawnScenarios.ts';
import { priceOption, pricesWith } from '../calibrate/thresholdPrices.ts';
import { namedOutput, refuseOthers, replaceOption } from '../output/ownFiles.ts';
import type { Provenance } from '../../report/provenance.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';

interface ThresholdsOptions {
  readonly seed?: string;
  readonly replications: number;
  readonly scale: number;
  readonly numbers: readonly number[];
  readonly daysBetween: readonly number[];
  readonly set: readonly string[];
  readonly price: readonly Price[];
  readonly priors?: string;
  readonly draws: number;
  readonly html?: string;
  readonly replace: boolean;
  readonly workers?: number;
  readonly format: 'text' | 'json';
}

/** `smets1-bench forecast thresholds SCENARIO`: how many failures a clause should ask for. */
export function thresholdsCommand({ action }: Shell): Command {
  return new Command('thresholds')
    .description('Show for each number of failures whom a clause excludes, and who would have migrated all the same.')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .option(
      '--numbers <list>',
      'numbers of failures to try beside the own one of each clause',
      numbers(1, 60),
      THRESHOLDS,
    ) // prettier-ignore
    .option('--days-between <list>', 'days between attempts to try; default: as the scenario says', numbers(1, 365), [])
    .option(
      '--price <what=pounds>',
      'price of an attempt, instruction or replacement; may be repeated',
      priceOption,
      [],
    )
    .option('--replications <n>', 'replications', whole(1, 1000), 4)
    .option('--scale <s>', 'share of every large population that is simulated', shareOption, 0.25)
    .option('--seed <text>', "seed (default: the scenario's)")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .option('--priors <file>', 'also over draws from these priors (scenarios/priors): each draw is lived once')
    .option('--draws <n>', 'draws from the priors', whole(DRAWS_MIN, 1000), 32)
    .option('--html <file>', 'write the curves as one page with pictures', pageFile)
    .addOption(replaceOption())
    .addOption(workersOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
Each clause is tried with other numbers of failures in separate weeks, the rest of the rules as they are. The twin of the
scenario throws the same dice, but an exclusion ends nothing in it: so one sees who would have migrated. Prices that are
not given are our assumption (scenarios/data/threshold-prices.csv). * marks the number that the rules ask for.

Examples:
  smets1-bench forecast thresholds various1 --scale 0.1 --replications 2
  smets1-bench forecast thresholds various1 --days-between 7,14,28 --price replacement=250
  smets1-bench forecast thresholds various1 --scale 0.05 --priors scenarios/priors/various1.yaml
  smets1-bench forecast thresholds various1 --format json | jq '.points[] | select(.isOwn)'

Exit codes: 0 done, 1 usage or scenario wrong, 3 defect.`,
    )
    .action(action(thresholds));
}

async function thresholds(io: Io, path: string, options: ThresholdsOptions): Promise<void> {
  const file = loadScenarioFile(path, options.set);
  warnOfIdle(io, file);
  refuseIdle(io, { draws: options.priors === undefined ? 'nothing is drawn without --priors' : undefined, ...idleReplace(options.html) }); // prettier-ignore
  const { scenario, rules } = file;
  const { replications, scale } = options;
  const seed = options.seed ?? scenario.seed;
  if (!/^.{1,200}$/s.test(seed)) throw new UsageError(`--seed: found ${seed.length} characters, expected 1 to 200`);
  if (!rules.clauses.some(({ shows }) => shows.type === 'count'))
    throw new UsageError(`${path}: rule set ${rules.name} has no clause that counts failures, so there is no number to choose`); // prettier-ignore
  const provenance: Provenance = {
    ...originOf(io, { ...scenarioOrigin(file), seed, replications }),
    command: commandOf(path, options),
  };
  refuseOthers([namedOutput('--html', options.html)], provenance, options);
  const prices = pricesWith(options.price);
  const priors = options.priors === undefined ? undefined : priorsFile(path, options.priors, options);
  const drawn = priors === undefined ? [] : scenariosOf(priors, drawsOf(priors, options.draws));
  const interruption = io.interruption();
  const progress = progressOn(io.err, io.env['TERM']);
  const pool = await openPool(threadsOf(options.workers), FORECAST_WATCHERS);
  try {
    const parts = replications + drawn.length;
    let done = 0;
    const curves = async (of: DrawnScenario, own: { readonly seed: string; readonly replications: number }) => {
      const points = await simulateThresholds(of.scenario, of.rules, {
        ...own,
        scale,
        numbers: options.numbers,
        spacings: options.daysBetween.length === 0 ? [null] : options.daysBetween,
        prices,
        pool,
        onProgress: async (share) => {
          progress.update((done + share * own.replications) / parts);
          await breathe();
          interruption.throwIfAborted();
        },
      });
      done += own.replications;
      return points;
    };
    const points = await curves(file, { seed, replications });
    const draws: (readonly ThresholdPoint[])[] = [];
    // Each draw has dice of its own: a range over priors holds chance too.
    for (const [d, draw] of drawn.entries())
      draws.push(await curves(draw, { seed: `${seed}-draw-${d}`, replications: 1 }));
    progress.stop();
    const { name, title, horizon } = scenario;
    const report: ThresholdReport = {
      scenario: { name, hash: file.hash, title, horizon },
      rules: rules.name,
      seed,
      replications,
      scale,
      command: provenance.command,
      version: benchVersion(),
      prices,
      points,
      overPriors:
        priors === undefined ? null : { name: priors.name, draws: draws.length, ranges: thresholdRanges(draws) },
    };
    if (options.html !== undefined) {
      writeDocument(options.html, {
        title: `${title}: thresholds`,
        provenance,
        sections: [thresholdSection(report, rules)],
      });
    }
    if (options.format === 'json') io.out.write(`${JSON.stringify({ provenance, ...report }, null, 2)}\n`);
    else writeAnswer(io.out, `${thresholdText(report, rules)}\n`);
  } finally {
    progress.stop();
    await pool.close();
  }
}

/** The command that gives the same figures again. */
function commandOf(path: string, options: ThresholdsOptions): string {
  const { replications, scale, numbers: tried, daysBetween, priors, draws, seed, set, price } = options;
  return commandText(['forecast', 'thresholds', path], {
    replications,
    scale,
    'numbers': tried.join(','),
    'days-between': daysBetween.length === 0 ? undefined : daysBetween.join(','),
    priors,
    'draws': priors === undefined ? undefined : draws,
    seed,
    set,
    'price': price.map(({ what, pounds }) => `${what}=${pounds}`),
  });
}

/** Parses whole numbers with commas between them: each once, rising. */
function numbers(min: number, max: number): (text: string) => readonly number[] {
  const one = whole(min, max);
  return (text) => [...new Set(text.split(',').map((word) => one(word.trim())))].toSorted((a, b) => a - b);
}
