import type { Instant } from '../time.ts';
import type { Excludes, ExclusionCategory } from '../clauses/clause.ts';

/**
 * One category that holds for one installation as of an instant: a row of the `verdicts` record (src/docs/meaning.md).
 */
export interface Verdict {
  readonly category: ExclusionCategory;
  readonly clause: string;
  readonly excludes: Excludes;
  /** The start of the unbroken stretch, up to the as-of, in which the category holds. */
  readonly metAt: Instant;
  /** The instant from which the category is in effect; null if it is not in effect by the as-of. */
  readonly effectiveFrom: Instant | null;
  /** The weeks or instructions that were counted; null for a standing clause. */
  readonly counted: number | null;
  /** The instants that the verdict rests on, sorted. */
  readonly evidence: readonly Instant[];
  /** True for exactly one row of an installation. */
  readonly reported: boolean;
}

/** A half-open stretch in which a category holds. `to` is null while it lasts. */
export interface Span {
  readonly category: ExclusionCategory;
  readonly from: Instant;
  readonly to: Instant | null;
}

export const NOTE_KINDS = {
  afterMigration: 'attempt after the migration; ignored',
  stranger: 'exclusion instruction by someone other than the gas supplier at that instant; ignored',
  contradictoryEsmeOnly: 'ok-esme without a GT01 exclusion holding; contradictory, no category holds',
} as const;
export type NoteKind = keyof typeof NOTE_KINDS;

/** A row of a history that the engine ignored and that a reader should look at. */
export interface Note {
  readonly at: Instant;
  readonly note: NoteKind;
}

/**
 * The answer of an engine for one history as of an instant. Verdicts are in the order of CATEGORIES, and notes are
 * sorted by time.
 */
export interface Evaluation {
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly Note[];
}
