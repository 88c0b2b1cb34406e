import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import { parseDate } from '../../../src/time.ts';
import { ENDS, type End } from '../../scenario/ends.ts';

/** A number that effects are computed of: how many are counted so at one as-of. */
export interface Outcome {
  /** As it was written, or its canonical form. */
  readonly name: string;
  readonly kind: 'category' | 'end';
  /** An exclusion category, or an end of installations. */
  readonly of: ExclusionCategory | End;
  readonly cohorts: readonly Cohort[];
  /** The London day at whose end it is counted; undefined: the horizon. */
  readonly day: string | undefined;
}

const FORM = /^([A-Za-z0-9:-]+)\/([A-Za-z_+]+)(@(\d{4}-\d\d-\d\d))?$/;

/** What an outcome may be, for messages. */
export const OUTCOME_FORM = `category/cohorts or end/cohorts, with @date where it is not the horizon: five-retries/all, gt01/IOC, no-wan-attempting/IOC+MOC_MDS@2021-12-31, migrated/all`;

/** Reads `five-retries/all`, `gt01/IOC+MOC_Secure@2021-12-31`, `migrated/all`; undefined for anything else. */
export function parseOutcome(text: string): Outcome | undefined {
  const [, of = '', among = '', , date] = FORM.exec(text) ?? [];
  const isCategory = CATEGORIES.includes(of as ExclusionCategory);
  if (!isCategory && !ENDS.includes(of as End)) return undefined;
  const cohorts = among === 'all' ? COHORTS : (among.split('+') as Cohort[]);
  if (cohorts.some((cohort) => !COHORTS.includes(cohort))) return undefined;
  if (date !== undefined && (parseDate(date) === undefined || !isCategory)) return undefined;
  return { name: text, kind: isCategory ? 'category' : 'end', of: of as Outcome['of'], cohorts, day: date };
}

/** Where a sweep names no outcomes: every category over all cohorts, at the horizon. */
export const DEFAULT_OUTCOMES: readonly string[] = CATEGORIES.map((category) => `${category}/all`);
