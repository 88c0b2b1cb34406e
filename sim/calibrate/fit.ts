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
 * How a fit goes on: seed, replications and rounds (each at least 1), threads, and how a scenario takes new numbers.
 */
export interface FitOptions {
  readonly seed: string;
  readonly replications: number;
  readonly workers: number;
  /** The pool in which every round runs. Left out: each round opens one of its own. */
  readonly pool?: Pool;
  readonly rounds: number;
  readonly now: () => number;
  /** The scenario with numbers put into it by path. */
  readonly withParameters: (parameters: Readonly<Record<string, number>>) => { scenario: Scenario; rules: RuleSet };
  /** Lines that are counted in every round and fitted to nothing. */
  readonly alsoCount?: readonly CountedLine[];
  /**
   * The fit ends before its last round once no line is farther off than this, as a share of what was published. Left
   * out: it ends early only where no line can come nearer.
   */
  readonly settledAt?: number;
  /**
   * Asked about an error of a round after the first: true where the scenario refuses the numbers that the secant came to,
   * so that the fit ends with the rounds before it. Left out: every error is thrown.
   */
  readonly endsFit?: (error: unknown) => boolean;
  readonly onRound?: (round: FitRound, stage: FitStage) => void;
}

/** A line that has a volume. */
export type CountedLine = Pick<FitLine, 'line' | 'category' | 'cohorts'>;

/** Where a fit has got to. */
export interface FitStage {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** The line that is left out at the moment; null: none. */
  readonly leftOut: string | null;
}

/** Volumes at the comparison's as-of, mean over replications, per line. */
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
 * Fits each line's one parameter by a secant on common random numbers: every round runs the same dice with other
 * parameters, so that a difference in volume is the parameter's. Lines are treated as independent within a round; what
 * they share is taken up by the next. A line that is met keeps its number. `bestRound` tells which round came nearest.
 * It writes nothing: a person puts the numbers into the scenario.
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

/** The fit without one line: what the others then say of it. */
interface LeftOut {
  readonly line: FitLine;
  /** Its own parameter at the prior, the others as the best round has them. */
  readonly parameters: Readonly<Record<string, number>>;
  /** By that round; the line itself among them. */
  readonly volumes: Readonly<Record<string, number>>;
  /** One: the others were evaluated where the whole fit left them, and not fitted anew. */
  readonly rounds: number;
}

/** How far the volumes are from what was published, at most, as a share of it. */
export function farthestOff(lines: readonly FitLine[], volumes: Readonly<Record<string, number>>): number {
  return Math.max(0, ...lines.map(({ line, published }) => Math.abs((volumes[line] as number) / published - 1)));
}

/** The round whose farthest line is the nearest; of several the first. */
export function bestRound(lines: readonly FitLine[], rounds: readonly FitRound[]): FitRound {
  const off = rounds.map(({ volumes }) => farthestOff(lines, volumes));
  return rounds[off.indexOf(Math.min(...off))] as FitRound;
}

/** A volume this near cannot come nearer: it is a count. */
const MET_WITHIN = 0.5;

function isMet({ line, published }: FitLine, { volumes }: FitRound): boolean {
  return Math.abs((volumes[line] as number) - published) < MET_WITHIN;
}

/** Leaves each line out in turn: its parameter goes back to its prior, and the others are fitted anew, on the same dice. */
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
 * The next number of a line: as it is where the line is met, else the secant through the last round and the latest one
 * with another number, within half and double. Without such a round, or where both gave one volume, a step of a tenth
 * towards the target.
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
