import type { ExclusionCategory } from '../../src/clauses/clause.ts';
import type { Cohort } from '../../src/installation/cohort.ts';
import { meanOf, varianceOf } from '../../src/report/statistics.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Pool } from '../kernel/run/pool.ts';
import { simulate } from '../kernel/run/simulate.ts';
import { countOf } from '../forecast/results.ts';

/** A published line, and the one number of the scenario that is fitted to it. */
export interface FitLine {
  readonly line: string;
  readonly category: ExclusionCategory;
  readonly cohorts: readonly Cohort[];
  readonly published: number;
  readonly parameter: string;
  readonly prior: number;
}

/** The volume of each line, and its Monte-Carlo error: the standard error of the mean over replications. */
export interface LineVolumes {
  readonly volumes: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

/** One round of the fit: the parameters it was run with, and what came. */
export interface FitRound extends LineVolumes {
  readonly parameters: Readonly<Record<string, number>>;
  /** The seeds whose replications it is the mean of. */
  readonly seeds: readonly string[];
}

/** A check of parameters with dice that the fit has not seen. */
export interface FitCheck extends LineVolumes {
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: string;
}

/** What a fit came to: its rounds, the nearest of them, and the check of that one. */
export interface Fit {
  readonly rounds: readonly FitRound[];
  readonly best: FitRound;
  /** Null for a fit of one round, which fits nothing to its dice. */
  readonly check: FitCheck | null;
}

/**
 * The options of a fit: seed, replications and rounds (each at least 1), threads, and the way to put new numbers into
 * the scenario.
 */
export interface FitOptions {
  readonly seed: string;
  readonly replications: number;
  readonly workers: number;
  /** The pool in which every round runs. By default each round opens its own. */
  readonly pool?: Pool;
  readonly rounds: number;
  readonly now: () => number;
  /** Returns the scenario with numbers set at their paths. */
  readonly withParameters: (parameters: Readonly<Record<string, number>>) => { scenario: Scenario; rules: RuleSet };
  /** Counts the lines under some parameters with the dice of a seed; by default the scenario is simulated. */
  readonly count?: (lines: readonly CountedLine[], parameters: FitRound['parameters'], seed: string) => Promise<LineVolumes>; // prettier-ignore
  /** Lines that are counted in every round but fitted to nothing. */
  readonly alsoCount?: readonly CountedLine[];
  /**
   * Receives an error of any round after the first. It returns true if the scenario refuses the numbers that the secant
   * gave; the fit then ends with the rounds before it. By default every error is thrown.
   */
  readonly endsFit?: (error: unknown) => boolean;
  readonly onRound?: (round: FitRound, stage: FitStage) => void;
  readonly onCheck?: (check: FitCheck) => void;
}

/** A line that has a volume. */
export type CountedLine = Pick<FitLine, 'line' | 'category' | 'cohorts'>;

/** The progress of a fit. */
export interface FitStage {
  /** The number of the round, from 1. */
  readonly number: number;
  readonly of: number;
  /** The line that is left out at the moment; null if there is none. */
  readonly leftOut: string | null;
}

/** The volume of each line at the comparison's as-of: the mean over replications, with its error. */
export async function lineVolumes(
  lines: readonly CountedLine[],
  parameters: Readonly<Record<string, number>>,
  options: FitOptions,
): Promise<LineVolumes> {
  if (options.count !== undefined) return options.count(lines, parameters, options.seed);
  const { scenario, rules } = options.withParameters(parameters);
  const simulation = await simulate(scenario, rules, options);
  const count = countOf(simulation);
  const asOf = simulation.model.asOfs.length - 1;
  const { replications } = options;
  const volumes: Record<string, number> = {};
  const errors: Record<string, number> = {};
  for (const { line, category, cohorts } of lines) {
    const samples = Array.from({ length: replications }, (_, replication) =>
      cohorts.reduce(
        (sum, cohort) => sum + count({ replication, asOf, measure: 'qualifying', cohort, category, of: 'reported' }),
        0,
      ),
    );
    const mean = meanOf(samples);
    volumes[line] = mean;
    // A few replications may happen to agree. A count of independent homes varies as its number does, at least.
    errors[line] = Math.sqrt(Math.max(varianceOf(samples), mean, 1) / replications);
  }
  return { volumes, errors };
}

function square(value: number): number {
  return value * value;
}

/** The mean of means over as many replications each. */
function pooled(parts: readonly LineVolumes[], lines: readonly CountedLine[]): LineVolumes {
  const mean = (of: (part: LineVolumes) => number): number => parts.reduce((sum, part) => sum + of(part), 0) / parts.length; // prettier-ignore
  const entries = (of: (line: string) => number): Record<string, number> => Object.fromEntries(lines.map(({ line }) => [line, of(line)])); // prettier-ignore
  return {
    volumes: entries((line) => mean(({ volumes }) => volumes[line] as number)),
    errors: entries((line) => Math.sqrt(mean(({ errors }) => square(errors[line] as number)) / parts.length)),
  };
}

/**
 * Fits the one parameter of each line by a secant on common random numbers. Every round runs the same dice with other
 * parameters, so a difference in volume comes from the parameter. Within a round, lines are treated as independent; the
 * next round corrects for what they share. A line that is met keeps its number.
 *
 * Numbers that meet the lines with some dice may owe it to these dice. So once a round meets every line, it is checked
 * with dice that the fit has not seen, and ends the fit if every line is settled there. If one is not, those dice join
 * the ones that are fitted to, and the rounds go on. The function writes nothing: a person puts the numbers into the
 * scenario.
 */
export async function fitVerified(
  lines: readonly FitLine[],
  start: Readonly<Record<string, number>>,
  options: FitOptions,
): Promise<Fit> {
  const counted = [...lines, ...(options.alsoCount ?? [])];
  let [checks, check]: [number, FitCheck | null] = [0, null];
  const checked = async (parameters: FitRound['parameters']): Promise<FitCheck> => {
    checks += 1;
    const seed = `${options.seed}-check-${checks}`;
    const found: FitCheck = { ...(await lineVolumes(counted, parameters, { ...options, seed })), parameters, seed };
    options.onCheck?.(found);
    return found;
  };
  const rounds = await fitLines(lines, start, options, {
    met: async (round) => {
      check = await checked(round.parameters);
      return lines.every((line) => isSettled(line, round, check)) ? null : check;
    },
  });
  // Rounds on more dice say more than those before: the nearest is one of the last kind.
  const most = rounds.at(-1)?.seeds.length ?? 1;
  const best = bestRound(lines, rounds.filter(({ seeds }) => seeds.length === most)); // prettier-ignore
  const isKnown = (found: FitCheck | null): boolean => found !== null && found.parameters === best.parameters && !best.seeds.includes(found.seed); // prettier-ignore
  if (options.rounds > 1 && !isKnown(check)) check = await checked(best.parameters);
  return { rounds, best, check: options.rounds > 1 ? check : null };
}

interface RoundsOptions {
  readonly leftOut?: string;
  /** Is asked about a round that meets every line: null ends the fit, a check is pooled with the dice of the fit. */
  readonly met?: (round: FitRound) => Promise<FitCheck | null>;
}

/** Runs the rounds of a fit, at most `options.rounds`; by default they end when every line is met. */
export async function fitLines(
  lines: readonly FitLine[],
  start: Readonly<Record<string, number>>,
  options: FitOptions,
  { leftOut, met }: RoundsOptions = {},
): Promise<readonly FitRound[]> {
  const counted = [...lines, ...(options.alsoCount ?? [])];
  const rounds: FitRound[] = [];
  let seeds: readonly string[] = [options.seed];
  let parameters = start;
  for (let i = 0; i < options.rounds; i += 1) {
    const parts: LineVolumes[] = [];
    try {
      for (const seed of seeds) parts.push(await lineVolumes(counted, parameters, { ...options, seed }));
    } catch (error) {
      if (i === 0 || !options.endsFit?.(error)) throw error;
      break;
    }
    const round: FitRound = { parameters, ...pooled(parts, counted), seeds };
    rounds.push(round);
    options.onRound?.(round, { number: i + 1, of: options.rounds, leftOut: leftOut ?? null });
    if (options.rounds > 1 && lines.every((line) => isMet(line, round))) {
      const more = (await met?.(round)) ?? null;
      if (more === null) break;
      seeds = [...seeds, more.seed];
      // The same numbers on all dice: both parts are known.
      rounds.push({ parameters, ...pooled([...parts, more], counted), seeds });
    }
    parameters = Object.fromEntries(lines.map((line) => [line.parameter, nextGuess(line, rounds)]));
  }
  return rounds;
}

/** The result of leaving out one line: what the other lines then give for it. */
interface LeftOut {
  readonly line: FitLine;
  /** The parameter of the line itself is at its prior, and the others are as in the best round. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The round, with the volume of the line itself. */
  readonly round: FitRound;
  /**
   * The number of rounds. One means that the other lines were evaluated where the whole fit left them, and not fitted
   * again.
   */
  readonly rounds: number;
}

/** The greatest distance of a volume from its published figure, as a share of that figure. */
export function farthestOff(lines: readonly FitLine[], volumes: Readonly<Record<string, number>>): number {
  return Math.max(0, ...lines.map(({ line, published }) => Math.abs((volumes[line] as number) / published - 1)));
}

/** By how many Monte-Carlo errors the volume of a line lies above its published figure. */
export function errorsOff({ line, published }: FitLine, { volumes, errors }: LineVolumes): number {
  return ((volumes[line] as number) - published) / (errors[line] as number);
}

/**
 * By how many errors a checked line lies off. Its number was fitted to the dice of a round, so that it carries the error
 * of that round beside the error of the check.
 */
export function checkedOff({ line, published }: FitLine, { errors }: FitRound, check: FitCheck): number {
  const error = Math.sqrt(square(errors[line] as number) + square(check.errors[line] as number));
  return ((check.volumes[line] as number) - published) / error;
}

/** A line within so many errors is settled: chance alone takes one of twenty farther. */
export const SETTLED_WITHIN = 2;

/** True if a line lies within its error, with dice that the fit has not seen; or of a round that nothing was fitted to. */
export function isSettled(line: FitLine, round: FitRound, check: FitCheck | null): boolean {
  const off = check === null ? errorsOff(line, round) : checkedOff(line, round, check);
  return Math.abs(off) <= SETTLED_WITHIN;
}

/** The round whose farthest line is nearest, in errors. Among equals the first wins. */
export function bestRound(lines: readonly FitLine[], rounds: readonly FitRound[]): FitRound {
  const off = rounds.map((round) => Math.max(0, ...lines.map((line) => Math.abs(errorsOff(line, round)))));
  return rounds[off.indexOf(Math.min(...off))] as FitRound;
}

/** A volume within this distance cannot come nearer, because volumes are counts. */
const MET_WITHIN = 0.5;
/** Nor is it worth more rounds to come nearer than this part of its error: other dice would undo it. Ours. */
const MET_ERRORS = 0.25;

function isMet(line: FitLine, round: LineVolumes): boolean {
  const { volumes } = round;
  return Math.abs((volumes[line.line] as number) - line.published) < MET_WITHIN || Math.abs(errorsOff(line, round)) < MET_ERRORS; // prettier-ignore
}

/**
 * Leaves out each line in turn: its parameter returns to its prior, and the other lines are fitted again on the same
 * dice.
 */
export async function leaveOneOut(
  lines: readonly FitLine[],
  fitted: Readonly<Record<string, number>>,
  options: FitOptions,
): Promise<readonly LeftOut[]> {
  const out: LeftOut[] = [];
  for (const line of lines) {
    const prior = { [line.parameter]: line.prior };
    const others = lines.filter((other) => other !== line);
    const start = Object.fromEntries(others.map(({ parameter }) => [parameter, fitted[parameter] as number]));
    const rounds = await fitLines(
      others,
      start,
      {
        ...options,
        alsoCount: [line, ...(options.alsoCount ?? [])],
        withParameters: (parameters) => options.withParameters({ ...parameters, ...prior }),
      },
      { leftOut: line.line },
    );
    const round = bestRound(others, rounds);
    out.push({ line, parameters: { ...round.parameters, ...prior }, round, rounds: rounds.length });
  }
  return out;
}

/**
 * The next number of a line. A line that is met keeps its number. Otherwise the number is that of a secant, limited to
 * between half and double. Its slope is that of the latest two rounds on the same dice with another number, also where
 * more dice have joined since. If there are none, the next number is a step of a tenth towards the target.
 */
function nextGuess(line: FitLine, rounds: readonly FitRound[]): number {
  const last = rounds.at(-1) as FitRound;
  const at = last.parameters[line.parameter] as number;
  if (isMet(line, last)) return at;
  const volume = last.volumes[line.line] as number;
  const slope = slopeOf(line, rounds);
  if (slope === undefined) return clamp(at * (volume < line.published ? 1.1 : 0.9), at);
  return clamp(at + (line.published - volume) / slope, at);
}

function slopeOf({ line, parameter }: FitLine, rounds: readonly FitRound[]): number | undefined {
  for (let i = rounds.length - 1; i > 0; i -= 1) {
    const late = rounds[i] as FitRound;
    const [at, volume] = [late.parameters[parameter] as number, late.volumes[line] as number];
    const early = rounds.slice(0, i).findLast(({ parameters, volumes, seeds }) => seeds.length === late.seeds.length && parameters[parameter] !== at && volumes[line] !== volume); // prettier-ignore
    if (early !== undefined) return (volume - (early.volumes[line] as number)) / (at - (early.parameters[parameter] as number)); // prettier-ignore
  }
  return undefined;
}

function clamp(value: number, at: number): number {
  return Math.min(Math.max(value, at / 2), at * 2, 1);
}
