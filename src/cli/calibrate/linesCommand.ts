import { Command } from 'commander';
import { calibrationSections } from '../../report/html/calibrationSections.ts';
import { lineName } from '../../report/volumes.ts';
import { parsePublishedVolumes, type PublishedLine } from '../../report/published.ts';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import { calibrateOn, type Calibration, type SeenLine } from '../../../sim/calibrate/posterior/calibration.ts';
import { volumesOfDraws, type DrawVolumes } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import { intervalOf } from '../../../sim/calibrate/posterior/publishedInterval.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { DRAWS_MAX, DRAWS_MIN, drawsOf, type ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts'; // prettier-ignore
import { Stream } from '../../../sim/world/dice/draws.ts';
import { normalQuantile } from '../../../sim/world/dice/normal.ts';
import { seedWords, STREAMS } from '../../../sim/world/dice/streams.ts';
import type { Factor } from '../../../sim/sweep/factor/factors.ts';
import { writeDocument } from '../report/writePage.ts';
import { commandText } from '../shell/commandText.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { breathe, writeLine, type Io } from '../shell/io.ts';
import { collect, oneOf, pageFile, shareOption, threadsOf, whole, workersOption } from '../shell/options.ts';
import { progressOn } from '../shell/progress.ts';
import { readText } from '../shell/readText.ts';
import { scenariosOf } from './drawnScenarios.ts';
import { EFFECTIVE_MIN, linesText, shown } from './linesText.ts';
import { priorsFile } from './priorsFile.ts';
import { namedOutput, refuseOthers, replaceOption } from '../output/ownFiles.ts';
import type { Provenance } from '../../report/provenance.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';

interface LinesOptions {
  readonly priors: string;
  readonly to?: string;
  readonly draws: number;
  readonly scale: number;
  readonly operatorError: number;
  readonly seed?: string;
  readonly set: readonly string[];
  readonly workers?: number;
  readonly html?: string;
  readonly replace: boolean;
  readonly format: 'text' | 'json';
}

/** `smets1-bench calibrate lines SCENARIO`: what published lines say of the assumptions. */
export function linesCommand({ action }: Shell): Command {
  return new Command('lines')
    .description('Hold draws from the priors against published lines: what they say of each parameter, and what not.')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .requiredOption('--priors <file>', 'file of priors (YAML): see scenarios/priors')
    .option('--to <lines.csv>', "published lines (default: the scenario's publishedVolumes)")
    .option('--draws <n>', 'draws of the Latin hypercube, one replication each', whole(DRAWS_MIN, DRAWS_MAX), 400)
    .option('--scale <s>', 'share of every population that is simulated', shareOption, 0.1)
    .option(
      '--operator-error <s>',
      "standard deviation of the operator's own count, as a share of it",
      shareOption,
      0.05,
    )
    .option('--seed <text>', "seed of the draws (default: that of the priors, or the scenario's)")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .addOption(workersOption())
    .option('--html <file>', 'write what the lines say as one page with pictures', pageFile)
    .addOption(replaceOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
A published figure is no exact target: it enters as the interval that its rounding leaves (columns low and high of the file
say another one), with the error that an operator's count has. What the file marks as an input is no data. Draws near the
figures are kept with weights and moved along a plane. fit is the other way: one number a line, and no error.

Examples:
  smets1-bench calibrate lines various1 --priors scenarios/priors/various1.yaml
  smets1-bench calibrate lines various1 --priors mine.yaml --to lines.csv --draws 1000 --format json

Exit codes: 0 done, 1 usage, scenario, priors or lines wrong, 3 defect, 4 the draws say too little, or none comes near.`,
    )
    .action(action(lines));
}

async function lines(io: Io, path: string, options: LinesOptions): Promise<ExitCode> {
  const priors = priorsFile(path, options.priors, options);
  const provenance = linesOrigin(io, path, options, priors);
  refuseOthers([namedOutput('--html', options.html)], provenance, options);
  const asked = publishedLines(priors, path, options.to);
  const drawn = drawsOf(priors, options.draws);
  const table = await simulateDraws(io, priors, drawn, { ...options, lines: asked });
  const found = calibrateOn({
    names: priors.parameters.map(({ name }) => name),
    lines: asked.map(({ seen }) => seen),
    coordinates: drawn.map(({ coordinates }) => coordinates),
    ...table,
    operatorError: options.operatorError,
    normalAt: observationDice(priors.seed),
    // Some thirty truths are enough to see that a table misleads.
    checkEvery: Math.max(1, Math.floor(options.draws / 30)),
  });
  if (options.html !== undefined) writeLinesPage(options.html, priors, { ...options, provenance }, found);
  io.out.write(
    options.format === 'json'
      ? linesJson(priors, { ...options, provenance }, found)
      : `${textOf(priors, options, found)}\n`,
  );
  return verdict(io, found);
}

/** The origin of the answer, with the command that gives it again. */
function linesOrigin(io: Io, path: string, options: LinesOptions, { base, seed }: Priors): Provenance {
  const { draws, scale, operatorError, set, to } = options;
  const command = commandText(['calibrate', 'lines', path], {
    'priors': options.priors,
    to,
    draws,
    scale,
    'operator-error': operatorError,
    'seed': options.seed,
    set,
  });
  return { ...originOf(io, { ...scenarioOrigin(base), seed }), command };
}

/** Writes what the lines say as a page. */
function writeLinesPage(
  file: string,
  { name, parameters }: Priors,
  options: LinesOptions & { readonly provenance: Provenance },
  found: Calibration,
): void {
  const { draws, scale, operatorError } = options;
  writeDocument(file, {
    title: `What published lines say of ${name}`,
    provenance: options.provenance,
    sections: calibrationSections({
      draws,
      scale,
      operatorError,
      effective: found.effective,
      effectiveMin: EFFECTIVE_MIN,
      coverage: found.coverage,
      lines: found.lines,
      parameters: found.parameters.map(({ name: parameter, posterior, contraction, verdict: word }, p) => {
        const factor = parameters[p] as Factor;
        const at = (place: number): string => shown(factor.at(place).label);
        const values = [at(posterior.p05), at(posterior.p50), at(posterior.p95)] as const;
        return { name: parameter, own: factor.own === undefined ? '' : shown(factor.own), values, contraction, verdict: word }; // prettier-ignore
      }),
    }),
  });
}

/** A line of the file, as what is counted and as what was seen. */
interface AskedLine {
  readonly line: PublishedLine;
  readonly seen: SeenLine;
}

function publishedLines({ base }: Priors, path: string, to: string | undefined): readonly AskedLine[] {
  const file = to ?? base.publishedVolumes;
  if (file === undefined) throw new UsageError(`${path}: it names no publishedVolumes; give a file by --to`);
  const parsed = parsePublishedVolumes(readText(file));
  if (!parsed.ok) throw new UsageError(`${file}: ${parsed.error}`);
  const rows = parsed.rows.filter(({ isInput }) => !isInput);
  if (rows.length === 0) throw new UsageError(`${file}: found no line that is not an input, expected at least one`);
  return rows.map((line) => ({
    line,
    seen: { name: lineName(line), published: line.published, ...(line.interval ?? intervalOf(line.published)) },
  }));
}

async function simulateDraws(
  io: Io,
  priors: Priors,
  drawn: readonly ParameterDraw[],
  { scale, workers, lines: asked }: Pick<LinesOptions, 'scale' | 'workers'> & { readonly lines: readonly AskedLine[] },
): Promise<DrawVolumes> {
  const scenarios = scenariosOf(priors, drawn);
  const interruption = io.interruption();
  const progress = progressOn(io.err, io.env['TERM']);
  const pool = await openPool(threadsOf(workers));
  try {
    return await volumesOfDraws(scenarios, {
      lines: asked.map(({ line }) => line),
      seed: priors.seed,
      scale,
      pool,
      onProgress: async (done) => {
        progress.update(done);
        await breathe();
        interruption.throwIfAborted();
      },
    });
  } finally {
    progress.stop();
    await pool.close();
  }
}

/** Standard normals for the error of observation, by draw and line. */
function observationDice(seed: string): (draw: number, line: number) => number {
  const stream = new Stream(seedWords(seed), 0, STREAMS.observationError);
  return (draw, line) => normalQuantile(stream.uniform(draw, line));
}

function textOf(priors: Priors, options: LinesOptions, found: Calibration): string {
  const { scenario, hash, marks } = priors.base;
  const fitted = scenario.fit.map(({ line, parameter, prior }) => {
    const value = marks.find((mark) => mark.path === parameter)?.value;
    return { line, parameter, value: Number(value), prior };
  });
  const head = `${priors.name} over ${scenario.name}#${hash} (seed ${priors.seed}): ${options.draws} draws of ${priors.parameters.length} parameters, each lived once by ${options.scale * 100} % of the homes, scaled back.`; // prettier-ignore
  return linesText({ head, found, parameters: priors.parameters, operatorError: options.operatorError, fitted });
}

function linesJson(
  { name, base, seed, parameters }: Priors,
  options: LinesOptions & { readonly provenance: Provenance },
  found: Calibration,
): string {
  const report = {
    provenance: options.provenance,
    priors: name,
    scenario: base.scenario.name,
    hash: base.hash,
    seed,
    draws: options.draws,
    scale: options.scale,
    operatorError: options.operatorError,
    effective: found.effective,
    coverage: found.coverage,
    lines: found.lines,
    parameters: found.parameters.map((row, p) => {
      const { p05, p50, p95 } = row.posterior;
      const [low, middle, high] = [p05, p50, p95].map((at) => parameters[p]?.at(at).label);
      return {
        ...row,
        paths: parameters[p]?.paths,
        own: parameters[p]?.own,
        values: { p05: low, p50: middle, p95: high },
      };
    }),
    weights: found.weights,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function verdict(io: Io, { lines: found, effective }: Calibration): ExitCode {
  const far = found.filter(({ tail }) => tail === 0);
  for (const { name, published } of far) {
    writeLine(io.err, `no draw of the priors comes near ${name}: ${published} was published, and every draw lies to one side of it`); // prettier-ignore
  }
  if (effective < EFFECTIVE_MIN) {
    writeLine(io.err, `${effective.toFixed(0)} effective draws, expected at least ${EFFECTIVE_MIN}: more --draws, or fewer lines`); // prettier-ignore
  }
  return far.length > 0 || effective < EFFECTIVE_MIN ? EXIT.property : EXIT.done;
}
