import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import { parseDate } from '../../../src/time.ts';
import { ENDS, type End } from '../../scenario/ends.ts';

/** A count at one as-of for which effects are computed. */
export interface Outcome {
  /** The text from which it was read. */
  readonly name: string;
  readonly kind: 'category' | 'end';
  /** An exclusion category, or an end of installations. */
  readonly of: ExclusionCategory | End;
  readonly cohorts: readonly Cohort[];
  /** The London day at whose end it is counted; undefined: the horizon. */
  readonly day: string | undefined;
}

const FORM = /^([A-Za-z0-9:-]+)\/([A-Za-z_+]+)(@(\d{4}-\d\d-\d\d))?$/;

/** The forms of an outcome, for messages. */
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

/** The outcomes of a sweep that names none: every category over all cohorts, at the horizon. */
export const DEFAULT_OUTCOMES: readonly string[] = CATEGORIES.map((category) => `${category}/all`);
