import { Option } from 'commander';
import type { Calibration } from '../../../sim/calibrate/posterior/calibration.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import type { ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { lineName } from '../../report/volumes.ts';
import { parsePublishedVolumes, type PublishedLine } from '../../report/published.ts';
import { intervalOf } from '../../../sim/calibrate/posterior/publishedInterval.ts';
import type { SeenLine } from '../../../sim/calibrate/posterior/calibration.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { normalQuantile } from '../../../sim/world/dice/normal.ts';
import { seedWords, STREAMS } from '../../../sim/world/dice/streams.ts';
import type { Provenance } from '../../report/provenance.ts';
import { shareOption } from '../shell/options.ts';
import { UsageError } from '../shell/exit.ts';
import { diskFiles, readGiven } from '../shell/readText.ts';
import type { Files } from '../../document/files.ts';

/** What data said of the draws, and what a reader has to know of it. */
export interface CalibrationAnswer {
  readonly priors: Priors;
  readonly drawn: readonly ParameterDraw[];
  /** The draw and the run of each row of `found.weights`. */
  readonly rows: readonly { readonly draw: number; readonly run: number }[];
  readonly scale: number;
  readonly operatorError: number;
  readonly found: Calibration;
  /** The portfolio that the draws were held against; null without histories. */
  readonly histories: HistoriesRead | null;
  /** Where the answer comes from, with the command that gives it again. */
  readonly provenance: Provenance;
  /** What a reader should know before using it: a sentence each. */
  readonly notes: readonly string[];
}

/** A portfolio, as the answer states it. */
export interface HistoriesRead {
  readonly asOf: string;
  readonly installations: number;
  /** The largest |z| of the summaries, and by how much intervals were widened for it. */
  readonly alarm: number;
  readonly widened: number;
}

/** A line of a file, as what is counted and as what was seen. */
export interface AskedLine {
  readonly line: PublishedLine;
  readonly seen: SeenLine;
}

/** The word for the published lines that a scenario names itself. */
export const PUBLISHED = 'published';

/**
 * The lines of a file that are no input.
 * @param to a file, or PUBLISHED
 * @param files where the scenario's own lines are; by default on disk
 * @throws UsageError if there is none, or the file is wrong
 */
export function publishedLines({ base }: Priors, to: string, files: Files = diskFiles): readonly AskedLine[] {
  const file = to === PUBLISHED ? base.publishedVolumes : to;
  if (file === undefined) throw new UsageError(`--to ${PUBLISHED}: the scenario ${base.scenario.name} names no publishedVolumes; give a file of your own`); // prettier-ignore
  const parsed = parsePublishedVolumes(to === PUBLISHED ? files.read(file) : readGiven(file, 'published lines as CSV'));
  if (!parsed.ok) throw new UsageError(`${file}: ${parsed.error}\n  A file of lines is CSV with the columns category, cohorts, published and relation (scenarios/data/published-volumes.csv).`); // prettier-ignore
  if (parsed.rows.length === 0) throw new UsageError(`${file}: found no line, expected at least one below the header`);
  const rows = parsed.rows.filter(({ isInput }) => !isInput);
  if (rows.length === 0) throw new UsageError(`${file}: found only lines whose relation is input, expected at least one other: an input enters the scenario and says nothing of it`); // prettier-ignore
  const names = rows.map(lineName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`${file}: ${twice} stands there twice: a figure counts once`);
  const unknown = rows.find(({ category }) => !base.rules.clauses.some((clause) => clause.category === category));
  if (unknown !== undefined) throw new UsageError(`${file}: ${lineName(unknown)}: the rules of the scenario (${base.rules.name}) have no clause for ${unknown.category}, so that no draw counts it`); // prettier-ignore
  return rows.map((line) => ({
    line,
    seen: { name: lineName(line), published: line.published, ...(line.interval ?? intervalOf(line.published)) },
  }));
}

/** `--operator-error`, which enters with published lines. The default is ours. */
export function operatorErrorOption(before = ''): Option {
  return new Option('--operator-error <s>', `${before}standard deviation of the operator's own count, as a share of it`)
    .argParser(shareOption)
    .default(0.05);
}

/** Standard normals for the error of observation, by row and line. */
export function observationDice(seed: string): (row: number, line: number) => number {
  const stream = new Stream(seedWords(seed), 0, STREAMS.observationError);
  return (row, line) => normalQuantile(stream.uniform(row, line));
}
