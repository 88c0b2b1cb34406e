import type { History } from '../../src/migration/history.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import type { Instant } from '../../src/time.ts';

/** The input of an engine: a history, the rules that decide it, and the instant as of which they do. */
export interface Question {
  /** The installation at its start, with its attempts and events in any order. */
  readonly history: History;
  readonly rules: RuleSet;
  /** Rows after this instant do not exist. In whole seconds since 1970, UTC, from 2012 to 2037. */
  readonly asOf: Instant;
}
