import type { Instant } from '../time.ts';
import type { Excludes, ExclusionCategory } from '../clauses/clause.ts';

/** One category that holds of one installation as of an instant: a row of the `verdicts` record (src/docs/meaning.md). */
export interface Verdict {
  readonly category: ExclusionCategory;
  readonly clause: string;
  readonly excludes: Excludes;
  /** Start of the unbroken stretch, up to the as-of, in which the category holds. */
  readonly metAt: Instant;
  /** Null: not in effect by the as-of. */
  readonly effectiveFrom: Instant | null;
  /** Weeks or instructions counted; null for a standing clause. */
  readonly counted: number | null;
  /** Instants the verdict rests on, sorted. */
  readonly evidence: readonly Instant[];
  /** True of exactly one row of an installation. */
  readonly reported: boolean;
}

/** Half-open stretch in which a category holds; `to` null while it lasts. */
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

/** Something in a history that the engine passed over, worth a reader's eye. */
export interface Note {
  readonly at: Instant;
  readonly note: NoteKind;
}

/** What an engine answers of one history as of an instant. Verdicts in the order of CATEGORIES, notes by time. */
export interface Evaluation {
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly Note[];
}
