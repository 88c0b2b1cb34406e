import { openPool } from '../../../sim/kernel/run/pool.ts';
import { calibrateOn } from '../../../sim/calibrate/posterior/calibration.ts';
import { volumesOfDraws, type DrawVolumes } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { drawsOf, type ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { commandText } from '../shell/commandText.ts';
import type { ExitCode } from '../shell/exit.ts';
import { breathe, type Io } from '../shell/io.ts';
import { threadsOf } from '../shell/options.ts';
import { progressOn } from '../shell/progress.ts';
import { observationDice, publishedLines, type AskedLine } from './calibrationAnswer.ts';
import { giveAnswer, refuseOut, type AnswerPlaces } from './calibrationOutput.ts';
import { scenariosOf } from './drawnScenarios.ts';
import { priorsFile } from './priorsFile.ts';
import type { Provenance } from '../../report/provenance.ts';
import { filesOrigin, originOf, scenarioOrigin } from '../output/outputOrigin.ts';

/** The options of holding draws without a library against published lines. */
export interface DrawsAsked extends AnswerPlaces {
  readonly priors: string;
  readonly to: string;
  readonly draws: number;
  readonly scale: number;
  readonly operatorError: number;
  readonly seed?: string | undefined;
  readonly set: readonly string[];
  readonly workers?: number | undefined;
}

/** `calibrate SCENARIO --to LINES`: lives many draws once, for the lines alone, and keeps no library. */
export async function askDraws(io: Io, path: string, options: DrawsAsked): Promise<ExitCode> {
  const { draws, scale, operatorError, set, to, seed } = options;
  const priors = priorsFile(path, options.priors, options);
  const asked = publishedLines(priors, to);
  const given = { 'priors': options.priors, to, draws, scale, 'operator-error': operatorError, seed, set };
  const provenance: Provenance = {
    ...originOf(io, { ...scenarioOrigin(priors.base), seed: priors.seed, inputs: filesOrigin([options.priors, to]) }),
    command: commandText(['calibrate', path], given),
  };
  refuseOut(options, provenance);
  const drawn = drawsOf(priors, draws);
  const table = await simulateDraws(io, priors, drawn, { ...options, lines: asked });
  const found = calibrateOn({
    names: priors.parameters.map(({ name }) => name),
    lines: asked.map(({ seen }) => seen),
    coordinates: drawn.map(({ coordinates }) => coordinates),
    ...table,
    operatorError,
    normalAt: observationDice(priors.seed),
    // Some thirty truths are enough to see that a table misleads.
    checkEvery: Math.max(1, Math.floor(draws / 30)),
  });
  const rows = drawn.map(({ number }) => ({ draw: number, run: 0 }));
  return giveAnswer(io, { priors, drawn, rows, scale, operatorError, found, histories: null, provenance, notes: [] }, options); // prettier-ignore
}

async function simulateDraws(
  io: Io,
  priors: Priors,
  drawn: readonly ParameterDraw[],
  { scale, workers, lines: asked }: Pick<DrawsAsked, 'scale' | 'workers'> & { readonly lines: readonly AskedLine[] },
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
