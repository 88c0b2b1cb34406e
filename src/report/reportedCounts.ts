import { CATEGORIES, type ExclusionCategory } from '../clauses/clause.ts';
import { COHORTS, type Cohort } from '../installation/cohort.ts';

/** Counts reported exclusions by cohort and category: all that hold, and those in effect. */
export class ReportedCounts {
  readonly #held = new Int32Array(COHORTS.length * CATEGORIES.length);
  readonly #effective = new Int32Array(COHORTS.length * CATEGORIES.length);

  add(cohort: Cohort, category: ExclusionCategory, inEffect: boolean): void {
    const cell = cellOf(cohort, category);
    this.#held[cell] = (this.#held[cell] as number) + 1;
    if (inEffect) this.#effective[cell] = (this.#effective[cell] as number) + 1;
  }

  of(measure: 'qualifying' | 'effective', cohort: Cohort, category: ExclusionCategory): number {
    return (measure === 'qualifying' ? this.#held : this.#effective)[cellOf(cohort, category)] as number;
  }

  sum(measure: 'qualifying' | 'effective', category: ExclusionCategory): number {
    return COHORTS.reduce((sum, cohort) => sum + this.of(measure, cohort, category), 0);
  }
}

function cellOf(cohort: Cohort, category: ExclusionCategory): number {
  return COHORTS.indexOf(cohort) * CATEGORIES.length + CATEGORIES.indexOf(category);
}
