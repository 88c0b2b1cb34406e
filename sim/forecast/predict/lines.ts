import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { CLASS_COUNT, CLASS_EFFECTIVE, CLASS_MET, CLASS_MIGRATED } from '../library/memberTable.ts';

/** What is forecast of a cohort: each category as met, each as in effect, and the migrated. */
export const COLUMNS: readonly {
  readonly measure: 'qualifying' | 'effective' | 'migrated';
  readonly category: string;
}[] = [
  ...CATEGORIES.map((category) => ({ measure: 'qualifying' as const, category })),
  ...CATEGORIES.map((category) => ({ measure: 'effective' as const, category })),
  { measure: 'migrated', category: '' },
];

export const COLUMN_COUNT = COLUMNS.length;

/** Per class, the columns that it counts in: a category in effect is met as well. */
const COLUMNS_OF_CLASS: readonly (readonly number[])[] = Array.from({ length: CLASS_COUNT }, (_, of) => {
  if (of === CLASS_MIGRATED) return [COLUMN_COUNT - 1];
  if (of >= CLASS_EFFECTIVE) return [of - CLASS_EFFECTIVE, CATEGORIES.length + of - CLASS_EFFECTIVE];
  return of >= CLASS_MET ? [of - CLASS_MET] : [];
});

/** Per column, the classes that it counts. */
export const CLASSES_OF_COLUMN: readonly (readonly number[])[] = COLUMNS.map((_, column) =>
  COLUMNS_OF_CLASS.flatMap((columns, of) => (columns.includes(column) ? [of] : [])),
);

/** Adds the shares of classes, day by day, to shares of columns. */
export function columnShares(classes: Float64Array, days: number, into: Float64Array): void {
  into.fill(0);
  for (let day = 0; day < days; day += 1) {
    for (let of = CLASS_MET; of < CLASS_COUNT; of += 1) {
      const share = classes[day * CLASS_COUNT + of] as number;
      if (share === 0) continue;
      for (const column of COLUMNS_OF_CLASS[of] as readonly number[]) {
        const at = day * COLUMN_COUNT + column;
        into[at] = (into[at] as number) + share;
      }
    }
  }
}

/** Number of cohorts. */
export const COHORT_COUNT = COHORTS.length;

/** A line of a forecast at one day. */
export interface LineAt {
  readonly cohort: number;
  readonly column: number;
  readonly day: number;
}
