/**
 * What is true of a category whatever a rule set makes of its clause. Categories are ids of ours: clause numbers are
 * labels, and the briefing itself prints 18.4 for two of them. Only this folder spells an id; a gate of ESLint holds it.
 */
import { CATEGORIES, type Excludes, type ExclusionCategory } from './clause.ts';

/** The unit in which a category is counted. Volumes of one unit are never added to those of the other. */
export type Unit = 'installations' | 'gas_meters';

export const UNIT_OF: Readonly<Record<Excludes, Unit>> = { installation: 'installations', gsme: 'gas_meters' };

export interface CategoryRow {
  /** Place in the order in which one of several categories that hold is reported: the lowest first. Our reading. */
  readonly precedence: number;
  /** What it takes out where a rule set has no clause for it. */
  readonly excludes: Excludes;
  /** An exclusion of this category stands after a migration of the ESME alone. */
  readonly keptByEsmeOnly: boolean;
  /** The category that is reported instead where this one rests on the failures which that one counts. */
  readonly yieldsTo: ExclusionCategory | null;
  /** The category in at most 25 characters, with the number of failures that its clause asks for. */
  readonly words: (atLeast: number) => string;
}

export const CATEGORY_ROWS: Readonly<Record<ExclusionCategory, CategoryRow>> = {
  'master-key': {
    precedence: 1,
    excludes: 'installation',
    keptByEsmeOnly: false,
    yieldsTo: null,
    words: () => 'Master Key not obtainable',
  },
  'uneconomic-to-test': {
    precedence: 2,
    excludes: 'installation',
    keptByEsmeOnly: false,
    yieldsTo: null,
    words: () => 'Model uneconomic to test',
  },
  'no-wan-before': {
    precedence: 3,
    excludes: 'installation',
    keptByEsmeOnly: false,
    yieldsTo: null,
    words: () => 'No WAN before any attempt',
  },
  'no-wan-attempting': {
    precedence: 4,
    excludes: 'installation',
    keptByEsmeOnly: false,
    yieldsTo: null,
    words: (atLeast) => `No WAN at ${atLeast} attempts`,
  },
  'gt01': {
    precedence: 6,
    excludes: 'gsme',
    keptByEsmeOnly: true,
    yieldsTo: null,
    words: () => 'Gas meter silent (GT01)',
  },
  'five-retries': {
    precedence: 5,
    excludes: 'installation',
    keptByEsmeOnly: false,
    yieldsTo: 'gt01',
    words: (atLeast) => `${atLeast} failed attempts`,
  },
};

/** All categories, the one that is reported before the others first. */
export const PRECEDENCE: readonly ExclusionCategory[] = [...CATEGORIES].sort(
  (a, b) => CATEGORY_ROWS[a].precedence - CATEGORY_ROWS[b].precedence,
);
