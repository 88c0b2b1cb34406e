import type { ExclusionCategory } from '../../../clauses/clause.ts';
import type { History } from '../../../migration/history.ts';
import type { RuleSet } from '../../../rules/ruleset.ts';
import type { Instant } from '../../../time.ts';
import type { OriginParts } from '../../output/outputOrigin.ts';
import type { CheckPlaces } from './checkPlaces.ts';
import type { EngineUnderTest } from '../engines/engineUnderTest.ts';
import type { FleetHistories } from './fleetHistories.ts';
import type { Needed, NeededOptions } from './neededTroubles.ts';
import type { VerdictFile } from './verdictFile.ts';

/** What is the same for every source of histories. */
export interface FleetOutputs extends CheckPlaces {
  /** The command as it was typed, up to its options. */
  readonly typed: string;
  readonly clauses?: readonly ExclusionCategory[];
  readonly accept?: string;
  readonly cases: string;
  readonly format: 'text' | 'json';
}

/** What the trouble of a difference is looked for with. */
export type AskNeeded = Pick<NeededOptions, 'shape' | 'asker' | 'find' | 'clauses' | 'isOver'>;

/** A fleet, and what is known of where it comes from. */
export interface FleetSource {
  readonly histories: FleetHistories;
  readonly rules: RuleSet;
  /** The scenario and the files that the histories come from. */
  readonly origins: OriginParts;
  readonly asOf: Instant;
  /** Of a simulation: its last second. */
  readonly horizon?: Instant;
  readonly seed: string | undefined;
  /** Says which installation a history is; `run` is its number among the histories. */
  readonly origin: (run: number, history: History) => string;
  /** The command line that tells its story. */
  readonly explain?: ((run: number, history: History) => string) | undefined;
  /** Finds the troubles of the scenario that a difference needs. */
  readonly needed?: ((run: number, history: History, options: AskNeeded) => Promise<Needed>) | undefined;
  /** The option by which another reading is set. */
  readonly readingOption: string;
  /** The command line that does the same again. */
  readonly again: string;
}

/** Who answers. */
export interface FleetAnswers {
  /** An engine that can be asked. Undefined: only the verdicts of a file. */
  readonly engine?: EngineUnderTest | undefined;
  /** Verdicts that are compared instead of the engine's answers. */
  readonly expect?: VerdictFile | undefined;
  /** True if the engine is the bench's own: it is held to the reference evaluator, and a difference is our defect. */
  readonly isOwn: boolean;
}

/** What the answers are called in reports. */
export function nameOf({ engine, expect }: FleetAnswers): string {
  return expect === undefined ? (engine?.name ?? '') : `the verdicts of ${expect.path}`;
}
