import type { ExclusionCategory } from '../../src/clauses/clause.ts';
import type { Cohort } from '../../src/installation/cohort.ts';
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

/** One round of the fit: the parameters it was run with, and the volume of each line. */
export interface FitRound {
  readonly parameters: Readonly<Record<string, number>>;
  readonly volumes: Readonly<Record<string, number>>;
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
  /** Lines that are counted in every round but fitted to nothing. */
  readonly alsoCount?: readonly CountedLine[];
  /**
   * Ends the fit early once no line is farther off than this share of its published volume. By default the fit ends
   * early only if no line can come nearer.
   */
  readonly settledAt?: number;
  /**
   * Receives an error of any round after the first. It returns true if the scenario refuses the numbers that the secant
   * gave; the fit then ends with the rounds before it. By default every error is thrown.
   */
  readonly endsFit?: (error: unknown) => boolean;
  readonly onRound?: (round: FitRound, stage: FitStage) => void;
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

/** The volume of each line at the comparison's as-of: the mean over replications. */
export async function lineVolumes(
  lines: readonly CountedLine[],
  parameters: Readonly<Record<string, number>>,
  options: FitOptions,
): Promise<Readonly<Record<string, number>>> {
  const { scenario, rules } = options.withParameters(parameters);
  const simulation = await simulate(scenario, rules, options);
  const count = countOf(simulation);
  const asOf = simulation.model.asOfs.length - 1;
  const { replications } = options;
  return Object.fromEntries(
    lines.map(({ line, category, cohorts }) => {
      let sum = 0;
      for (let replication = 0; replication < replications; replication += 1) {
        for (const cohort of cohorts) {
          sum += count({ replication, asOf, measure: 'qualifying', cohort, category, of: 'reported' });
        }
      }
      return [line, sum / replications];
    }),
  );
}

/**
 * Fits the one parameter of each line by a secant on common random numbers. Every round runs the same dice with other
 * parameters, so a difference in volume comes from the parameter. Within a round, lines are treated as independent; the
 * next round corrects for what they share. A line that is met keeps its number. `bestRound` tells which round came
 * nearest. The function writes nothing: a person puts the numbers into the scenario.
 */
export async function fitLines(
  lines: readonly FitLine[],
  start: Readonly<Record<string, number>>,
  options: FitOptions,
  leftOut: string | null = null,
): Promise<readonly FitRound[]> {
  const counted = [...lines, ...(options.alsoCount ?? [])];
  const rounds: FitRound[] = [];
  let parameters = start;
  for (let i = 0; i < options.rounds; i += 1) {
    const volumes = await lineVolumes(counted, parameters, options).catch((error: unknown) => {
      if (i === 0 || !options.endsFit?.(error)) throw error;
      return undefined;
    });
    if (volumes === undefined) break;
    const round: FitRound = { parameters, volumes };
    rounds.push(round);
    options.onRound?.(round, { number: i + 1, of: options.rounds, leftOut });
    const settled = options.settledAt !== undefined && farthestOff(lines, round.volumes) <= options.settledAt;
    if (settled || lines.every((line) => isMet(line, round))) break;
    parameters = Object.fromEntries(lines.map((line) => [line.parameter, nextGuess(line, rounds)]));
  }
  return rounds;
}

/** The result of leaving out one line: what the other lines then give for it. */
interface LeftOut {
  readonly line: FitLine;
  /** The parameter of the line itself is at its prior, and the others are as in the best round. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The volumes of that round, that of the line itself included. */
  readonly volumes: Readonly<Record<string, number>>;
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

/** The round whose farthest line is nearest. Among equals the first wins. */
export function bestRound(lines: readonly FitLine[], rounds: readonly FitRound[]): FitRound {
  const off = rounds.map(({ volumes }) => farthestOff(lines, volumes));
  return rounds[off.indexOf(Math.min(...off))] as FitRound;
}

/** A volume within this distance cannot come nearer, because volumes are counts. */
const MET_WITHIN = 0.5;

function isMet({ line, published }: FitLine, { volumes }: FitRound): boolean {
  return Math.abs((volumes[line] as number) - published) < MET_WITHIN;
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
      line.line,
    );
    const { parameters, volumes } = bestRound(others, rounds);
    out.push({ line, parameters: { ...parameters, ...prior }, volumes, rounds: rounds.length });
  }
  return out;
}

/**
 * The next number of a line. A line that is met keeps its number. Otherwise the number is that of the secant through
 * the latest round and the last round with another number, limited to between half and double. If there is no such
 * round, or both gave the same volume, it is a step of a tenth towards the target.
 */
function nextGuess(line: FitLine, rounds: readonly FitRound[]): number {
  const last = rounds.at(-1) as FitRound;
  const at = last.parameters[line.parameter] as number;
  if (isMet(line, last)) return at;
  const volume = last.volumes[line.line] as number;
  const before = rounds.findLast(
    ({ parameters, volumes }) => parameters[line.parameter] !== at && volumes[line.line] !== volume,
  );
  if (before === undefined) return clamp(at * (volume < line.published ? 1.1 : 0.9), at);
  const slope = (volume - (before.volumes[line.line] as number)) / (at - (before.parameters[line.parameter] as number));
  return clamp(at + (line.published - volume) / slope, at);
}

function clamp(value: number, at: number): number {
  return Math.min(Math.max(value, at / 2), at * 2, 1);
}
